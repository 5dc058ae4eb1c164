//! A window as it lies in its table.

use jiff_sqlx::Timestamp;
use nsp_kit::id::AccountId;
use uuid::Uuid;

use crate::{
    domain::{Draft, Origin, Span, Window, WindowId},
    error::Error,
};

/// What every query for windows selects, from [`TABLES`].
pub const COLUMNS: &str = "windows.id, windows.account, accounts.name as account_name, tld, service,
    services.name as service_name, windows.name, description, start_time, end_time, enabled, origin, external_id, creator,
    creator_name, create_time, update_time, version";
pub const TABLES: &str = "windows join services on services.code = service left join accounts on accounts.id = windows.account";
/// Behind a condition about `windows.account`: or windows of TLDs that are granted to the caller's account, and held by
/// who granted them.
pub const GRANTED: &str =
    " or (windows.tld, windows.account) in (select tld, account from granted)";

#[derive(Debug, sqlx::FromRow)]
pub struct WindowRow {
    pub id: Uuid,
    pub account: Uuid,
    pub account_name: Option<String>,
    pub tld: String,
    pub service: String,
    pub service_name: String,
    pub name: String,
    pub description: String,
    pub start_time: Timestamp,
    pub end_time: Timestamp,
    pub enabled: bool,
    pub origin: Origin,
    pub external_id: Option<String>,
    pub creator: String,
    pub creator_name: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

impl TryFrom<WindowRow> for Window {
    type Error = Error;

    fn try_from(row: WindowRow) -> Result<Self, Error> {
        let span = Span::new(row.start_time.to_jiff(), row.end_time.to_jiff());
        Ok(Self {
            id: WindowId(row.id),
            account: AccountId(row.account),
            account_name: row.account_name.unwrap_or_default(),
            draft: Draft {
                tld: row.tld.parse().map_err(|_| Error::Inconsistent("tld"))?,
                service: row
                    .service
                    .parse()
                    .map_err(|_| Error::Inconsistent("service"))?,
                title: row.name.parse().map_err(|_| Error::Inconsistent("name"))?,
                description: row
                    .description
                    .parse()
                    .map_err(|_| Error::Inconsistent("description"))?,
                span: span.ok_or(Error::Inconsistent("end_time"))?,
                enabled: row.enabled,
            },
            service_name: row.service_name,
            origin: row.origin,
            external_id: row.external_id,
            creator: row.creator,
            creator_name: row.creator_name,
            create_time: row.create_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
            version: row.version,
        })
    }
}
