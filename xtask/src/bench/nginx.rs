//! nginx as the edge's measure: a private one, with the edge's own certificate, doing as little as such a server can.

use anyhow::{Context as _, ensure};
use nsp_testbed::ca::Files;
use nsp_testbed::process;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

const READY: Duration = Duration::from_secs(10);

/// A running nginx; dropping it ends it.
pub struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    /// Starts one with everything it writes in `folder`.
    pub fn start(folder: &Path, server: &Files) -> anyhow::Result<Self> {
        fs::create_dir_all(folder.join("files"))?;
        fs::write(folder.join("files/checked"), "")?;
        let address = SocketAddr::from(([127, 0, 0, 1], process::free_port()?));
        let decider = SocketAddr::from(([127, 0, 0, 1], process::free_port()?));
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration(folder, server, address, decider))?;
        let log = folder.join("start.log");
        let output = File::create(&log)?;
        let program = process::find("nginx").context("nginx is missing (Debian: nginx)")?;
        let mut command = process::bound(program, "TERM");
        command
            .arg("-c")
            .arg(&file)
            .arg("-p")
            .arg(folder)
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = process::spawn(command).context("nginx cannot be started")?;
        let mut nginx = Self { child, address };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = nginx.child.try_wait()?.is_some();
            let said = process::tail(&log, 10);
            ensure!(
                !ended && began.elapsed() < READY,
                "nginx does not start:\n{said}"
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(nginx)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its first process; the others are its children.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = process::stop(&mut self.child, Duration::from_secs(5));
    }
}

/// What the edge does in kind: it asks for the proof of a key and looks no further, resumes no session, and writes a line
/// of log for each request, several together after some milliseconds. `decider` is the smallest service that `auth_request`
/// can ask.
fn configuration(
    folder: &Path,
    server: &Files,
    address: SocketAddr,
    decider: SocketAddr,
) -> String {
    let folder = folder.display();
    // It is measured on the first half of the processors (`tests/load/processors.rs`), and wants one process for each.
    let workers = thread::available_parallelism().map_or(1, |all| (all.get() / 2).max(1));
    let (authority, certificate, key) = (
        server.authority.display(),
        server.certificate.display(),
        server.key.display(),
    );
    format!(
        "daemon off;
# Without root it is whoever started it, and says that this line is of no use.
user root;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes {workers};
worker_rlimit_nofile 16384;
events {{ worker_connections 16000; }}
http {{
  access_log {folder}/access.log combined buffer=64k flush=5ms;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
  open_file_cache max=10;
  upstream decider {{ server {decider}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen {decider};
    access_log off;
    location / {{ return 204; }}
  }}
  server {{
    listen {address} ssl backlog=4096;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_client_certificate {authority};
    ssl_verify_client optional_no_ca;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_tickets off;
    ssl_session_cache off;
    add_header Cache-Control no-store;
    location = /constant {{ return 200 ''; }}
    location = /checked {{ auth_request /decide; root {folder}/files; }}
    location = /decide {{
      internal;
      proxy_pass http://decider;
      proxy_http_version 1.1;
      proxy_set_header Connection '';
      proxy_set_header Content-Length '';
      proxy_pass_request_body off;
    }}
  }}
}}
"
    )
}
