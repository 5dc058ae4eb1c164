//! Demonstration data: general inquiries of invented parties, with ages and conversations (`nsp-cases demo`).

mod draw;
mod material;
mod story;
mod words;

use std::path::Path;

use nsp_kit::{
    clock::Clock,
    config,
    db::{Database, Tx},
};

use self::{draw::Draw, material::Material};
use crate::{SERVICE, store};

/// Fills an empty database from the files in `folder`. Does nothing where there are cases.
///
/// History is not announced: nobody is mailed about the past, and no event says that it happened now.
pub async fn demo(config: &config::Database, folder: &Path, clock: &Clock) -> anyhow::Result<()> {
    let db = Database::connect(config)?;
    let now = clock.now();
    let mut tx = db.begin_as_service(SERVICE, now).await?;
    let (exist,): (bool,) = sqlx::query_as("select exists (select from cases)")
        .fetch_one(&mut *tx)
        .await?;
    if exist {
        tracing::info!("there are cases already; nothing to do");
        return Ok(());
    }
    let material = Material::read(folder)?;
    let mix = &material.texts.mix;
    let mut draw = Draw::new(mix.seed);
    let mut stories = (0..mix.total)
        .map(|_| story::tell(&mut draw, &material, now))
        .collect::<anyhow::Result<Vec<_>>>()?;
    // Numbers grow with time.
    stories.sort_by_key(|story| story.case.create_time);
    for story in stories {
        write(&mut tx, story).await?;
    }
    for tld in &material.tlds {
        let label = tld.label.parse().map_err(anyhow::Error::msg)?;
        store::tlds::put(&mut tx, &label, nsp_kit::id::AccountId(tld.account)).await?;
    }
    tx.commit().await?;
    tracing::info!(cases = mix.total, "demonstration data loaded");
    Ok(())
}

async fn write(tx: &mut Tx, story: story::Story) -> anyhow::Result<()> {
    let (case, _) = store::cases::insert(tx, story.case, None).await?;
    store::cases::update(tx, &case).await?;
    for comment in &story.comments {
        store::comments::insert(tx, comment).await?;
    }
    for note in story.notes {
        store::notes::insert(tx, note).await?;
    }
    Ok(())
}
