//! What a neighbour asks each method for, to get at what is Jane's.

use std::collections::BTreeMap;

use nsp_proto::{
    FieldMask, accounts::v1 as accounts, cases::v1 as cases, identity::v1 as identity,
    mail::v1 as mail, maintenance::v1 as maintenance, reporting::v1 as reporting,
    tlsauth::v1 as tlsauth,
};
use nsp_tests::people::SignedIn;
use prost::Message;

use super::neighbours::Neighbours;

/// Encoded requests, by the method's path.
pub type Probes = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// Every method that persons may call. A new one is added here, or the test fails.
pub fn probes(it: &Neighbours, reader: &SignedIn) -> Probes {
    let mut probes = Probes::new();
    probes.extend(of_reading_cases(it));
    probes.extend(of_writing_cases(it));
    probes.extend(of_accounts(it, reader));
    probes.extend(of_credentials());
    probes.extend(of_reading_windows(it));
    probes.extend(of_writing_windows(it));
    probes.extend(of_feeds(it));
    probes.extend(of_reports(it));
    probes.extend(of_tls_clients(it));
    probes.extend(of_grants(it));
    probes.extend(of_uploads(it));
    probes.extend(of_mail(it));
    probes.extend(of_identity(it));
    probes.extend(of_factors(it));
    probes.extend(of_members(it, reader));
    probes
}

/// A request for Jane's case by its id, and one by its number.
fn both(it: &Neighbours, make: impl Fn(String) -> Vec<u8>) -> Vec<Vec<u8>> {
    vec![
        make(it.case.name.clone()),
        make(format!("cases/{}", it.case.number)),
    ]
}

fn of_reading_cases(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    add(
        "/nsp.cases.v1.CaseService/GetCase",
        both(it, |name| cases::GetCaseRequest { name }.encode_to_vec()),
    );
    let list = |change: fn(&mut cases::ListCasesRequest, &Neighbours)| {
        let mut request = cases::ListCasesRequest::default();
        request.set_view(cases::CaseView::All);
        change(&mut request, it);
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
        both(it, |name| {
            cases::ListRelatedCasesRequest { name }.encode_to_vec()
        }),
    );
    let comments = |parent| cases::ListCommentsRequest {
        parent,
        ..Default::default()
    };
    add(
        "/nsp.cases.v1.CaseService/ListComments",
        both(it, |parent| comments(parent).encode_to_vec()),
    );
    probes
}

fn of_writing_cases(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let create = |follows: String| cases::CreateCaseRequest {
        subject: "Mine".into(),
        description: "Mine".into(),
        follows,
        ..Default::default()
    };
    let mut with_tld = create(String::new());
    with_tld.tlds = vec!["ferrylane".into()];
    let mut create_probes = both(it, |follows| create(follows).encode_to_vec());
    create_probes.push(with_tld.encode_to_vec());
    add("/nsp.cases.v1.CaseService/CreateCase", create_probes);
    let comment = |parent| cases::CreateCommentRequest {
        parent,
        body: "Hello".into(),
        request_id: String::new(),
    };
    add(
        "/nsp.cases.v1.CaseService/CreateComment",
        both(it, |parent| comment(parent).encode_to_vec()),
    );
    let expedite = |name| cases::RequestExpediteRequest {
        name,
        reason: "Now".into(),
        etag: String::new(),
    };
    add(
        "/nsp.cases.v1.CaseService/RequestExpedite",
        both(it, |name| expedite(name).encode_to_vec()),
    );
    let cancel = |name| cases::CancelCaseRequest {
        name,
        ..Default::default()
    };
    add(
        "/nsp.cases.v1.CaseService/CancelCase",
        both(it, |name| cancel(name).encode_to_vec()),
    );
    probes
}

fn of_accounts(it: &Neighbours, reader: &SignedIn) -> Probes {
    let account = it.case.account.clone();
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
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
        parent: it.contact.clone(),
        ..Default::default()
    };
    add(
        "/nsp.accounts.v1.AccountService/ListContacts",
        vec![contacts.encode_to_vec(), contact.encode_to_vec()],
    );
    let id = it.contact.rsplit('/').next().unwrap_or_default();
    let own = reader.session.acting.clone().unwrap_or_default().account;
    let by_name = |name: String| accounts::GetContactRequest { name }.encode_to_vec();
    add(
        "/nsp.accounts.v1.AccountService/GetContact",
        vec![
            by_name(it.contact.clone()),
            by_name(format!("{own}/contacts/{id}")),
        ],
    );
    probes
}

