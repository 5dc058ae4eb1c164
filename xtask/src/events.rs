//! `cargo xtask events`: shows events as they are published, in the form the outside sees.
//!
//! NATS is a protocol of lines; hearing one subject takes three of its words, which is less than a client brings.

use crate::state::State;
use crate::stop::Stop;
use anyhow::{Context as _, bail};
use nsp_testbed::home;
use std::io::{self, BufRead, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Arguments {
    /// Which subjects to show
    #[arg(default_value = "nsp.>")]
    subject: String,
    /// The NATS server; that of `cargo xtask up` when it is not given
    #[arg(long)]
    server: Option<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let running = || State::of(&home()).and_then(|stack| stack.nats);
    let server = arguments.server.clone().or_else(running);
    let server = server.context("nothing runs: start it with `cargo xtask up`")?;
    let address = server.strip_prefix("nats://").unwrap_or(&server);
    let stop = Stop::on_signal()?;
    let mut stream = TcpStream::connect(address)
        .with_context(|| format!("no NATS server answers at {address}"))?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let subject = &arguments.subject;
    if subject.contains(char::is_whitespace) {
        bail!("a subject has no spaces: nsp.cases.>");
    }
    let options = r#"{"verbose":false,"pedantic":false,"headers":true,"name":"xtask events"}"#;
    stream.write_all(format!("CONNECT {options}\r\nSUB {subject} 1\r\nPING\r\n").as_bytes())?;
    eprintln!("listening to {subject}; Ctrl-C ends");
    let mut replies = stream.try_clone()?;
    let mut source = Patient {
        stream: BufReader::new(stream),
        stop,
    };
    while let Some(line) = source.line()? {
        match Word::read(&line) {
            Word::Message {
                subject,
                headers,
                total,
            } => {
                let body = source.bytes(total + 2)?;
                println!(
                    "{}",
                    show(&subject, &body[..headers], &body[headers..total])
                );
            }
            Word::Ping => replies.write_all(b"PONG\r\n")?,
            Word::Error(text) => bail!("the server says {text}"),
            Word::Other => {}
        }
    }
    Ok(())
}

/// A word of the protocol, as far as it matters to a listener.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Message {
        subject: String,
        headers: usize,
        total: usize,
    },
    Ping,
    Error(String),
    Other,
}

impl Word {
    fn read(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| {
            words
                .get(at)
                .and_then(|word| word.parse().ok())
                .unwrap_or(0)
        };
        let last = words.len().saturating_sub(1);
        match words.first() {
            // MSG subject sid [reply-to] total
            Some(&"MSG") if last >= 3 => Self::Message {
                subject: words[1].to_owned(),
                headers: 0,
                total: number(last),
            },
            // HMSG subject sid [reply-to] headers total
            Some(&"HMSG") if last >= 4 && number(last - 1) <= number(last) => Self::Message {
                subject: words[1].to_owned(),
                headers: number(last - 1),
                total: number(last),
            },
            Some(&"PING") => Self::Ping,
            Some(&"-ERR") => Self::Error(line[4..].trim().to_owned()),
            _ => Self::Other,
        }
    }
}

/// Reads that give way to Ctrl-C.
struct Patient {
    stream: BufReader<TcpStream>,
    stop: Stop,
}

impl Patient {
    /// The next line, or nothing when the connection or the user has ended it.
    fn line(&mut self) -> anyhow::Result<Option<String>> {
        let mut line = Vec::new();
        loop {
            let read = self.stream.read_until(b'\n', &mut line);
            match read {
                Ok(0) => bail!("the server ended the connection"),
                Ok(_) => return Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned())),
                Err(error) if is_pause(&error) && self.stop.requested() => return Ok(None),
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn bytes(&mut self, count: usize) -> anyhow::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match self.stream.read(&mut bytes[filled..]) {
                Ok(0) => bail!("the server ended the connection"),
                Ok(read) => filled += read,
                Err(error) if is_pause(&error) && !self.stop.requested() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(bytes)
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

fn show(subject: &str, headers: &[u8], data: &[u8]) -> String {
    let headers = String::from_utf8_lossy(headers);
    let header = |wanted: &str| {
        let pairs = headers.lines().filter_map(|line| line.split_once(':'));
        let mut value = pairs
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, v)| v.trim());
        value.next().unwrap_or("-").to_owned()
    };
    let data = String::from_utf8_lossy(data);
    format!(
        "{}  {subject}  {}\n    {data}",
        header("ce-time"),
        header("ce-id")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood() {
        let message = |headers, total| Word::Message {
            subject: "nsp.x".to_owned(),
            headers,
            total,
        };
        assert_eq!(Word::read("HMSG nsp.x 1 34 45"), message(34, 45));
        assert_eq!(Word::read("HMSG nsp.x 1 _INBOX.a 34 45"), message(34, 45));
        assert_eq!(Word::read("MSG nsp.x 1 _INBOX.a 11"), message(0, 11));
        assert_eq!(Word::read("HMSG nsp.x 1 46 45"), Word::Other);
        assert_eq!(
            Word::read("-ERR 'Authorization Violation'"),
            Word::Error("'Authorization Violation'".to_owned())
        );
        assert_eq!(Word::read(""), Word::Other);
    }

    #[test]
    fn an_event_is_shown_with_its_time_and_id() {
        let headers = b"NATS/1.0\r\nce-id: 42\r\nce-time: 2026-11-21T16:43:47Z\r\n\r\n";
        assert_eq!(
            show("nsp.cases.v1.case.opened", headers, b"{}"),
            "2026-11-21T16:43:47Z  nsp.cases.v1.case.opened  42\n    {}"
        );
    }
}
