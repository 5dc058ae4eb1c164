//! What windows are about.

use nsp_kit::db::Tx;

use crate::error::Error;

/// A row of the catalogue.
#[derive(Debug)]
pub struct Service {
    pub code: String,
    pub name: String,
}

/// All of it, in the order in which people should see it.
pub async fn list(tx: &mut Tx) -> Result<Vec<Service>, Error> {
    Ok(
        sqlx::query_as!(Service, "select code, name from services order by position")
            .fetch_all(&mut **tx)
            .await?,
    )
}
