//! One window.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::convert;
use crate::{error::Error, store};

pub async fn get_window(call: &Call, request: pb::GetWindowRequest) -> Result<pb::Window, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    let window = store::windows::get(&mut tx, id).await?;
    Ok(convert::window(&window, call.now))
}
