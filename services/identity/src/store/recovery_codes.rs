//! Recovery codes that were not used yet, as hashes.

use nsp_kit::{db::Tx, id::UserId};

use crate::domain::recovery::RecoveryCode;

/// The person has these codes and no others.
pub async fn replace(tx: &mut Tx, person: UserId, codes: &[RecoveryCode]) -> sqlx::Result<()> {
    let hashes: Vec<Vec<u8>> = codes.iter().map(RecoveryCode::hash).collect();
    sqlx::query!("delete from recovery_codes where person = $1", person.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "insert into recovery_codes (person, hash) select $1, unnest($2::bytea[])",
        person.0,
        &hashes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Uses a code up. False if it is none of the person's.
pub async fn take(tx: &mut Tx, person: UserId, code: &RecoveryCode) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from recovery_codes where person = $1 and hash = $2",
        person.0,
        code.hash(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many codes the person has left.
pub async fn count(tx: &mut Tx, person: UserId) -> sqlx::Result<i32> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from recovery_codes where person = $1"#,
        person.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
