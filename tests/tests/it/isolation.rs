//! Two accounts, every method and every page that exists: nothing of one is visible to the other, by list, id, search,
//! count, export, event or error text. A method or page that these tests do not know fails them.
//!
//! That the database alone refuses, with no condition in any query, is shown beside each service's tables
//! (`services/*/tests/it/scope.rs`).

use std::collections::BTreeMap;

use http::StatusCode;
use nsp_kit::testbed::eventually;
use nsp_proto::{
    access::METHODS,
    accounts::v1 as accounts,
    auth::v1::Role,
    cases::v1::{self as cases, case_service_client::CaseServiceClient},
    identity::v1::{
        self as identity, factor_service_client::FactorServiceClient,
        session_service_client::SessionServiceClient,
    },
    mail::v1::{self as mail, mail_service_client::MailServiceClient},
};
use nsp_tests::{
    browser::Browser,
    people::SignedIn,
    raw::{call, service_of},
    world::World,
};
use prost::Message;

const URLS: &str = include_str!("../../../services/gateway/src/urls.rs");

/// Jane's account has a case with everything a case can have; Omar belongs to another account.
struct Neighbours {
    world: World,
    jane: SignedIn,
    omar: SignedIn,
    case: cases::Case,
    contact: String,
    factor: String,
    /// What Omar must never read.
    secrets: Vec<String>,
}

impl Neighbours {
    async fn meet() -> anyhow::Result<Self> {
        let world = World::start().await?;
        let (jane, omar) = (world.sign_in("jane").await?, world.sign_in("omar").await?);
        let ada = world.sign_in("ada").await?;
        let mut as_jane = CaseServiceClient::new(world.acting("cases", &jane.session.token)?);
        let mut as_ada = CaseServiceClient::new(world.acting("cases", &ada.session.token)?);
        let request = cases::CreateCaseRequest {
            subject: "Quokkasubject".into(),
            description: "Quokkadescription".into(),
            tlds: vec!["ferrylane".into()],
            ..Default::default()
        };
        let case = as_jane.create_case(request).await?.into_inner();
        let say = |body: &str| cases::CreateCommentRequest {
            parent: case.name.clone(),
            body: body.into(),
            request_id: String::new(),
        };
        as_jane.create_comment(say("Quokkacomment")).await?;
        as_ada.create_comment(say("Quokkareply")).await?;
        let note = cases::CreateInternalNoteRequest {
            parent: case.name.clone(),
            body: "Quokkanote".into(),
            request_id: String::new(),
        };
        as_ada.create_internal_note(note).await?;
        let mut mails = MailServiceClient::new(world.acting("mail", &jane.session.token)?);
        let about = mail::ListMessagesRequest {
            resource: case.name.clone(),
            ..Default::default()
        };
        let mail = eventually(async || {
            let mut mails = mails.clone();
            Ok(mails
                .list_messages(about.clone())
                .await?
                .into_inner()
                .messages
                .into_iter()
                .next())
        })
        .await?;
        assert!(
            mails
                .list_messages(about)
                .await?
                .into_inner()
                .messages
                .len()
                == 1
                && mail.subject.contains("Quokka")
        );

        let (contact, email): (uuid::Uuid, String) = sqlx::query_as(
            "select contacts.id, contacts.email from contacts join accounts on accounts.id = account
             where accounts.display_name like 'Acme%' limit 1",
        )
        .fetch_one(world.database("accounts"))
        .await?;
        let factors = FactorServiceClient::new(world.acting("identity", &jane.session.token)?)
            .list_factors(identity::ListFactorsRequest {})
            .await?
            .into_inner();
        let secrets = ["Quokka", "Acme", "Jane Okoye", "jane@", &email]
            .map(str::to_owned)
            .to_vec();
        Ok(Self {
            contact: format!("{}/contacts/{contact}", case.account),
            factor: factors.factors[0].name.clone(),
            world,
            jane,
            omar,
            case,
            secrets,
        })
    }

    fn session(&self) -> String {
        self.jane
            .session
            .session
            .as_ref()
            .map(|session| session.name.clone())
            .unwrap_or_default()
    }

