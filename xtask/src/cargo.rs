//! Calls of cargo from within `cargo run`.

use nsp_testbed::workspace;
use std::process::Command;

/// Cargo in the workspace's root, without what `cargo run` told us about ourselves: build scripts
/// that read it would be run again and again.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command.current_dir(workspace());
    command
}
