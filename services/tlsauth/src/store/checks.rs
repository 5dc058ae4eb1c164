//! What the last looks at domain names of entries found (TLS-7).

use std::collections::HashMap;

use nsp_kit::db::Tx;
use nsp_proto::tlsauth::v1 as pb;
use prost::Message;
use uuid::Uuid;

use crate::error::Error;

/// The checks of these entries, in the order of the names.
pub async fn of(tx: &mut Tx, entries: &[Uuid]) -> Result<HashMap<Uuid, Vec<pb::TlsCheck>>, Error> {
    let rows = sqlx::query!(
        "select entry, result from checks where entry = any($1) order by entry, domain_name",
        entries,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut checks: HashMap<Uuid, Vec<pb::TlsCheck>> = HashMap::new();
    for row in rows {
        let check = pb::TlsCheck::decode(row.result.as_slice());
        let check = check.map_err(|_| Error::Inconsistent("check"))?;
        checks.entry(row.entry).or_default().push(check);
    }
    Ok(checks)
}
