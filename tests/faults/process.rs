//! One service as a process, which can be killed and started again.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command},
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use nsp_kit::proxy::Proxy;
use nsp_testbed::process;

/// A service and the network before it.
pub struct Service {
    /// `cases-2` is the second replica of `cases`.
    pub label: &'static str,
    pub proxy: Proxy,
    pub settings: Vec<(String, String)>,
    pub admin: u16,
    pub log: PathBuf,
    pub child: Mutex<Option<Child>>,
}

impl Service {
    /// The name in its certificate, and of its database.
    pub fn name(&self) -> &'static str {
        name(self.label)
    }

    fn command(&self, argument: &[&str]) -> anyhow::Result<Command> {
        let binary = nsp_testbed::target_dir()
            .join("debug")
            .join(format!("nsp-{}", self.name()));
        ensure!(
            binary.is_file(),
            "{} is missing: `cargo xtask test --faults` builds it",
            binary.display()
        );
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = process::bound(binary, "KILL");
        command
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .args(argument)
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// Runs a subcommand to its end.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = process::spawn(self.command(arguments)?)?.wait()?;
        ensure!(
            status.success(),
            "{} {arguments:?}: {}",
            self.label,
            process::tail(&self.log, 10)
        );
        Ok(())
    }

    pub fn start(&self) -> anyhow::Result<()> {
        let child = process::spawn(self.command(&["serve"])?).context(self.label)?;
        *self.child.lock().unwrap() = Some(child);
        Ok(())
    }

    /// kill -9.
    pub fn kill(&self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// SIGTERM, and what is in flight is finished.
    pub fn stop(&self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            process::stop(&mut child, Duration::from_secs(30))?;
        }
        Ok(())
    }

    /// A service that ended although nobody killed it, and its last words.
    pub fn check(&self) -> anyhow::Result<()> {
        let mut child = self.child.lock().unwrap();
        if let Some(status) = child.as_mut().map(Child::try_wait).transpose()?.flatten() {
            bail!(
                "{} ended by itself ({status}): {}",
                self.label,
                process::tail(&self.log, 20)
            );
        }
        Ok(())
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let url = format!("http://127.0.0.1:{}/readyz", self.admin);
        loop {
            let answer = reqwest::get(&url).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            self.check()?;
            ensure!(
                began.elapsed() < Duration::from_mins(1),
                "{} is not ready: {}",
                self.label,
                process::tail(&self.log, 20)
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// The service that a replica is one of.
pub fn name(label: &'static str) -> &'static str {
    label.split('-').next().unwrap_or(label)
}
