//! What the mTLS edge will say to a domain name and a certificate (TLS-7).

use nsp_kit::call::Call;
use nsp_proto::tlsauth::v1 as pb;
use tonic::Status;

use crate::error::Error;

pub fn check_tls_client(
    _: &Call,
    _: pb::CheckTlsClientRequest,
) -> Result<pb::CheckTlsClientResponse, Error> {
    Err(Status::unimplemented("not yet").into())
}
