//! A server that is measured: where it is, and what its processes take, as the kernel counts it.

use std::{env, fs, net::SocketAddr, time::Duration};

use anyhow::Context;

use crate::processors::family;

/// The edge, or nginx.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    pub address: SocketAddr,
    /// Its first process; the others are that one's children.
    pub process: u32,
}

/// The kernel's unit of processor time in /proc, the same on all of Linux.
const TICK: Duration = Duration::from_millis(10);

impl Server {
    /// From the variables that `xtask/src/bench` sets: an address with or without `https://`, and a process.
    pub fn from_environment(name: &str) -> anyhow::Result<Self> {
        let get = |name: String| env::var(&name).with_context(|| format!("{name} is not set"));
        let address = get(format!("NSP_{name}"))?;
        Ok(Self {
            address: address.trim_start_matches("https://").parse()?,
            process: get(format!("NSP_{name}_PROCESS"))?.parse()?,
        })
    }

    /// Of all its processes since they began.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        let mut ticks = 0;
        for process in family(self.process) {
            let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
            // What follows the name, which is in parentheses: the state is the third field, user and system time the
            // fourteenth and the fifteenth.
            let (_, rest) = stat.rsplit_once(") ").context("stat")?;
            for time in rest.split(' ').skip(11).take(2) {
                ticks += time.parse::<u32>()?;
            }
        }
        Ok(TICK * ticks)
    }

    /// Bytes that are in memory. What processes share is counted for each.
    pub fn memory(&self) -> anyhow::Result<u64> {
        let mut bytes = 0;
        for process in family(self.process) {
            let status = fs::read_to_string(format!("/proc/{process}/status"))?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kibibytes = line.and_then(|line| line.split_whitespace().next());
            bytes += 1024 * kibibytes.context("VmRSS")?.parse::<u64>()?;
        }
        Ok(bytes)
    }
}
