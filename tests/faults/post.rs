//! A mail server that only counts: it outlives every kill.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// How often each Message-ID was accepted.
#[derive(Clone, Default)]
pub struct Post(Arc<Mutex<BTreeMap<String, usize>>>);

impl Post {
    pub async fn open(&self) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let post = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let post = post.clone();
                tokio::spawn(async move { post.session(stream).await });
            }
        });
        Ok(address)
    }

    /// How often the mail with this Message-ID was accepted.
    pub fn count(&self, id: &str) -> usize {
        *self.0.lock().unwrap().get(id).unwrap_or(&0)
    }

    async fn session(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 post\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            let answer: &[u8] = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => b"250-post\r\n250 8BITMIME\r\n",
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut id = String::new();
                    loop {
                        match lines.next_line().await? {
                            None => return Ok(()),
                            Some(line) if line == "." => break,
                            Some(line) => {
                                if let Some(found) = line.strip_prefix("Message-ID: ") {
                                    found.trim_matches(['<', '>', ' ']).clone_into(&mut id);
                                }
                            }
                        }
                    }
                    *self.0.lock().unwrap().entry(id).or_default() += 1;
                    b"250 kept\r\n"
                }
                "QUIT" => b"221 bye\r\n",
                _ => b"250 yes\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }
}
