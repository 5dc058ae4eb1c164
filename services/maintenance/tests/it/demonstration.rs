//! The demonstration data.

use std::path::Path;

use crate::harness::World;

#[tokio::test]
async fn the_demonstration_has_windows_of_every_phase_and_is_loaded_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    for _ in 0..2 {
        nsp_maintenance::demo(&world.database, &folder, &world.clock).await?;
    }
    let now = jiff_sqlx::ToSqlx::to_sqlx(world.clock.now());
    let by_phase: Vec<(String, i64, i64)> = sqlx::query_as(
        "select case when end_time <= $1 then 'past' when start_time <= $1 then 'ongoing' else 'upcoming' end,
                count(*), count(distinct account) from windows where enabled group by 1 order by 1",
    )
    .bind(now)
    .fetch_all(&world.owner)
    .await?;
    assert_eq!(by_phase.len(), 3, "{by_phase:?}");
    assert!(
        by_phase
            .iter()
            .all(|(_, count, accounts)| *count >= 5 && *accounts >= 3),
        "{by_phase:?}"
    );
    let total: i64 = sqlx::query_scalar("select count(*) from windows")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(total, 61);
    let idn: i64 = sqlx::query_scalar("select count(*) from windows where tld like 'xn--%'")
        .fetch_one(&world.owner)
        .await?;
    assert!(idn > 0);
    // What lies in the past is not announced now.
    assert!(world.audited().await?.is_empty());
    Ok(())
}
