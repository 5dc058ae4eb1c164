//! Two accounts next to each other.

use jiff::SignedDuration;
use nsp_kit::{clock::to_proto, testbed::eventually};
use nsp_proto::reporting::v1::{
    self as reporting, report_service_client::ReportServiceClient,
    status_service_client::StatusServiceClient, submit_report_request::Part,
};
use nsp_proto::tlsauth::v1::{
    self as tlsauth, grant_service_client::GrantServiceClient,
    tls_client_service_client::TlsClientServiceClient, upload_service_client::UploadServiceClient,
};
use nsp_proto::{
    cases::v1::{self as cases, case_service_client::CaseServiceClient},
    identity::v1::{
        self as identity, factor_service_client::FactorServiceClient,
        session_service_client::SessionServiceClient,
    },
    mail::v1::{self as mail, mail_service_client::MailServiceClient},
    maintenance::v1::{
        self as maintenance, feed_service_client::FeedServiceClient,
        window_service_client::WindowServiceClient,
    },
};
use nsp_tests::{people::SignedIn, world::World};

/// Jane's account has a case with everything a case can have, a maintenance window, a calendar feed, TLS client
/// authentication data with all that belongs to it, and a report. Omar belongs to another registry, and Aoife to a service
/// provider that Omar's account, not Jane's, has granted everything that can be granted.
pub struct Neighbours {
    pub world: World,
    pub jane: SignedIn,
    omar: SignedIn,
    aoife: SignedIn,
    pub case: cases::Case,
    pub window: maintenance::Window,
    pub feed: String,
    pub tls: Tls,
    pub contact: String,
    pub factor: String,
    /// What neither of them must ever read.
    secrets: Vec<String>,
}

impl Neighbours {
    pub async fn meet() -> anyhow::Result<Self> {
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

        let (window, feed) = plan(&world, &jane).await?;
        let tls = let_in(&world, &jane).await?;
        let aoife = world.sign_in("aoife").await?;
        grant_everything(&world, &omar, &aoife).await?;
        report(&world).await?;

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
            aoife,
            case,
            window,
            feed,
            tls,
            secrets,
        })
    }

    /// Has both of them try to get at what is Jane's, and looks whether all of it is as before.
    pub async fn tempt(
        &self,
        tries: impl AsyncFn(&SignedIn) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let before = self.belongings().await?;
        for reader in [&self.omar, &self.aoife] {
            tries(reader).await?;
        }
        assert_eq!(
            self.belongings().await?,
            before,
            "a neighbour changed something of Jane's"
        );
        Ok(())
    }

    /// The name of Jane's session.
    pub fn session(&self) -> String {
        self.jane
            .session
            .session
            .as_ref()
            .map(|session| session.name.clone())
            .unwrap_or_default()
    }

    pub fn assert_nothing_leaks(&self, text: &str, from: &str) {
        for secret in &self.secrets {
            assert!(
                !text.contains(secret.as_str()),
                "{from} shows {secret:?}: {text}"
            );
        }
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
        let get = maintenance::GetWindowRequest {
            name: self.window.name.clone(),
        };
        let window = WindowServiceClient::new(self.world.acting("maintenance", token)?)
            .get_window(get)
            .await?
            .into_inner();
        let feed = FeedServiceClient::new(self.world.acting("maintenance", token)?)
            .get_feed(maintenance::GetFeedRequest {})
            .await?
            .into_inner();
        let tls = self.tls.belongings(&self.world, token).await?;
        let history = reporting::ListSubmissionsRequest {
            parent: "tlds/ferrylane".into(),
            ..Default::default()
        };
        let reports = StatusServiceClient::new(self.world.acting("reporting", token)?)
            .list_submissions(history)
            .await?
            .into_inner();
        assert_eq!(reports.submissions.len(), 1);
        Ok(format!(
            "{case:?} {comments:?} {counts:?} {factors:?} {sessions} {window:?} {feed:?} {tls} {reports:?}"
        ))
    }
}

/// Jane's window and the name of her account's feed.
async fn plan(world: &World, jane: &SignedIn) -> anyhow::Result<(maintenance::Window, String)> {
    let channel = world.acting("maintenance", &jane.session.token)?;
    let at = |hours| to_proto(world.clock.now() + SignedDuration::from_hours(hours));
    let window = maintenance::Window {
        tld: "ferrylane".into(),
        service: "dns".into(),
        display_name: "Quokkawindow".into(),
        description: "Quokkawork".into(),
        start_time: Some(at(24)),
        end_time: Some(at(26)),
        enabled: true,
        ..Default::default()
    };
    let request = maintenance::CreateWindowsRequest {
        windows: vec![window],
        ..Default::default()
    };
    let mut windows = WindowServiceClient::new(channel.clone());
    let created = windows.create_windows(request).await?.into_inner();
    let feed = FeedServiceClient::new(channel)
        .create_feed(maintenance::CreateFeedRequest { replace: false })
        .await?
        .into_inner()
        .feed
        .unwrap_or_default();
    Ok((created.windows[0].clone(), feed.name))
}

