//! The demonstration data.

use std::path::Path;

use crate::harness::World;

#[tokio::test]
async fn the_demonstration_has_two_thousand_cases_and_is_loaded_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    for _ in 0..2 {
        nsp_cases::demo(&world.database, &folder, &world.clock).await?;
    }
    let by_status: Vec<(String, i64)> =
        sqlx::query_as("select status::text, count(*) from cases group by status order by 1")
            .fetch_all(&world.owner)
            .await?;
    assert_eq!(by_status.iter().map(|(_, count)| count).sum::<i64>(), 2_000);
    assert_eq!(by_status.len(), 6, "{by_status:?}");
    let placeholders: i64 =
        sqlx::query_scalar("select count(*) from comments join cases on cases.id = case_id where body ~ '\\{[a-z]+\\}' or subject ~ '\\{[a-z]+\\}' or description ~ '\\{[a-z]+\\}'")
            .fetch_one(&world.owner)
            .await?;
    assert_eq!(placeholders, 0);
    let future: i64 = sqlx::query_scalar("select count(*) from comments where create_time > $1")
        .bind(jiff_sqlx::ToSqlx::to_sqlx(world.clock.now()))
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(future, 0);
    Ok(())
}
