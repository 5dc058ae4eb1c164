//! What pages do with bad input: a clear answer, the typed text still there, nothing half-written, nothing executed.

use http::{StatusCode, header};
use nsp_tests::{
    browser::{Browser, Page},
    world::World,
};
use sqlx::PgPool;

const HTML: &str = "<img src=x onerror=alert(1)>\"'<script>alert(2)</script>";
const ESCAPED: &str = "&#60;script&#62;";

async fn browser(world: &World, user: &str) -> anyhow::Result<Browser> {
    Browser::of(world, &world.sign_in(user).await?)
}

async fn count(database: &PgPool, query: &'static str) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(query).fetch_one(database).await?)
}

/// Files an inquiry through the form, and gives the page's address.
async fn file(browser: &Browser, subject: &str, description: &str) -> anyhow::Result<String> {
    let form = browser.get("/cases/new").await?;
    let request = form.field("request_id").unwrap_or_default();
    let fields = [
        ("subject", subject),
        ("description", description),
        ("request_id", request),
    ];
    let filed = browser.post("/cases/new", &fields).await?;
    assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.text);
    Ok(filed
        .location()
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned())
}

#[tokio::test]
async fn a_form_that_is_sent_again_makes_nothing_twice() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = browser(&world, "jane").await?;
    let form = jane.get("/cases/new").await?;
    let request = form.field("request_id").unwrap_or_default();
    let fields = [
        ("subject", "Once"),
        ("description", "Only once."),
        ("request_id", request),
    ];
    let first = jane.post("/cases/new", &fields).await?;
    let second = jane.post("/cases/new", &fields).await?;
    assert_eq!(
        (first.status, first.location()),
        (StatusCode::SEE_OTHER, second.location())
    );

    let case = first
        .location()
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let page = jane.get(&case).await?;
    let request = page.field("request_id").unwrap_or_default().to_owned();
    for _ in 0..2 {
        let fields = [("body", "Said once."), ("request_id", request.as_str())];
        assert_eq!(
            jane.post(&format!("{case}/comments"), &fields)
                .await?
                .status,
            StatusCode::SEE_OTHER
        );
    }
    assert_eq!(
        count(world.database("cases"), "select count(*) from cases").await?,
        1
    );
    let said = "select count(*) from comments where activity = 'comment'";
    assert_eq!(count(world.database("cases"), said).await?, 1);
    Ok(())
}

#[tokio::test]
async fn wrong_fields_are_named_and_what_was_typed_is_kept() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = browser(&world, "jane").await?;
    let subject = "long ".repeat(2_000);
    let fields = [
        ("subject", subject.as_str()),
        ("description", ""),
        ("request_id", ""),
    ];
    let page = jane.post("/cases/new", &fields).await?;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("too many"),
        "the subject's problem is not said"
    );
    assert!(
        page.text.contains("must not be empty") || page.text.contains("Enter"),
        "the description's is not"
    );
    assert!(
        page.text.contains(subject.trim()),
        "the typed subject is gone"
    );
    assert_eq!(
        count(world.database("cases"), "select count(*) from cases").await?,
        0
    );

    let kept = jane
        .post(
            "/cases/new",
            &[("subject", ""), ("description", HTML), ("request_id", "")],
        )
        .await?;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        kept.text.contains(ESCAPED) && !kept.text.contains("<script>alert"),
        "typed HTML is not kept as text"
    );
    Ok(())
}

#[tokio::test]
async fn html_and_formulas_in_every_field_are_text_everywhere() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, ada) = (
        browser(&world, "jane").await?,
        browser(&world, "ada").await?,
    );
    let case = file(&jane, &format!("=1+1 \u{202e}{HTML}"), HTML).await?;
    let number = case.trim_start_matches("/cases/").to_owned();
    let page = jane.get(&case).await?;
    let request = page.field("request_id").unwrap_or_default();
    jane.post(
        &format!("{case}/comments"),
        &[("body", HTML), ("request_id", request)],
    )
    .await?;
    let expedite = jane.get(&format!("{case}/expedite")).await?;
    let etag = expedite.field("etag").unwrap_or_default();
    let asked = jane
        .post(
            &format!("{case}/expedite"),
            &[("reason", HTML), ("etag", etag)],
        )
        .await?;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);

    let search = "/cases?view=all&q=%3Cscript%3Ealert(2)%3C%2Fscript%3E";
    let pages = [
        jane.get("/").await?,
        jane.get("/cases").await?,
        jane.get(search).await?,
        jane.get(&case).await?,
        jane.get(&format!("{case}?tab=details")).await?,
        jane.get(&format!("{case}?tab=related")).await?,
        jane.get(&format!("{case}/print")).await?,
        ada.get("/staff/queue").await?,
        ada.get(&format!("/staff/cases/{number}")).await?,
    ];
    for page in &pages {
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            !page.text.contains("<script>alert") && !page.text.contains("<img src=x"),
            "{}",
            page.text
        );
        assert!(!page.text.contains('\u{202e}'));
    }
    assert!(pages[3].text.contains(ESCAPED));
    let csv = jane.get("/cases.csv?view=all").await?;
    assert!(
        csv.text.contains("'=1+1"),
        "a formula is not neutralised: {}",
        csv.text
    );
    assert!(
        csv.headers[header::CONTENT_TYPE]
            .to_str()?
            .starts_with("text/csv")
    );
    Ok(())
}