    fn assert_nothing_leaks(&self, text: &str, from: &str) {
        for secret in &self.secrets {
            assert!(
                !text.contains(secret.as_str()),
                "{from} shows {secret:?}: {text}"
            );
        }
    }

    /// What Omar asks each method for, to get at what is Jane's.
    fn probes(&self) -> BTreeMap<&'static str, Vec<Vec<u8>>> {
        let case = self.case.name.clone();
        let number = format!("cases/{}", self.case.number);
        let account = self.case.account.clone();
        let mut probes = BTreeMap::new();
        let mut add = |path, messages: Vec<Vec<u8>>| probes.insert(path, messages);
        let both =
            |make: &dyn Fn(String) -> Vec<u8>| vec![make(case.clone()), make(number.clone())];

        add(
            "/nsp.cases.v1.CaseService/GetCase",
            both(&|name| cases::GetCaseRequest { name }.encode_to_vec()),
        );
        let create = |follows: String| cases::CreateCaseRequest {
            subject: "Mine".into(),
            description: "Mine".into(),
            follows,
            ..Default::default()
        };
        let mut with_tld = create(String::new());
        with_tld.tlds = vec!["ferrylane".into()];
        let mut create_probes = both(&|follows| create(follows).encode_to_vec());
        create_probes.push(with_tld.encode_to_vec());
        add("/nsp.cases.v1.CaseService/CreateCase", create_probes);
        let list = |change: fn(&mut cases::ListCasesRequest, &Self)| {
            let mut request = cases::ListCasesRequest::default();
            request.set_view(cases::CaseView::All);
            change(&mut request, self);
            request.encode_to_vec()
        };
        add(
            "/nsp.cases.v1.CaseService/ListCases",
            vec![
                list(|_, _| {}),
                list(|request, _| request.query = "quokkasubject".into()),
                list(|request, it| request.query.clone_from(&it.case.number)),
                list(|request, it| request.account.clone_from(&it.case.account)),
                list(|request, _| request.tld = "ferrylane".into()),
            ],
        );
        add("/nsp.cases.v1.CaseService/CountCases", vec![Vec::new()]);
        add(
            "/nsp.cases.v1.CaseService/ListRelatedCases",
            both(&|name| cases::ListRelatedCasesRequest { name }.encode_to_vec()),
        );
        let comment = |parent| cases::CreateCommentRequest {
            parent,
            body: "Hello".into(),
            request_id: String::new(),
        };
        add(
            "/nsp.cases.v1.CaseService/CreateComment",
            both(&|parent| comment(parent).encode_to_vec()),
        );
        let comments = |parent| cases::ListCommentsRequest {
            parent,
            ..Default::default()
        };
        add(
            "/nsp.cases.v1.CaseService/ListComments",
            both(&|parent| comments(parent).encode_to_vec()),
        );
        let expedite = |name| cases::RequestExpediteRequest {
            name,
            reason: "Now".into(),
            etag: String::new(),
        };
        add(
            "/nsp.cases.v1.CaseService/RequestExpedite",
            both(&|name| expedite(name).encode_to_vec()),
        );
        let cancel = |name| cases::CancelCaseRequest {
            name,
            ..Default::default()
        };
        add(
            "/nsp.cases.v1.CaseService/CancelCase",
            both(&|name| cancel(name).encode_to_vec()),
        );

        let get = accounts::GetAccountRequest {
            name: account.clone(),
        };
        add(
            "/nsp.accounts.v1.AccountService/GetAccount",
            vec![get.encode_to_vec()],
        );
        let named = accounts::ListAccountsRequest {
            query: "Acm".into(),
            ..Default::default()
        };
        add(
            "/nsp.accounts.v1.AccountService/ListAccounts",
            vec![Vec::new(), named.encode_to_vec()],
        );
        let of_account = accounts::ListTldsRequest {
            account: account.clone(),
            ..Default::default()
        };
        let by_name = accounts::ListTldsRequest {
            query: "ferrylane".into(),
            ..Default::default()
        };
        add(
            "/nsp.accounts.v1.AccountService/ListTlds",
            vec![
                Vec::new(),
                of_account.encode_to_vec(),
                by_name.encode_to_vec(),
            ],
        );
        let contacts = accounts::ListContactsRequest {
            parent: account.clone(),
            ..Default::default()
        };
        let contact = accounts::ListContactsRequest {
            parent: self.contact.clone(),
            ..Default::default()
        };
        add(
            "/nsp.accounts.v1.AccountService/ListContacts",
            vec![contacts.encode_to_vec(), contact.encode_to_vec()],
        );

