//! One server that several processes use: it runs as long as somebody holds a lease on it.
//!
//! A lease is a shared lock on a file, so the kernel gives it back however its holder ends. A small
//! shell process is the server's parent: when nobody has held a lease for a while it stops the server.

use crate::process;
use anyhow::Context as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// $1 the file of leases, $2 a file that says for how many seconds nobody may hold one, $3 a file that is there once the
/// server has ended, then the server's command.
/// The lock is held while the server stops, so that whoever comes then waits, and starts a new one.
const KEEPER: &str = r#"
leases=$1 patience=$2 ended=$3
shift 3
trap ': >"$ended"' EXIT
"$@" &
server=$!
trap 'kill -INT $server' TERM INT HUP
exec 9<"$leases"
idle=0
while kill -0 $server 2>/dev/null; do
    sleep 1
    if flock -n -x 9; then
        idle=$((idle + 1))
        read -r linger <"$patience" || linger=0
        if [ $idle -gt "$linger" ]; then
            kill -INT $server
            wait $server
            exit
        fi
        flock -u 9
    else
        idle=0
    fi
done
wait $server
"#;

/// The right to use a server; given back when dropped or when the process ends.
#[derive(Debug)]
pub struct Lease {
    file: File,
    folder: PathBuf,
}

impl Lease {
    /// Waits while a server in this folder is being stopped.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let file = open(&folder.join("leases"))?;
        file.lock_shared().context("a lease cannot be taken")?;
        Ok(Self {
            file,
            folder: folder.to_owned(),
        })
    }

    /// The right to look whether the server runs, and to start it.
    pub fn starting(&self) -> anyhow::Result<File> {
        let file = open(&self.folder.join("starting"))?;
        file.lock()
            .context("the lock for starting cannot be taken")?;
        Ok(file)
    }

    /// Says how long the server stays when nobody uses it; the longest wish counts.
    pub fn linger(&self, wish: Duration) -> anyhow::Result<()> {
        let path = self.folder.join("linger");
        let current = std::fs::read_to_string(&path).ok();
        let current = current.and_then(|text| text.trim().parse().ok());
        let seconds = wish.as_secs().max(current.unwrap_or(0));
        std::fs::write(path, format!("{seconds}\n")).context("the linger cannot be written")
    }

    /// Forgets the wishes about a server that has ended.
    pub fn forget_linger(&self) -> anyhow::Result<()> {
        std::fs::write(self.folder.join("linger"), "0\n").context("the linger cannot be written")
    }

    /// Starts the server with its keeper.
    pub fn start(&self, server: &Command, log: &Path) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(log)?;
        let ended = self.folder.join("ended");
        if ended.exists() {
            std::fs::remove_file(&ended)?;
        }
        let mut keeper = Command::new("setsid");
        keeper
            .args(["--fork", "sh", "-c", KEEPER, "nsp-keeper"])
            .arg(self.folder.join("leases"))
            .arg(self.folder.join("linger"))
            .arg(ended)
            .arg(server.get_program())
            .args(server.get_args())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // It ends at once and leaves the keeper behind, in a session that no Ctrl-C reaches.
        keeper
            .status()
            .context("setsid (Debian: util-linux) cannot be started")?;
        Ok(())
    }

    /// Whether the server that was started has ended by itself.
    pub fn server_ended(&self) -> bool {
        self.folder.join("ended").exists()
    }

    /// Whether nobody else uses the server. If so, nobody can begin to until this is dropped.
    pub fn is_last(&self) -> bool {
        self.file.unlock().is_ok() && self.file.try_lock().is_ok()
    }

    /// Runs `stop` if nobody else uses the server.
    pub fn stop_if_last(self, stop: impl FnOnce()) {
        if self.is_last() {
            stop();
        }
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("{} cannot be opened", path.display()))
}

/// The program to wait for besides the server itself: without it nobody would stop the server.
pub fn check_tools() -> anyhow::Result<()> {
    for tool in ["setsid", "flock", "setpriv"] {
        process::find(tool).with_context(|| format!("install {tool} (Debian: util-linux)"))?;
    }
    Ok(())
}