/// Something that a machine of Jane's has submitted.
async fn report(world: &World) -> anyhow::Result<()> {
    let client = reporting::Client {
        name: "Quokkaclient".into(),
        party: reporting::Party::RegistryOperator.into(),
        address: "192.0.2.1".into(),
    };
    let header = reporting::submit_report_request::Header {
        client: Some(client),
        kind: reporting::ReportKind::RegistryEscrowReport.into(),
        tld: "ferrylane".into(),
        path_id: "Quokkareport".into(),
        content_type: "text/xml".into(),
    };
    let parts = [Part::Header(header), Part::Chunk(b"<quokka/>".to_vec())];
    let parts = parts.map(|part| reporting::SubmitReportRequest { part: Some(part) });
    let mut reports = ReportServiceClient::new(world.as_service("reporting", "access")?);
    let parts = futures_util::stream::iter(parts);
    let answer = reports.submit_report(parts).await?.into_inner();
    let code = answer.result.unwrap_or_default().code;
    anyhow::ensure!(code == 2001, "{code}");
    Ok(())
}

/// Jane's entry, her grant to a service provider, and what that has uploaded for her TLD.
pub struct Tls {
    pub client: tlsauth::TlsClientRecord,
    pub grant: tlsauth::Grant,
    pub upload: tlsauth::Upload,
}

impl Tls {
    async fn belongings(&self, world: &World, token: &str) -> anyhow::Result<String> {
        let channel = world.acting("tlsauth", token)?;
        let client = TlsClientServiceClient::new(channel.clone())
            .get_tls_client(tlsauth::GetTlsClientRequest {
                name: self.client.name.clone(),
            })
            .await?;
        let grant = GrantServiceClient::new(channel.clone())
            .get_grant(tlsauth::GetGrantRequest {
                name: self.grant.name.clone(),
            })
            .await?;
        let consent = UploadServiceClient::new(channel)
            .get_upload_consent(tlsauth::GetUploadConsentRequest {
                name: self.upload.consents[0].name.clone(),
            })
            .await?;
        let (client, grant) = (client.into_inner(), grant.into_inner());
        // When the registry was told is no matter here: it may happen meanwhile.
        let state = consent.into_inner().state;
        Ok(format!("{client:?} {grant:?} {state}"))
    }
}

async fn let_in(world: &World, jane: &SignedIn) -> anyhow::Result<Tls> {
    let channel = world.acting("tlsauth", &jane.session.token)?;
    let entry = tlsauth::TlsClientRecord {
        domain_names: vec!["quokka.example".into()],
        roles: vec![1],
        prefixes: vec!["192.0.2.0/24".into()],
        note: "Quokkatls".into(),
        ..Default::default()
    };
    let request = tlsauth::CreateTlsClientsRequest {
        tlds: vec!["ferrylane".into()],
        tls_client: Some(entry),
        request_id: String::new(),
    };
    let mut clients = TlsClientServiceClient::new(channel.clone());
    let made = clients.create_tls_clients(request).await?;
    let client = made.into_inner().tls_clients.remove(0);
    let sjoerd = world.sign_in("sjoerd").await?;
    let provider = sjoerd.session.acting.clone().unwrap_or_default().account;
    let request = tlsauth::CreateGrantsRequest {
        tlds: vec!["marketcross".into()],
        provider,
        scopes: vec![1],
        expire_time: Some(to_proto(world.clock.now() + SignedDuration::from_hours(99))),
        request_id: String::new(),
    };
    let mut grants = GrantServiceClient::new(channel);
    let made = grants.create_grants(request).await?;
    let grant = made.into_inner().grants.remove(0);
    let channel = world.acting("tlsauth", &sjoerd.session.token)?;
    let mut uploads = UploadServiceClient::new(channel);
    let csv = b"tld,domain_names,roles,prefixes\nferrylane,quokka.example,slam-data,192.0.2.1\n";
    let validate = tlsauth::ValidateUploadRequest { csv: csv.to_vec() };
    let valid = uploads.validate_upload(validate).await?;
    let request = tlsauth::CreateUploadRequest {
        csv: csv.to_vec(),
        attestation: valid.into_inner().attestation,
        attester: "Quokkaattester".into(),
        request_id: String::new(),
    };
    let upload = uploads.create_upload(request).await?.into_inner();
    Ok(Tls {
        client,
        grant,
        upload,
    })
}

/// What is granted makes a provider see more than its own; never what others have not granted.
async fn grant_everything(world: &World, by: &SignedIn, to: &SignedIn) -> anyhow::Result<()> {
    let mut grants = GrantServiceClient::new(world.acting("tlsauth", &by.session.token)?);
    let scopes = [
        tlsauth::GrantScope::TlsData,
        tlsauth::GrantScope::Windows,
        tlsauth::GrantScope::Reports,
    ];
    let request = tlsauth::CreateGrantsRequest {
        tlds: vec!["beekeepers".into()],
        provider: to.session.acting.clone().unwrap_or_default().account,
        scopes: scopes.map(Into::into).to_vec(),
        expire_time: Some(to_proto(world.clock.now() + SignedDuration::from_hours(99))),
        request_id: String::new(),
    };
    grants.create_grants(request).await?;
    // Told by an event: before it has come, nothing is granted there yet.
    for service in ["maintenance", "reporting"] {
        let known = "select exists (select from grants where tld = 'beekeepers')";
        let database = world.database(service);
        eventually(async || {
            let known: bool = sqlx::query_scalar(known).fetch_one(database).await?;
            Ok(known.then_some(()))
        })
        .await?;
    }
    Ok(())
}