        let about = |resource| mail::ListMessagesRequest {
            resource,
            ..Default::default()
        };
        add(
            "/nsp.mail.v1.MailService/ListMessages",
            both(&|resource| about(resource).encode_to_vec()),
        );

        let switch = identity::SwitchAccountRequest { account };
        add(
            "/nsp.identity.v1.SessionService/SwitchAccount",
            vec![switch.encode_to_vec()],
        );
        add(
            "/nsp.identity.v1.SessionService/ListSessions",
            vec![Vec::new()],
        );
        let revoke = identity::RevokeSessionRequest {
            name: self.session(),
        };
        add(
            "/nsp.identity.v1.SessionService/RevokeSession",
            vec![revoke.encode_to_vec()],
        );
        add(
            "/nsp.identity.v1.SessionService/RevokeOtherSessions",
            vec![Vec::new()],
        );
        add(
            "/nsp.identity.v1.FactorService/ListFactors",
            vec![Vec::new()],
        );
        add(
            "/nsp.identity.v1.FactorService/StartTotpFactor",
            vec![Vec::new()],
        );
        let complete = identity::CompleteTotpFactorRequest {
            enrolment: self.factor.clone(),
            totp_code: "000000".into(),
            display_name: "Mine".into(),
        };
        add(
            "/nsp.identity.v1.FactorService/CompleteTotpFactor",
            vec![complete.encode_to_vec()],
        );
        let rename = identity::RenameFactorRequest {
            name: self.factor.clone(),
            display_name: "Mine".into(),
        };
        add(
            "/nsp.identity.v1.FactorService/RenameFactor",
            vec![rename.encode_to_vec()],
        );
        let delete = identity::DeleteFactorRequest {
            name: self.factor.clone(),
        };
        add(
            "/nsp.identity.v1.FactorService/DeleteFactor",
            vec![delete.encode_to_vec()],
        );
        add(
            "/nsp.identity.v1.FactorService/RegenerateRecoveryCodes",
            vec![Vec::new()],
        );
        add("/nsp.identity.v1.UserService/GetProfile", vec![Vec::new()]);
        let user = self.jane.session.user.clone().unwrap_or_default();
        let update = identity::UpdateProfileRequest { user: Some(user) };
        add(
            "/nsp.identity.v1.UserService/UpdateProfile",
            vec![update.encode_to_vec()],
        );
        let password = identity::ChangePasswordRequest {
            current_password: "not the one I have".into(),
            new_password: "quite another password".into(),
        };
        add(
            "/nsp.identity.v1.UserService/ChangePassword",
            vec![password.encode_to_vec()],
        );
        probes
    }

    /// What Jane has, to compare before and after.
    async fn belongings(&self) -> anyhow::Result<String> {
        let token = &self.jane.session.token;
        let name = self.case.name.clone();
        let mut cases = CaseServiceClient::new(self.world.acting("cases", token)?);
        let case = cases
            .get_case(cases::GetCaseRequest { name: name.clone() })
            .await?
            .into_inner();
        let comments = cases::ListCommentsRequest {
            parent: name,
            ..Default::default()
        };
        let comments = cases.list_comments(comments).await?.into_inner();
        let counts = cases
            .count_cases(cases::CountCasesRequest {})
            .await?
            .into_inner();
        let mut factors = FactorServiceClient::new(self.world.acting("identity", token)?);
        let factors = factors
            .list_factors(identity::ListFactorsRequest {})
            .await?
            .into_inner();
        let mut sessions = SessionServiceClient::new(self.world.acting("identity", token)?);
        let sessions = sessions
            .list_sessions(identity::ListSessionsRequest {})
            .await?
            .into_inner()
            .sessions
            .len();
        Ok(format!(
            "{case:?} {comments:?} {counts:?} {factors:?} {sessions}"
        ))
    }
}

