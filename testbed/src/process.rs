//! Child processes that do not outlive us, ports, and where programs are.

use anyhow::{Context as _, bail};
use std::ffi::OsStr;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// A port of 127.0.0.1 that nobody listens on right now.
pub fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// The full path of a program, looked for in `PATH` and where Debian hides administrators' programs.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let hidden = ["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(hidden)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether a process runs; one that ended and that nobody waited for does not.
pub fn runs(pid: u32) -> bool {
    let state = state(Path::new(&format!("/proc/{pid}/stat")));
    !matches!(state, None | Some('Z' | 'X'))
}

/// Whether all threads of a process are stopped by a signal.
pub fn is_stopped(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return false;
    };
    threads
        .flatten()
        .all(|thread| state(&thread.path().join("stat")) == Some('T'))
}

fn state(file: &Path) -> Option<char> {
    let stat = std::fs::read_to_string(file).ok()?;
    // The state follows the name, which is in parentheses and may itself contain some.
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.chars().next()
}

/// Sends a signal by name (`TERM`, `INT`, `KILL`).
pub fn signal(pid: u32, name: &str) {
    // A process that is already gone is what the caller wants.
    let _ = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Waits until a process has ended.
pub fn wait_gone(pid: u32, limit: Duration) -> bool {
    let start = Instant::now();
    while runs(pid) {
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

/// A command whose process the kernel ends with `signal` when we end, even by kill -9.
///
/// Its process group is its own, so that Ctrl-C reaches only us and we choose the order.
pub fn bound(program: impl AsRef<OsStr>, signal: &str) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = match find("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", signal, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.process_group(0).stdin(Stdio::null());
    command
}

/// Starts a command made by [`bound`].
///
/// To the kernel the parent is a thread: a test's own thread, or one of a pool, ends long before the
/// process does. So one thread that lives as long as the process starts all of them.
pub fn spawn(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static STARTER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
        let (send, orders) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in orders {
                let _ = answer.send(command.spawn());
            }
        });
        send
    });
    let gone = || io::Error::other("the thread that starts processes has ended");
    let (send, answer) = mpsc::channel();
    STARTER.send((command, send)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

/// Ends a child politely, then not.
pub fn stop(child: &mut Child, limit: Duration) -> io::Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    signal(child.id(), "TERM");
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Runs a command to its end and returns what it printed; an error carries what it complained about.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{program} failed ({}): {}", output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last lines of a log file.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_bound() {
        let began = Instant::now();
        // A process that another test is just starting holds copies of our sockets for a moment.
        while TcpListener::bind(("127.0.0.1", free_port().unwrap())).is_err() {
            assert!(began.elapsed() < Duration::from_secs(5));
        }
    }

    #[test]
    fn programs_are_found() {
        assert!(find("sh").is_some());
        assert_eq!(find("no-such-program-here"), None);
    }

    #[test]
    fn a_child_outlives_the_thread_that_asked_for_it_but_not_a_stop() {
        let mut child = thread::spawn(|| {
            let mut command = bound("sleep", "KILL");
            command.arg("60");
            spawn(command).unwrap()
        })
        .join()
        .unwrap();
        thread::sleep(Duration::from_millis(50));
        assert!(runs(child.id()));
        stop(&mut child, Duration::from_secs(5)).unwrap();
        assert!(!runs(child.id()));
    }

    #[test]
    fn the_tail_is_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        std::fs::write(&log, "a\nb\nc\n").unwrap();
        assert_eq!(tail(&log, 2), "b\nc");
        assert_eq!(tail(&dir.path().join("none"), 2), "");
    }
}
