//! Audit rows of what a person did before there was a session to act with.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, telemetry};
use uuid::Uuid;

use crate::domain::user::User;

/// Writes down that `user` did `action`, although the gateway made the call: the person has just shown who they are.
pub async fn by_user(tx: &mut Tx, user: &User, resource: &str, action: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into kit.audit (id, time, actor, actor_name, action, resource, trace)
         values ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7(),
        tx.now().to_sqlx(),
        user.id.to_string(),
        user.display_name,
        action,
        resource,
        telemetry::current_trace(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