#[tokio::test]
async fn no_method_shows_or_changes_what_is_another_accounts() -> anyhow::Result<()> {
    let it = Neighbours::meet().await?;
    let before = it.belongings().await?;
    let probes = it.probes();
    let portal = [
        Role::Administrator,
        Role::Cases,
        Role::Compliance,
        Role::Technical,
        Role::Billing,
        Role::ReadOnly,
    ];
    for method in METHODS {
        let channel = it
            .world
            .acting(service_of(method.path), &it.omar.session.token)?;
        if !method.allows_person(&portal) {
            let refusal = call(channel, method.path, Vec::new()).await.unwrap_err();
            assert_eq!(
                refusal.code(),
                tonic::Code::PermissionDenied,
                "{}",
                method.path
            );
            continue;
        }
        let probes = probes.get(method.path);
        let probes = probes
            .unwrap_or_else(|| panic!("{} is new: say how to probe it in probes()", method.path));
        for probe in probes {
            let answer = call(channel.clone(), method.path, probe.clone()).await;
            let text = match answer {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(status) => format!("{status:?} {}", String::from_utf8_lossy(status.details())),
            };
            it.assert_nothing_leaks(&text, method.path);
        }
    }
    assert_eq!(
        it.belongings().await?,
        before,
        "Omar changed something of Jane's"
    );
    Ok(())
}

/// How a page is probed.
enum Probe {
    /// Shows only what is the reader's own: these addresses, with what a curious reader puts into them.
    Own(Vec<String>),
    /// About one thing of Jane's: for Omar it does not exist.
    Foreign(String),
    /// For ICANN staff: for Omar it does not exist.
    Office(String),
    /// For strangers, too: shows nothing of anybody's.
    Public(String),
    /// Only sent to by forms of the reader's own.
    Form(String),
    /// Exists in development only, where everything is everybody's.
    Development,
}

fn pages(it: &Neighbours) -> BTreeMap<&'static str, Probe> {
    let number = &it.case.number;
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let (factor, session) = (last(&it.factor), last(&it.session()));
    let case = |rest: &str| Probe::Foreign(format!("/cases/{number}{rest}"));
    let office = |rest: &str| Probe::Office(format!("/staff{rest}"));
    let own = |path: &str| Probe::Own(vec![path.to_owned()]);
    let public = |path: &str| Probe::Public(path.to_owned());
    let account = &it.case.account;
    let lists = [
        "",
        "?view=all",
        "?view=all&q=quokkasubject",
        "?view=all&tld=ferrylane",
    ];
    let list = |path: &str| {
        let mut list: Vec<String> = lists.iter().map(|query| format!("{path}{query}")).collect();
        list.push(format!("{path}?view=all&account={account}"));
        list.push(format!("{path}?view=all&q={number}"));
        Probe::Own(list)
    };
    BTreeMap::from([
        ("HOME", own("/")),
        ("ASSET", public("/assets/app.css")),
        ("SIGN_IN", public("/sign-in")),
        ("SIGN_IN_CODE", public("/sign-in/code")),
        ("SIGN_IN_ENROL", public("/sign-in/enrol")),
        ("SIGN_IN_RECOVERY_CODES", public("/sign-in/recovery-codes")),
        ("SIGN_IN_RESET", public("/sign-in/reset")),
        ("SIGN_IN_RESET_TOKEN", public("/sign-in/reset/abc")),
        // Last of all, elsewhere: it ends the reader's own session.
        ("SIGN_OUT", public("/sign-in")),
        ("CASES", list("/cases")),
        ("CASES_CSV", list("/cases.csv")),
        (
            "CASE_NEW",
            Probe::Own(vec![
                "/cases/new".into(),
                format!("/cases/new?follows={number}"),
            ]),
        ),
        ("CASE", case("")),
        ("CASE_COMMENTS", case("/comments")),
        ("CASE_EXPEDITE", case("/expedite")),
        ("CASE_CANCEL", case("/cancel")),
        ("CASE_PRINT", case("/print")),
        ("CASE_LIVE", case("/live")),
        ("QUEUE", office("/queue")),
        ("QUEUE_CSV", office("/queue.csv")),
        ("STAFF_CASE", office(&format!("/cases/{number}"))),
        ("STAFF_CASE_TAKE", office(&format!("/cases/{number}/take"))),
        (
            "STAFF_CASE_WRITE",
            office(&format!("/cases/{number}/write")),
        ),
        ("STAFF_CASE_ACT", office(&format!("/cases/{number}/close"))),
        ("SWITCH_ACCOUNT", Probe::Form("/account/switch".into())),
        ("INFO", own("/my/info")),
        ("THEME", Probe::Form("/my/theme".into())),
        ("SECURITY", own("/my/security")),
        ("PASSWORD", own("/my/security/password")),
        ("FACTOR_NEW", own("/my/security/factors/new")),
        (
            "FACTOR_RENAME",
            Probe::Form(format!("/my/security/factors/{factor}/rename")),
        ),
        (
            "FACTOR_REMOVE",
            Probe::Foreign(format!("/my/security/factors/{factor}/remove")),
        ),
        ("RECOVERY_CODES", own("/my/security/recovery-codes")),
        (
            "SESSION_REVOKE",
            Probe::Form(format!("/my/security/sessions/{session}/revoke")),
        ),
        (
            "SESSIONS_REVOKE_OTHERS",
            Probe::Form("/my/security/sessions/revoke-others".into()),
        ),
        ("DEV_MAIL", Probe::Development),
        ("DEV_MAIL_MESSAGE", Probe::Development),
        ("DEV_MAIL_HTML", Probe::Development),
        ("DEV_MAIL_RAW", Probe::Development),
        ("DEV_COMPONENTS", Probe::Development),
    ])
}

