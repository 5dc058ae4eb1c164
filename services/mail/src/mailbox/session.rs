//! One SMTP connection (RFC 5321), the receiving side. smtp-proto does the parsing.

use std::{borrow::Cow, future::Future, time::Duration};

use smtp_proto::{
    Error, Request,
    request::receiver::{DataReceiver, RequestReceiver},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const MAX_MAIL: usize = 10 * 1024 * 1024;
const MAX_RECIPIENTS: usize = 100;
/// Commands that make no sense, after which we hang up.
const MAX_ERRORS: u32 = 10;
const MAX_ADDRESS: usize = 320;
/// Between two packets.
const IDLE: Duration = Duration::from_mins(1);
/// For the whole connection.
const LIFE: Duration = Duration::from_mins(10);

/// Where received mail goes.
pub trait Store {
    fn keep(
        &self,
        envelope: &Envelope,
        raw: &[u8],
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// From whom and to whom, as the commands said.
#[derive(Debug, Default)]
pub struct Envelope {
    pub sender: String,
    pub recipients: Vec<String>,
}

/// What happens after an answer.
enum Next {
    Command,
    Data,
    HangUp,
}

pub struct Session<S> {
    stream: TcpStream,
    store: S,
    /// What `MAIL` and `RCPT` have said; none before `MAIL`.
    envelope: Option<Envelope>,
    errors: u32,
    greeted: bool,
}

impl<S: Store> Session<S> {
    pub fn new(stream: TcpStream, store: S) -> Self {
        Self {
            stream,
            store,
            envelope: None,
            errors: 0,
            greeted: false,
        }
    }

    /// Talks until the other side has had enough, or has been here too long.
    pub async fn run(mut self) -> anyhow::Result<()> {
        tokio::time::timeout(LIFE, self.talk()).await?
    }

    async fn talk(&mut self) -> anyhow::Result<()> {
        self.answer("220 nsp development mailbox").await?;
        let mut requests = RequestReceiver::default();
        let mut data: Option<Incoming> = None;
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let length = tokio::time::timeout(IDLE, self.stream.read(&mut buffer)).await??;
            if length == 0 {
                return Ok(());
            }
            let mut bytes = buffer[..length].iter();
            // Several commands, and the data, may come in one packet.
            loop {
                if let Some(mut incoming) = data.take() {
                    if !incoming.take(&mut bytes) {
                        data = Some(incoming);
                        break;
                    }
                    self.keep(incoming).await?;
                    continue;
                }
                let next = match requests.ingest(&mut bytes) {
                    Ok(request) => self.command(request).await?,
                    Err(Error::NeedsMoreData { .. }) => break,
                    Err(error) => self.mistake(&error).await?,
                };
                match next {
                    Next::Command => {}
                    Next::Data => data = Some(Incoming::new()),
                    Next::HangUp => return Ok(()),
                }
            }
        }
    }

    async fn command(&mut self, request: Request<Cow<'_, str>>) -> anyhow::Result<Next> {
        let answer = match request {
            Request::Ehlo { .. } => {
                self.reset(true);
                let size = format!(
                    "250-nsp\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 SIZE {MAX_MAIL}"
                );
                self.answer(&size).await?;
                return Ok(Next::Command);
            }
            Request::Helo { .. } => {
                self.reset(true);
                "250 nsp"
            }
            Request::Mail { .. } if !self.greeted => "503 5.5.1 say EHLO first",
            Request::Mail { .. } if self.envelope.is_some() => "503 5.5.1 one mail at a time",
            Request::Mail { from } if from.size > MAX_MAIL => "552 5.3.4 the mail is too large",
            Request::Mail { from } => {
                self.envelope = Some(Envelope {
                    sender: short(&from.address),
                    recipients: Vec::new(),
                });
                "250 2.1.0 fine"
            }
            Request::Rcpt { to } => self.recipient(&to.address),
            Request::Data => match &self.envelope {
                Some(envelope) if !envelope.recipients.is_empty() => {
                    self.answer("354 end with a dot").await?;
                    return Ok(Next::Data);
                }
                _ => "503 5.5.1 say MAIL and RCPT first",
            },
            Request::Rset => {
                self.reset(self.greeted);
                "250 2.0.0 forgotten"
            }
            Request::Noop { .. } => "250 2.0.0 fine",
            Request::Quit => {
                self.answer("221 2.0.0 goodbye").await?;
                return Ok(Next::HangUp);
            }
            _ => "502 5.5.1 not known here",
        };
        self.answer(answer).await?;
        Ok(Next::Command)
    }

    fn recipient(&mut self, address: &str) -> &'static str {
        match &mut self.envelope {
            None => "503 5.5.1 say MAIL first",
            Some(envelope) if envelope.recipients.len() >= MAX_RECIPIENTS => {
                "452 4.5.3 too many recipients"
            }
            Some(envelope) => {
                envelope.recipients.push(short(address));
                "250 2.1.5 fine"
            }
        }
    }

    /// A command that smtp-proto did not understand.
    async fn mistake(&mut self, error: &Error) -> anyhow::Result<Next> {
        self.errors += 1;
        if self.errors > MAX_ERRORS {
            self.answer("421 4.7.0 too many mistakes").await?;
            return Ok(Next::HangUp);
        }
        let answer = match error {
            Error::ResponseTooLong => "500 5.5.6 the line is too long",
            Error::InvalidSenderAddress => "501 5.1.7 that is no address",
            Error::InvalidRecipientAddress => "501 5.1.3 that is no address",
            Error::UnknownCommand | Error::InvalidResponse { .. } => "500 5.5.1 not known here",
            _ => "501 5.5.4 not understood",
        };
        self.answer(answer).await?;
        Ok(Next::Command)
    }

    /// A whole mail has come in.
    async fn keep(&mut self, incoming: Incoming) -> anyhow::Result<()> {
        let envelope = self.envelope.take().unwrap_or_default();
        if incoming.too_large {
            return self.answer("552 5.3.4 the mail is too large").await;
        }
        match self.store.keep(&envelope, &incoming.raw).await {
            Ok(()) => self.answer("250 2.0.0 kept").await,
            Err(error) => {
                tracing::warn!(?error, "received mail not kept");
                self.answer("451 4.3.0 cannot keep it now").await
            }
        }
    }

    fn reset(&mut self, greeted: bool) {
        self.envelope = None;
        self.greeted = greeted;
    }

    async fn answer(&mut self, line: &str) -> anyhow::Result<()> {
        let line = format!("{line}\r\n");
        tokio::time::timeout(IDLE, self.stream.write_all(line.as_bytes())).await??;
        Ok(())
    }
}

/// A mail that is coming in. What is too large is read to its end and dropped.
struct Incoming {
    receiver: DataReceiver,
    raw: Vec<u8>,
    too_large: bool,
}

impl Incoming {
    fn new() -> Self {
        // A dot counts at the beginning of a line, and the first line follows the end of the command.
        let mut receiver = DataReceiver::new();
        receiver.ingest(&mut b"\r\n".iter(), &mut Vec::new());
        Self {
            receiver,
            raw: Vec::new(),
            too_large: false,
        }
    }

    /// Takes what belongs to the mail; true at its end.
    fn take(&mut self, bytes: &mut std::slice::Iter<'_, u8>) -> bool {
        let ended = self.receiver.ingest(bytes, &mut self.raw);
        if self.raw.len() > MAX_MAIL {
            self.too_large = true;
        }
        if self.too_large {
            self.raw.clear();
        }
        ended
    }
}

fn short(address: &str) -> String {
    address.chars().take(MAX_ADDRESS).collect()
}
