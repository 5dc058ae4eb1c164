//! The pages of maintenance windows as forms send them: the wizard's steps, times that clocks leave out, the feed.

use http::StatusCode;
use nsp_tests::{browser::Browser, world::World};

const ENTRIES: [(&str, &str); 7] = [
    ("tlds", "ferrylane"),
    ("tlds", "marketcross"),
    ("services", "dns"),
    ("name", "Name server upgrade"),
    ("start", "2026-11-26T17:00"),
    ("end", "2026-11-26T19:00"),
    ("repeat", ""),
];

async fn jane(world: &World) -> anyhow::Result<Browser> {
    Browser::of(world, &world.sign_in("jane").await?)
}

async fn count(world: &World) -> anyhow::Result<i64> {
    let count = sqlx::query_scalar("select count(*) from windows");
    Ok(count.fetch_one(world.database("maintenance")).await?)
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = ENTRIES.to_vec();
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend_from_slice(more);
    fields
}

#[tokio::test]
async fn windows_are_filled_in_validated_and_submitted_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = jane(&world).await?;
    let verify = jane
        .post("/maintenance/new", &with(&[("step", "verify")]))
        .await?;
    assert_eq!(verify.status, StatusCode::OK, "{}", verify.text);
    assert!(verify.text.contains("Not validated yet"));
    assert_eq!(verify.text.matches("name=\"pick\"").count(), 2);

    let start = "2026-11-26T17:00:00Z"
        .parse::<jiff::Timestamp>()?
        .as_second();
    let picks = [
        format!("ferrylane/dns/{start}"),
        format!("marketcross/dns/{start}"),
    ];
    let picked = [("pick", picks[0].as_str()), ("pick", picks[1].as_str())];
    let step = |step: &'static str, more: &[(&'static str, String)]| {
        let mut fields: Vec<(String, String)> = ENTRIES
            .iter()
            .chain(&picked)
            .chain(&[("step", step)])
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        fields.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        fields
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        jane.post("/maintenance/new", &fields).await
    };
    let validated = send(step("validate", &[])).await?;
    assert_eq!(validated.status, StatusCode::OK, "{}", validated.text);
    assert_eq!(validated.text.matches("Can be made").count(), 2);
    assert_eq!(count(&world).await?, 0, "validating makes nothing");

    let id = validated.field("request_id").unwrap_or_default().to_owned();
    for _ in 0..2 {
        let submitted = send(step("submit", &[("request_id", id.clone())])).await?;
        assert_eq!(
            submitted.status,
            StatusCode::SEE_OTHER,
            "{}",
            submitted.text
        );
        assert_eq!(submitted.location(), "/maintenance?view=enabled");
    }
    assert_eq!(
        count(&world).await?,
        2,
        "a form that is sent again makes no doubles"
    );

    // Now they are in the way of themselves.
    let clash = send(step("validate", &[])).await?;
    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        clash.text.contains("Overlaps “Name server upgrade”")
            && clash.text.contains("made by Jane Okoye"),
        "{}",
        clash.text
    );
    let refused = send(step(
        "submit",
        &[("request_id", uuid::Uuid::now_v7().to_string())],
    ))
    .await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(count(&world).await?, 2);
    let back = send(step("back", &[])).await?;
    assert_eq!(back.field("name"), Some("Name server upgrade"));
    assert_eq!(back.field("start"), Some("2026-11-26T17:00"));
    Ok(())
}

#[tokio::test]
async fn times_that_clocks_leave_out_or_show_twice_are_explained() -> anyhow::Result<()> {
    let world = World::start().await?;
    // Jane lives in London.
    let jane = jane(&world).await?;
    let skipped = with(&[
        ("start", "2027-03-28T01:30"),
        ("end", "2027-03-28T03:00"),
        ("step", "verify"),
    ]);
    let skipped = jane.post("/maintenance/new", &skipped).await?;
    assert_eq!(skipped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        skipped
            .text
            .contains("The nearest times are 00:59 and 02:00."),
        "{}",
        skipped.text
    );
    let twice = [
        ("start", "2027-10-31T01:30"),
        ("end", "2027-10-31T03:00"),
        ("step", "verify"),
    ];
    let asked = jane.post("/maintenance/new", &with(&twice)).await?;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        asked.text.contains("name=\"start_offset\""),
        "{}",
        asked.text
    );
    let told = with(&[&twice[..], &[("start_offset", "+00:00")]].concat());
    let told = jane.post("/maintenance/new", &told).await?;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    Ok(())
}