/// The names of the constants in `urls.rs` that are paths.
fn paths() -> Vec<&'static str> {
    let lines = URLS
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "));
    lines
        .filter_map(|line| line.split_once(": &str = \"/").map(|(name, _)| name))
        .collect()
}

#[tokio::test]
async fn no_page_shows_or_changes_what_is_another_accounts() -> anyhow::Result<()> {
    let it = Neighbours::meet().await?;
    let before = it.belongings().await?;
    let pages = pages(&it);
    let paths = paths();
    assert!(paths.len() > 30, "urls.rs is not as this test reads it");
    let account = it.case.account.clone();
    let form = [
        ("account", account.as_str()),
        ("display_name", "Mine"),
        ("name", "Mine"),
        ("body", "x"),
        ("reason", "x"),
    ];
    for path in paths {
        let probe = pages
            .get(path)
            .unwrap_or_else(|| panic!("{path} is new: say how to probe it in pages()"));
        let omar = Browser::of(&it.world, &it.omar)?;
        match probe {
            Probe::Own(addresses) => {
                for address in addresses {
                    let page = omar.get(address).await?;
                    assert!(
                        page.status.is_success() || page.status == StatusCode::NOT_FOUND,
                        "{address}: {}",
                        page.status
                    );
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Foreign(address) | Probe::Office(address) => {
                for page in [omar.get(address).await?, omar.post(address, &form).await?] {
                    let hidden = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED]
                        .contains(&page.status);
                    assert!(hidden, "{address}: {}", page.status);
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Public(address) => {
                it.assert_nothing_leaks(&omar.get(address).await?.text, address)
            }
            Probe::Form(address) => {
                it.assert_nothing_leaks(&omar.post(address, &form).await?.text, address)
            }
            Probe::Development => {}
        }
    }
    assert_eq!(
        it.belongings().await?,
        before,
        "Omar changed something of Jane's"
    );
    Ok(())
}

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_learns_nothing() -> anyhow::Result<()> {
    let it = Neighbours::meet().await?;
    let stranger = Browser::new(&it.world)?;
    for (path, probe) in pages(&it) {
        let addresses = match probe {
            Probe::Own(addresses) => addresses,
            Probe::Foreign(address) | Probe::Office(address) => vec![address],
            Probe::Public(_) | Probe::Form(_) | Probe::Development => continue,
        };
        for address in addresses {
            let page = stranger.get(&address).await?;
            let sent =
                page.status == StatusCode::SEE_OTHER && page.location().starts_with("/sign-in");
            // No content is what makes an open page stop listening.
            let refused = page.status.is_client_error() || page.status == StatusCode::NO_CONTENT;
            assert!(sent || refused, "{path} {address}: {}", page.status);
            it.assert_nothing_leaks(&page.text, &address);
        }
    }
    Ok(())
}
