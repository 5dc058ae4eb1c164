//! Measures a running stack: `cargo xtask bench` starts an optimised one with the demonstration data and runs this.
//!
//! Each part prints rows of a Markdown table: what was measured, the figure, and what is aimed at.

mod comments;
mod edge;
mod figures;
mod machine;
mod outbox;
mod policy;
mod portal;
mod processors;
mod revocation;
mod sign_in;
mod stack;

use crate::{machine::Registered, stack::Stack};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    let stack = Stack::from_environment()?;
    if wants("portal") {
        portal::measure(&stack).await?;
    }
    if wants("comments") {
        comments::measure(&stack).await?;
    }
    if wants("policy") || wants("access") {
        let registered = Registered::new(&stack).await?;
        if wants("policy") {
            policy::measure(&stack, &registered).await?;
        }
        if wants("access") {
            edge::measure(&stack, &registered).await?;
        }
    }
    if wants("sign-in") {
        sign_in::measure(&stack).await?;
    }
    if wants("revocation") {
        revocation::measure(&stack).await?;
    }
    if wants("outbox") {
        outbox::measure(&stack).await?;
    }
    Ok(())
}
