//! A consumer like any other service: it writes down the events of cases in the order in which they come.

use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
};
use nsp_proto::events::v1::CaseCommented;

/// Its tables, beside those of the kit.
pub const TABLES: &str = "
    create table seen (seq bigint generated always as identity, event uuid not null, about text not null, comment text);
    grant insert on seen to nsp_observer;";

pub struct Observer;

impl Handler for Observer {
    const SERVICE: &'static str = "observer";
    const SUBJECTS: &'static str = "nsp.cases.v1.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        let comment = match event.decode::<CaseCommented>() {
            Some(commented) => Some(commented?.comment),
            None => None,
        };
        sqlx::query("insert into seen (event, about, comment) values ($1, $2, $3)")
            .bind(event.id)
            .bind(&event.about)
            .bind(comment)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}