#[tokio::test]
async fn bodies_that_are_no_forms_are_refused_with_the_right_status() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = browser(&world, "jane").await?;
    let form = "application/x-www-form-urlencoded";
    let huge = [b"subject=".to_vec(), vec![b'x'; 3 * 1024 * 1024]].concat();
    assert_eq!(
        jane.post_body("/cases/new", form, huge).await?.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let json = jane
        .post_body("/cases/new", "application/json", b"{}".to_vec())
        .await?;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let broken = jane
        .post_body(
            "/cases/new",
            form,
            b"subject=%FF%FE&description=%00".to_vec(),
        )
        .await?;
    assert!(broken.status.is_client_error(), "{}", broken.status);
    for path in [
        "/cases/99999999",
        "/cases/1",
        "/cases/'%20or%201=1",
        "/nowhere",
    ] {
        let page = jane.get(path).await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    // What makes no sense in an address is left out; a page that no list gave out is refused.
    let list = jane.get("/cases?view=nonsense&sort=sideways").await?;
    assert_eq!(list.status, StatusCode::OK);
    let nowhere = jane.get("/cases?after=zzz").await?;
    assert_eq!(nowhere.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        count(world.database("cases"), "select count(*) from cases").await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = browser(&world, "jane").await?;
    for path in [
        "/cases/new",
        "/sign-out",
        "/my/theme",
        "/my/security/sessions/revoke-others",
    ] {
        assert_eq!(
            jane.post_from_elsewhere(path).await?.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert_eq!(jane.get("/").await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn an_action_upon_an_older_state_is_explained_and_its_text_kept() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, ada) = (
        browser(&world, "jane").await?,
        browser(&world, "ada").await?,
    );
    let case = file(&jane, "Stale", "A question.").await?;
    let number = case.trim_start_matches("/cases/").to_owned();
    let form = ada.get(&format!("/staff/cases/{number}/close")).await?;
    let etag = form.field("etag").unwrap_or_default().to_owned();
    assert!(!etag.is_empty(), "{}", form.text);
    let page = jane.get(&case).await?;
    let request = page.field("request_id").unwrap_or_default();
    jane.post(
        &format!("{case}/comments"),
        &[("body", "One more thing."), ("request_id", request)],
    )
    .await?;

    let fields = [("text", "A long closing remark."), ("etag", etag.as_str())];
    let refused = ada
        .post(&format!("/staff/cases/{number}/close"), &fields)
        .await?;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.text.contains("A long closing remark."),
        "the remark is gone"
    );
    assert_eq!(
        count(
            world.database("cases"),
            "select count(*) from cases where status = 'closed'"
        )
        .await?,
        0
    );
    Ok(())
}

fn headers_of(page: &Page, name: &str) -> String {
    page.headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn every_page_has_the_headers_that_protect_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, stranger) = (browser(&world, "jane").await?, Browser::new(&world)?);
    let pages = [
        jane.get("/").await?,
        jane.get("/cases").await?,
        jane.get("/nowhere").await?,
        stranger.get("/sign-in").await?,
    ];
    for page in &pages {
        let policy = headers_of(page, "content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{policy}"
        );
        assert_eq!(headers_of(page, "x-content-type-options"), "nosniff");
        assert!(headers_of(page, "strict-transport-security").contains("max-age"));
        assert_eq!(headers_of(page, "cache-control"), "no-store");
        assert!(
            !page.text.contains(" style=\"") && !page.text.contains(" onclick="),
            "inline style or script"
        );
    }
    Ok(())
}

#[tokio::test]
async fn signing_in_tells_nothing_about_who_exists() -> anyhow::Result<()> {
    let world = World::start().await?;
    let stranger = Browser::new(&world)?;
    let email = world.email("jane")?;
    let wrong = stranger
        .post(
            "/sign-in",
            &[("email", &email), ("password", "wrong password")],
        )
        .await?;
    let unknown = stranger
        .post(
            "/sign-in",
            &[
                ("email", "nobody@nowhere.example"),
                ("password", "wrong password"),
            ],
        )
        .await?;
    assert_eq!(
        (wrong.status, unknown.status),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            StatusCode::UNPROCESSABLE_ENTITY
        )
    );
    assert_eq!(
        wrong.text.replace(&email, ""),
        unknown.text.replace("nobody@nowhere.example", "")
    );

    // Who was wrong waits a second.
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let right = stranger
        .post(
            "/sign-in",
            &[("email", &email), ("password", world.password())],
        )
        .await?;
    assert_eq!(
        (right.status, right.location()),
        (StatusCode::SEE_OTHER, "/sign-in/code")
    );
    // A password alone opens nothing.
    assert_eq!(stranger.get("/cases").await?.status, StatusCode::SEE_OTHER);
    let code = world.code(&email)?;
    let signed_in = stranger.post("/sign-in/code", &[("code", &code)]).await?;
    assert_eq!(
        (signed_in.status, signed_in.location()),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(stranger.get("/cases").await?.status, StatusCode::OK);
    Ok(())
}
