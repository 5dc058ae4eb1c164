//! The process of the edge.

use nsp_access::{DEFAULTS, SERVICE, run};
use nsp_kit::command::process;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // It keeps no state, so there is nothing to bring up to date and nothing to load.
    process(SERVICE, DEFAULTS, run, async |_, _| Ok(())).await
}
