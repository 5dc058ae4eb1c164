//! Processors: what is measured has its own, and everything else that the bench has started has the others. Otherwise whatever
//! asks takes from the server that it asks, and two servers look more alike than they are.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::parent_id,
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};

/// Until it is dropped, the processors are divided.
pub struct Divided {
    /// Every processor that there is for us.
    all: Vec<usize>,
}

impl Divided {
    /// Gives `processes` and their children the first half of the processors, and all others of the bench the second.
    pub fn between(processes: &[u32]) -> anyhow::Result<Self> {
        let all = allowed()?;
        ensure!(all.len() > 1, "there is one processor only");
        let (first, second) = all.split_at(all.len() / 2);
        let servers: BTreeSet<u32> = processes.iter().copied().flat_map(family).collect();
        for process in bench() {
            let processors = if servers.contains(&process) {
                first
            } else {
                second
            };
            put(process, processors);
        }
        Ok(Self { all })
    }
}

impl Drop for Divided {
    fn drop(&mut self) {
        for process in bench() {
            put(process, &self.all);
        }
    }
}

/// Everything that runs for this measurement: our parent, and whatever it has started.
fn bench() -> BTreeSet<u32> {
    family(parent_id())
}

/// A process, its children and theirs. One that ends meanwhile has none.
pub fn family(process: u32) -> BTreeSet<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let children = threads.into_iter().flatten().flatten().flat_map(|thread| {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let ids = children.split_whitespace().filter_map(|id| id.parse().ok());
        ids.collect::<Vec<u32>>()
    });
    let mut all: BTreeSet<u32> = children.flat_map(family).collect();
    all.insert(process);
    all
}

/// All threads of a process; what it starts from now on stays with it. One that has ended is nobody's concern.
fn put(process: u32, processors: &[usize]) {
    let list: Vec<String> = processors.iter().map(usize::to_string).collect();
    let _ = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", &list.join(",")])
        .arg(process.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Which processors this process may use.
fn allowed() -> anyhow::Result<Vec<usize>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let allowed = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let allowed = allowed.context("Cpus_allowed_list")?;
    let mut all = Vec::new();
    for range in allowed.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        all.extend(first.parse::<usize>()?..=last.parse()?);
    }
    Ok(all)
}