/// Jane's TLD has credentials in the demonstration data.
fn of_credentials() -> Probes {
    let name = String::from("tlds/ferrylane/credentials/rri-ry");
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let get = accounts::GetCredentialRequest { name: name.clone() };
    add(
        "/nsp.accounts.v1.CredentialService/GetCredential",
        vec![get.encode_to_vec()],
    );
    let list = accounts::ListCredentialsRequest {
        parent: "tlds/ferrylane".into(),
    };
    add(
        "/nsp.accounts.v1.CredentialService/ListCredentials",
        vec![list.encode_to_vec()],
    );
    let set = |password: &str| accounts::SetCredentialRequest {
        credential: Some(accounts::Credential {
            name: name.clone(),
            prefixes: vec!["203.0.113.0/24".into()],
            ..Default::default()
        }),
        password: password.into(),
    };
    add(
        "/nsp.accounts.v1.CredentialService/SetCredential",
        vec![
            set("").encode_to_vec(),
            set("Correct-horse-7").encode_to_vec(),
        ],
    );
    probes
}

fn of_reading_windows(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    add(
        "/nsp.maintenance.v1.WindowService/ListServices",
        vec![Vec::new()],
    );
    let get = maintenance::GetWindowRequest {
        name: it.window.name.clone(),
    };
    add(
        "/nsp.maintenance.v1.WindowService/GetWindow",
        vec![get.encode_to_vec()],
    );
    let list = |change: fn(&mut maintenance::ListWindowsRequest, &Neighbours)| {
        let mut request = maintenance::ListWindowsRequest::default();
        change(&mut request, it);
        request.encode_to_vec()
    };
    add(
        "/nsp.maintenance.v1.WindowService/ListWindows",
        vec![
            list(|_, _| {}),
            list(|request, _| request.query = "quokkawindow".into()),
            list(|request, it| request.account.clone_from(&it.case.account)),
            list(|request, _| request.tld = "ferrylane".into()),
        ],
    );
    add(
        "/nsp.maintenance.v1.WindowService/CountWindows",
        vec![Vec::new()],
    );
    let of_account = maintenance::ExportWindowsRequest {
        account: it.case.account.clone(),
        ..Default::default()
    };
    let of_tld = maintenance::ExportWindowsRequest {
        tld: "ferrylane".into(),
        ..Default::default()
    };
    add(
        "/nsp.maintenance.v1.WindowService/ExportWindows",
        vec![
            Vec::new(),
            of_account.encode_to_vec(),
            of_tld.encode_to_vec(),
        ],
    );
    let expand = maintenance::ExpandRecurrenceRequest {
        rule: "FREQ=DAILY;COUNT=2".into(),
        time_zone: "UTC".into(),
        start_time: it.window.start_time,
        end_time: it.window.end_time,
        max_occurrences: 0,
    };
    add(
        "/nsp.maintenance.v1.WindowService/ExpandRecurrence",
        vec![expand.encode_to_vec()],
    );
    probes
}

