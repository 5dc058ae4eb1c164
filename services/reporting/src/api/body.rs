//! Bodies that come in pieces.

use bytes::{Bytes, BytesMut};
use nsp_kit::status::Invalid;
use tonic::Streaming;

use crate::error::Error;

/// The largest piece.
const MAX_CHUNK: usize = 1024 * 1024;

/// One message of a stream.
pub enum Part<H> {
    Header(H),
    Chunk(Vec<u8>),
    Nothing,
}

/// A message that carries the header or a piece of a body.
pub trait Message {
    type Header;

    fn part(self) -> Part<Self::Header>;
}

/// The header, which comes first.
pub async fn header<M: Message>(parts: &mut Streaming<M>) -> Result<M::Header, Error> {
    match parts.message().await?.map(Message::part) {
        Some(Part::Header(header)) => Ok(header),
        _ => Err(Invalid::field("header", "must be in the first message").into()),
    }
}

/// The body, or nothing if it is larger than `limit`. A stream that breaks off is an error.
pub async fn body<M: Message>(
    parts: &mut Streaming<M>,
    limit: usize,
) -> Result<Option<Bytes>, Error> {
    let mut body = BytesMut::new();
    while let Some(message) = parts.message().await? {
        let Part::Chunk(chunk) = message.part() else {
            return Err(Invalid::field("chunk", "must be in every message but the first").into());
        };
        if chunk.len() > MAX_CHUNK {
            return Err(Invalid::field("chunk", "must not exceed 1 MiB").into());
        }
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body.freeze()))
}
