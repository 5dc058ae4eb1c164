//! The files of one private server: made once, owned by a user PostgreSQL agrees to run as.

use super::Durability;
use super::programs::Programs;
use crate::{process, secret};
use anyhow::Context as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where a server's files are and who runs it.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    data: PathBuf,
    /// Only when we are root: PostgreSQL refuses to run as root.
    user: Option<User>,
}

#[derive(Clone, Debug)]
struct User {
    name: String,
    uid: u32,
    gid: u32,
}

/// What `postmaster.pid` says about a server that really runs.
pub struct Server {
    pub pid: u32,
    pub port: u16,
    pub ready: bool,
}

impl Cluster {
    /// The cluster in `folder`, made if there is none.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        if let Some(cluster) = Self::existing(folder)? {
            return Ok(cluster);
        }
        let user = unprivileged_user()?;
        let data = data_folder(folder, user.as_ref())?;
        let cluster = Self {
            folder: folder.to_owned(),
            data,
            user,
        };
        cluster.initialise()?;
        Ok(cluster)
    }

    /// The cluster in `folder`, if it has one that was completely made.
    pub fn existing(folder: &Path) -> anyhow::Result<Option<Self>> {
        let Ok(data) = fs::read_to_string(folder.join("data-folder")) else {
            return Ok(None);
        };
        let data = PathBuf::from(data);
        if !data.join("PG_VERSION").is_file() {
            return Ok(None);
        }
        let user = unprivileged_user()?;
        Ok(Some(Self {
            folder: folder.to_owned(),
            data,
            user,
        }))
    }

    /// The server that runs on these files now.
    pub fn running(&self) -> Option<Server> {
        let text = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        let server = parse(&text)?;
        // The number may have passed to another process since: ours stands in its data folder.
        let cwd = fs::read_link(format!("/proc/{}/cwd", server.pid)).ok()?;
        (process::runs(server.pid) && cwd == self.data).then_some(server)
    }

    /// Removes the pid file of a server that was killed: were its number in use again, by
    /// whatever process, the next server would refuse to start.
    pub fn forget_dead_server(&self) -> anyhow::Result<()> {
        match fs::remove_file(self.data.join("postmaster.pid")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The command that runs the server, and ends it when its keeper is killed.
    pub fn command(&self, port: u16, durability: Durability) -> Command {
        // The version was checked when the files were made or opened.
        let programs = Programs::find(self.version());
        let postgres = programs.map_or_else(|_| "postgres".into(), |p| p.path("postgres"));
        let mut command = self.run(&postgres);
        command.arg("-D").arg(&self.data);
        let mut set = |setting: &str| {
            command.args(["-c", setting]);
        };
        set(&format!("port={port}"));
        set("listen_addresses=127.0.0.1");
        set("unix_socket_directories=");
        set("max_connections=400");
        set("log_line_prefix=%m [%p] %d ");
        if durability == Durability::Fast {
            for fast in ["fsync=off", "full_page_writes=off"] {
                set(fast);
            }
        }
        command
    }

    /// Deletes the data, which may live outside the folder.
    pub fn remove(&self) -> anyhow::Result<()> {
        let elsewhere = self
            .data
            .parent()
            .filter(|parent| !same(parent, &self.folder));
        let doomed = elsewhere.unwrap_or(&self.data);
        match fs::remove_dir_all(doomed) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", doomed.display()))
            }
            _ => Ok(()),
        }
    }

    fn version(&self) -> Option<u32> {
        fs::read_to_string(self.data.join("PG_VERSION"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    fn run(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Some(user) = &self.user {
            command.args(["--reuid", &user.name, "--regid", &user.gid.to_string()]);
            command.arg("--init-groups");
        }
        command
            .args(["--pdeathsig", "INT", "--"])
            .arg(program)
            .current_dir("/");
        command
    }

    fn initialise(&self) -> anyhow::Result<()> {
        let programs = Programs::find(None)?;
        // What a start that was interrupted left behind.
        self.remove()?;
        fs::create_dir_all(&self.data)?;
        fs::set_permissions(&self.data, fs::Permissions::from_mode(0o700))?;
        let password = secret::get_or_make(&self.folder.join("password"), secret::password)?;
        // initdb reads the password as the other user, so it needs a copy of that user's own.
        let copy = self.data.with_extension("password");
        secret::write(&copy, &password)?;
        if let Some(user) = &self.user {
            chown(&self.data, Some(user.uid), Some(user.gid))?;
            chown(&copy, Some(user.uid), Some(user.gid))?;
        }
        let mut initdb = self.run(&programs.path("initdb"));
        initdb
            .arg("-D")
            .arg(&self.data)
            .arg("--pwfile")
            .arg(&copy)
            .args([
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
                "--no-sync",
            ]);
        let made = process::output(&mut initdb).context("a private PostgreSQL cannot be made");
        fs::remove_file(&copy)?;
        made?;
        let data = self
            .data
            .to_str()
            .context("the data folder's name is not UTF-8")?;
        fs::write(self.folder.join("data-folder"), data)?;
        Ok(())
    }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The folder itself, or one in the system's temporary folder when the server's user cannot get there.
fn data_folder(folder: &Path, user: Option<&User>) -> anyhow::Result<PathBuf> {
    let folder = folder.canonicalize()?;
    let Some(user) = user else {
        return Ok(folder.join("data"));
    };
    let reachable = Command::new("setpriv")
        .args([
            "--reuid",
            &user.name,
            "--regid",
            &user.gid.to_string(),
            "--init-groups",
            "--",
        ])
        .arg("test")
        .arg("-x")
        .arg(&folder)
        .current_dir("/")
        .stderr(Stdio::null())
        .status()
        .context("setpriv (Debian: util-linux) cannot be started")?;
    if reachable.success() {
        return Ok(folder.join("data"));
    }
    let name = format!("nsp-postgres-{}", secret::password()?);
    let elsewhere = std::env::temp_dir().join(name);
    fs::create_dir(&elsewhere)?;
    Ok(elsewhere.canonicalize()?.join("data"))
}

/// The user to run as when we are root.
fn unprivileged_user() -> anyhow::Result<Option<User>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| passwd.lines().find_map(|line| user(line, name)))
        .context("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
        .map(Some)
}

fn user(line: &str, name: &str) -> Option<User> {
    let mut fields = line.split(':');
    if fields.next() != Some(name) {
        return None;
    }
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(User {
        name: name.to_owned(),
        uid,
        gid,
    })
}

/// Line 1 is the process, 4 the port, 8 the state.
fn parse(text: &str) -> Option<Server> {
    let lines: Vec<&str> = text.lines().collect();
    Some(Server {
        pid: lines.first()?.trim().parse().ok()?,
        port: lines.get(3)?.trim().parse().ok()?,
        ready: lines.get(7).is_some_and(|state| state.trim() == "ready"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read() {
        let text = "4711\n/data\n1763755000\n40123\n\n127.0.0.1\n  111 222\nready   \n";
        let server = parse(text).unwrap();
        assert_eq!((server.pid, server.port, server.ready), (4711, 40123, true));
        assert!(parse("4711\n/data\n").is_none());
    }

    #[test]
    fn users_are_read() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        let user = user(line, "postgres").unwrap();
        assert_eq!((user.uid, user.gid), (101, 104));
    }
}