fn of_writing_windows(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    // At the same time as Jane's, so that the refusal could say what is in the way.
    let create = |validate_only| maintenance::CreateWindowsRequest {
        windows: vec![maintenance::Window {
            display_name: "Mine".into(),
            description: String::new(),
            ..it.window.clone()
        }],
        validate_only,
        request_id: String::new(),
    };
    add(
        "/nsp.maintenance.v1.WindowService/CreateWindows",
        vec![create(true).encode_to_vec(), create(false).encode_to_vec()],
    );
    let update = maintenance::UpdateWindowRequest {
        window: Some(maintenance::Window {
            name: it.window.name.clone(),
            display_name: "Mine".into(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["display_name".into()],
        }),
        validate_only: false,
    };
    add(
        "/nsp.maintenance.v1.WindowService/UpdateWindow",
        vec![update.encode_to_vec()],
    );
    let delete = |validate_only| maintenance::DeleteWindowsRequest {
        names: vec![it.window.name.clone()],
        etags: Vec::new(),
        validate_only,
    };
    add(
        "/nsp.maintenance.v1.WindowService/DeleteWindows",
        vec![delete(true).encode_to_vec(), delete(false).encode_to_vec()],
    );
    probes
}

fn of_feeds(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    add("/nsp.maintenance.v1.FeedService/GetFeed", vec![Vec::new()]);
    let replace = maintenance::CreateFeedRequest { replace: true };
    add(
        "/nsp.maintenance.v1.FeedService/CreateFeed",
        vec![replace.encode_to_vec()],
    );
    let delete = maintenance::DeleteFeedRequest {
        name: it.feed.clone(),
    };
    add(
        "/nsp.maintenance.v1.FeedService/DeleteFeed",
        vec![delete.encode_to_vec()],
    );
    probes
}

fn of_reports(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let list = |change: fn(&mut reporting::ListReportStatusesRequest, &Neighbours)| {
        let mut request = reporting::ListReportStatusesRequest::default();
        change(&mut request, it);
        request.encode_to_vec()
    };
    add(
        "/nsp.reporting.v1.StatusService/ListReportStatuses",
        vec![
            list(|_, _| {}),
            list(|request, _| request.query = "ferrylane".into()),
            list(|request, it| request.account.clone_from(&it.case.account)),
            list(|request, _| request.late_only = true),
        ],
    );
    let get = reporting::GetReportStatusRequest {
        name: "tlds/ferrylane/reportStatus".into(),
    };
    add(
        "/nsp.reporting.v1.StatusService/GetReportStatus",
        vec![get.encode_to_vec()],
    );
    let history = reporting::ListSubmissionsRequest {
        parent: "tlds/ferrylane".into(),
        ..Default::default()
    };
    add(
        "/nsp.reporting.v1.StatusService/ListSubmissions",
        vec![history.encode_to_vec()],
    );
    probes
}

fn of_tls_clients(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let tlds = |change: fn(&mut tlsauth::ListTldsRequest, &Neighbours)| {
        let mut request = tlsauth::ListTldsRequest::default();
        change(&mut request, it);
        request.encode_to_vec()
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/ListTlds",
        vec![
            tlds(|_, _| {}),
            tlds(|request, _| request.query = "ferrylane".into()),
            tlds(|request, it| request.account.clone_from(&it.case.account)),
            tlds(|request, _| request.granted_only = true),
        ],
    );
    let list = |change: fn(&mut tlsauth::ListTlsClientsRequest, &Neighbours)| {
        let mut request = tlsauth::ListTlsClientsRequest::default();
        change(&mut request, it);
        request.encode_to_vec()
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/ListTlsClients",
        vec![
            list(|_, _| {}),
            list(|request, _| request.tld = "ferrylane".into()),
            list(|request, it| request.account.clone_from(&it.case.account)),
            list(|request, _| request.domain_name = "quokka.example".into()),
            list(|request, it| request.provider.clone_from(&it.tls.grant.provider)),
        ],
    );
    let name = it.tls.client.name.clone();
    let get = tlsauth::GetTlsClientRequest { name: name.clone() };
    add(
        "/nsp.tlsauth.v1.TlsClientService/GetTlsClient",
        vec![get.encode_to_vec()],
    );
    // For the same host and role, so that the refusal could say what is in the way.
    let entry = tlsauth::TlsClientRecord {
        note: "Mine".into(),
        ..it.tls.client.clone()
    };
    let preview = tlsauth::PreviewTlsClientsRequest {
        tlds: vec!["ferrylane".into()],
        tls_client: Some(entry.clone()),
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/PreviewTlsClients",
        vec![preview.encode_to_vec()],
    );
    let create = tlsauth::CreateTlsClientsRequest {
        tlds: vec!["ferrylane".into()],
        tls_client: Some(entry.clone()),
        request_id: String::new(),
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/CreateTlsClients",
        vec![create.encode_to_vec()],
    );
    let update = tlsauth::UpdateTlsClientsRequest {
        names: vec![name.clone()],
        tls_client: Some(entry),
        update_mask: Some(FieldMask {
            paths: vec!["note".into()],
        }),
        ..Default::default()
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/UpdateTlsClients",
        vec![update.encode_to_vec()],
    );
    let delete = tlsauth::DeleteTlsClientsRequest {
        names: vec![name],
        etags: Vec::new(),
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/DeleteTlsClients",
        vec![delete.encode_to_vec()],
    );
    let check = tlsauth::CheckTlsClientRequest {
        domain_name: "quokka.example".into(),
        certificate: String::new(),
    };
    add(
        "/nsp.tlsauth.v1.TlsClientService/CheckTlsClient",
        vec![check.encode_to_vec()],
    );
    probes
}

fn of_grants(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    add(
        "/nsp.tlsauth.v1.GrantService/ListProviders",
        vec![Vec::new()],
    );
    let of_account = tlsauth::ListGrantsRequest {
        account: it.case.account.clone(),
        ..Default::default()
    };
    let of_tld = tlsauth::ListGrantsRequest {
        tld: "marketcross".into(),
        ..Default::default()
    };
    add(
        "/nsp.tlsauth.v1.GrantService/ListGrants",
        vec![
            Vec::new(),
            of_account.encode_to_vec(),
            of_tld.encode_to_vec(),
        ],
    );
    let grant = &it.tls.grant;
    let get = tlsauth::GetGrantRequest {
        name: grant.name.clone(),
    };
    add(
        "/nsp.tlsauth.v1.GrantService/GetGrant",
        vec![get.encode_to_vec()],
    );
    let create = tlsauth::CreateGrantsRequest {
        tlds: vec!["ferrylane".into(), "marketcross".into()],
        provider: grant.provider.clone(),
        scopes: vec![1],
        expire_time: grant.expire_time,
        request_id: String::new(),
    };
    add(
        "/nsp.tlsauth.v1.GrantService/CreateGrants",
        vec![create.encode_to_vec()],
    );
    let update = tlsauth::UpdateGrantsRequest {
        names: vec![grant.name.clone()],
        grant: Some(tlsauth::Grant {
            scopes: vec![2],
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["scopes".into()],
        }),
        ..Default::default()
    };
    add(
        "/nsp.tlsauth.v1.GrantService/UpdateGrants",
        vec![update.encode_to_vec()],
    );
    let revoke = tlsauth::RevokeGrantsRequest {
        names: vec![grant.name.clone()],
    };
    add(
        "/nsp.tlsauth.v1.GrantService/RevokeGrants",
        vec![revoke.encode_to_vec()],
    );
    probes
}

fn of_uploads(it: &Neighbours) -> Probes {
    let (name, consent) = (
        it.tls.upload.name.clone(),
        it.tls.upload.consents[0].name.clone(),
    );
    let csv = b"tld,domain_names,roles,prefixes\nferrylane,a.example,slam-data,192.0.2.1\n";
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let validate = tlsauth::ValidateUploadRequest { csv: csv.to_vec() };
    add(
        "/nsp.tlsauth.v1.UploadService/ValidateUpload",
        vec![validate.encode_to_vec()],
    );
    let create = tlsauth::CreateUploadRequest {
        csv: csv.to_vec(),
        attestation: it.tls.upload.attestation.clone(),
        attester: "Omar".into(),
        request_id: String::new(),
    };
    add(
        "/nsp.tlsauth.v1.UploadService/CreateUpload",
        vec![create.encode_to_vec()],
    );
    let get = tlsauth::GetUploadRequest { name: name.clone() };
    add(
        "/nsp.tlsauth.v1.UploadService/GetUpload",
        vec![get.encode_to_vec()],
    );
    add(
        "/nsp.tlsauth.v1.UploadService/ListUploads",
        vec![Vec::new()],
    );
    let withdraw = tlsauth::WithdrawUploadRequest { name };
    add(
        "/nsp.tlsauth.v1.UploadService/WithdrawUpload",
        vec![withdraw.encode_to_vec()],
    );
    add(
        "/nsp.tlsauth.v1.UploadService/ListUploadConsents",
        vec![Vec::new()],
    );
    let get = tlsauth::GetUploadConsentRequest {
        name: consent.clone(),
    };
    add(
        "/nsp.tlsauth.v1.UploadService/GetUploadConsent",
        vec![get.encode_to_vec()],
    );
    let approve = tlsauth::ApproveUploadRequest {
        name: consent.clone(),
    };
    add(
        "/nsp.tlsauth.v1.UploadService/ApproveUpload",
        vec![approve.encode_to_vec()],
    );
    let object = tlsauth::ObjectToUploadRequest {
        name: consent,
        objection: "Mine".into(),
    };
    add(
        "/nsp.tlsauth.v1.UploadService/ObjectToUpload",
        vec![object.encode_to_vec()],
    );
    probes
}

fn of_mail(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let about = |resource| mail::ListMessagesRequest {
        resource,
        ..Default::default()
    };
    add(
        "/nsp.mail.v1.MailService/ListMessages",
        both(it, |resource| about(resource).encode_to_vec()),
    );
    probes
}

fn of_identity(it: &Neighbours) -> Probes {
    let account = it.case.account.clone();
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let switch = identity::SwitchAccountRequest { account };
    add(
        "/nsp.identity.v1.SessionService/SwitchAccount",
        vec![switch.encode_to_vec()],
    );
    add(
        "/nsp.identity.v1.SessionService/ListSessions",
        vec![Vec::new()],
    );
    let revoke = identity::RevokeSessionRequest { name: it.session() };
    add(
        "/nsp.identity.v1.SessionService/RevokeSession",
        vec![revoke.encode_to_vec()],
    );
    add(
        "/nsp.identity.v1.SessionService/RevokeOtherSessions",
        vec![Vec::new()],
    );
    add("/nsp.identity.v1.UserService/GetProfile", vec![Vec::new()]);
    let user = it.jane.session.user.clone().unwrap_or_default();
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
    let code = identity::step_up_request::Factor::TotpCode("000000".into());
    let step_up = identity::StepUpRequest { factor: Some(code) };
    add(
        "/nsp.identity.v1.SessionService/StepUp",
        vec![step_up.encode_to_vec()],
    );
    add(
        "/nsp.identity.v1.SessionService/StartPasskeyStepUp",
        vec![Vec::new()],
    );
    let log = identity::ListAuditEventsRequest {
        action_prefix: "session.".into(),
        ..Default::default()
    };
    let jane = it.jane.session.user.clone().unwrap_or_default();
    let of_jane = identity::ListAuditEventsRequest {
        person: jane.name,
        ..Default::default()
    };
    add(
        "/nsp.identity.v1.AuditService/ListAuditEvents",
        vec![Vec::new(), log.encode_to_vec(), of_jane.encode_to_vec()],
    );
    probes
}

fn of_members(it: &Neighbours, reader: &SignedIn) -> Probes {
    let account = it.case.account.clone();
    let user = it.jane.session.user.clone().unwrap_or_default().name;
    let member = format!("{account}/members/{}", user.trim_start_matches("users/"));
    let own = reader.session.acting.clone().unwrap_or_default().account;
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    let list = identity::ListMembersRequest {
        parent: account.clone(),
        ..Default::default()
    };
    add(
        "/nsp.identity.v1.MemberService/ListMembers",
        vec![list.encode_to_vec()],
    );
    let get = identity::GetMemberRequest {
        name: member.clone(),
    };
    add(
        "/nsp.identity.v1.MemberService/GetMember",
        vec![get.encode_to_vec()],
    );
    let invite = |parent: &str, contact: &str| identity::InviteMemberRequest {
        parent: parent.to_owned(),
        contact: contact.to_owned(),
        roles: vec![1],
        ..Default::default()
    };
    let id = it.contact.rsplit('/').next().unwrap_or_default();
    add(
        "/nsp.identity.v1.MemberService/InviteMember",
        vec![
            invite(&account, &it.contact).encode_to_vec(),
            invite(&own, &it.contact).encode_to_vec(),
            invite(&own, &format!("{own}/contacts/{id}")).encode_to_vec(),
        ],
    );
    let cancel = identity::CancelInvitationRequest { name: member };
    add(
        "/nsp.identity.v1.MemberService/CancelInvitation",
        vec![cancel.encode_to_vec()],
    );
    probes
}

fn of_factors(it: &Neighbours) -> Probes {
    let mut probes = Probes::new();
    let mut add = |path, messages| probes.insert(path, messages);
    add(
        "/nsp.identity.v1.FactorService/ListFactors",
        vec![Vec::new()],
    );
    add(
        "/nsp.identity.v1.FactorService/StartTotpFactor",
        vec![Vec::new()],
    );
    let complete = identity::CompleteTotpFactorRequest {
        enrolment: it.factor.clone(),
        totp_code: "000000".into(),
        display_name: "Mine".into(),
    };
    add(
        "/nsp.identity.v1.FactorService/CompleteTotpFactor",
        vec![complete.encode_to_vec()],
    );
    let rename = identity::RenameFactorRequest {
        name: it.factor.clone(),
        display_name: "Mine".into(),
    };
    add(
        "/nsp.identity.v1.FactorService/RenameFactor",
        vec![rename.encode_to_vec()],
    );
    let delete = identity::DeleteFactorRequest {
        name: it.factor.clone(),
    };
    add(
        "/nsp.identity.v1.FactorService/DeleteFactor",
        vec![delete.encode_to_vec()],
    );
    add(
        "/nsp.identity.v1.FactorService/RegenerateRecoveryCodes",
        vec![Vec::new()],
    );
    add(
        "/nsp.identity.v1.FactorService/StartPasskeyRegistration",
        vec![Vec::new()],
    );
    let passkey = identity::CompletePasskeyRegistrationRequest {
        ceremony: format!("passkeyCeremonies/{}", uuid::Uuid::now_v7()),
        credential: "{}".into(),
        display_name: "Mine".into(),
    };
    add(
        "/nsp.identity.v1.FactorService/CompletePasskeyRegistration",
        vec![passkey.encode_to_vec()],
    );
    probes
}
