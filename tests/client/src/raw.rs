//! Calls of any method by its path, with and without a message: how tests reach methods they do not know by name.

use bytes::{Buf, BufMut};
use nsp_kit::client::Channel;
use tonic::{
    Request, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// The service that has the method, such as `cases` for `/nsp.cases.v1.CaseService/GetCase`.
pub fn service_of(path: &str) -> &'static str {
    let package = path.trim_start_matches("/nsp.").split('.').next();
    [
        "identity",
        "accounts",
        "cases",
        "maintenance",
        "reporting",
        "tlsauth",
        "mail",
    ]
    .into_iter()
    .find(|name| package == Some(name))
    .unwrap_or("mail")
}

/// Calls the method at `path` with an encoded message, and gives the encoded answer.
pub async fn call(channel: Channel, path: &str, message: Vec<u8>) -> Result<Vec<u8>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let path = path
        .parse::<http::uri::PathAndQuery>()
        .map_err(|error| Status::internal(error.to_string()))?;
    Ok(grpc
        .unary(Request::new(message), path, Raw)
        .await?
        .into_inner())
}

/// Messages as they are.
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}