#[tokio::test]
async fn repeats_are_expanded_and_more_than_500_are_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = jane(&world).await?;
    let weekly = [("repeat", "weekly"), ("count", "3"), ("step", "verify")];
    let verify = jane.post("/maintenance/new", &with(&weekly)).await?;
    assert_eq!(verify.status, StatusCode::OK, "{}", verify.text);
    assert_eq!(verify.text.matches("name=\"pick\"").count(), 6);
    let daily = [("repeat", "daily"), ("count", "251"), ("step", "verify")];
    let refused = jane.post("/maintenance/new", &with(&daily)).await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("id=\"repeat-error\""),
        "{}",
        refused.text
    );
    Ok(())
}

#[tokio::test]
async fn a_feed_is_read_by_its_secret_until_it_is_revoked() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, stranger) = (jane(&world).await?, Browser::new(&world)?);
    let made = jane.post("/maintenance/feed", &[]).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let start = made
        .text
        .find("/calendar/")
        .expect("the page shows the address");
    let address = made.text[start..].split('<').next().unwrap_or_default();
    let again = jane.get("/maintenance/feed").await?;
    assert!(!again.text.contains(address), "the address is shown once");

    let calendar = stranger.get(address).await?;
    assert_eq!(calendar.status, StatusCode::OK, "{}", calendar.text);
    assert!(calendar.text.starts_with("BEGIN:VCALENDAR"));
    assert!(calendar.headers.contains_key("etag"));

    let confirm = jane.get("/maintenance/feed/revoke").await?;
    let feed = confirm.field("feed").unwrap_or_default().to_owned();
    let revoked = jane
        .post("/maintenance/feed/revoke", &[("feed", feed.as_str())])
        .await?;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    let (gone, unknown) = (
        stranger.get(address).await?,
        stranger.get("/calendar/never-was.ics").await?,
    );
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!((gone.status, gone.text), (unknown.status, unknown.text));
    Ok(())
}

#[tokio::test]
async fn an_edit_of_an_older_state_is_told_and_what_was_typed_is_kept() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = jane(&world).await?;
    let verify = jane
        .post("/maintenance/new", &with(&[("step", "verify")]))
        .await?;
    let pick = verify.field("pick").unwrap_or_default().to_owned();
    let submit = with(&[("step", "submit"), ("pick", pick.as_str())]);
    let submitted = jane.post("/maintenance/new", &submit).await?;
    assert_eq!(
        submitted.status,
        StatusCode::SEE_OTHER,
        "{}",
        submitted.text
    );
    let list = jane.get("/maintenance").await?;
    let id = list.field("window").unwrap_or_default().to_owned();
    let edit = format!("/maintenance/{id}/edit");
    let form = jane.get(&edit).await?;
    let etag = form.field("etag").unwrap_or_default().to_owned();
    let fields = |name: &'static str| {
        [
            ("name", name),
            ("description", ""),
            ("start", "2026-11-26T17:00"),
            ("end", "2026-11-26T20:00"),
            ("whole", "true"),
            ("etag", etag.as_str()),
        ]
    };
    let saved = jane.post(&edit, &fields("The quicker one")).await?;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let refused = jane.post(&edit, &fields("The slower one")).await?;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.field("name"), Some("The slower one"));
    assert!(refused.text.contains("The quicker one"), "{}", refused.text);
    assert_ne!(refused.field("etag"), Some(etag.as_str()));
    Ok(())
}
