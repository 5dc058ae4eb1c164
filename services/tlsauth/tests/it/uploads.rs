//! Bulk uploads: from a provider's file to a registry's entries, or not.

use jiff::SignedDuration;
use nsp_kit::{auth::Person, clock::to_proto, testbed::eventually};
use nsp_proto::tlsauth::v1::{
    ApproveUploadRequest, CreateUploadRequest, GetUploadConsentRequest, GetUploadRequest,
    ListUploadConsentsRequest, ListUploadsRequest, ObjectToUploadRequest, TlsRole, Upload,
    UploadConsent, ValidateUploadRequest, WithdrawUploadRequest, tls_client_record, upload,
    upload_consent,
};
use tonic::Code;
use uuid::Uuid;

use crate::harness::{DAY, World, add, fields, record, refused, seen};

const HEADER: &str = "tld,domain_names,roles,prefixes,open_reason,note\n";

fn csv(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}{}\n", rows.join("\n")).into_bytes()
}

/// The file of most of these tests: two TLDs of Jane's, one of Omar's.
fn file() -> Vec<u8> {
    csv(&[
        "one,rsp.example,monthly-reporting data-escrow,192.0.2.0/24,,quokkaupload",
        "two,rsp.example,monthly-reporting,192.0.2.0/24",
        "three,rsp.example,monthly-reporting,192.0.2.0/24",
    ])
}

struct Cast {
    world: World,
    jane: Person,
    omar: Person,
    sjoerd: Person,
}

async fn cast() -> anyhow::Result<Cast> {
    let world = World::start().await?;
    Ok(Cast {
        jane: world.registry("Jane", &["one", "two"]).await?,
        omar: world.registry("Omar", &["three"]).await?,
        sjoerd: world.provider("Sjoerd").await?,
        world,
    })
}

impl Cast {
    async fn request(&self, csv: Vec<u8>) -> anyhow::Result<CreateUploadRequest> {
        let mut uploads = self.world.uploads(&self.sjoerd)?;
        let words = uploads.validate_upload(ValidateUploadRequest { csv: file() });
        Ok(CreateUploadRequest {
            csv,
            attestation: words.await?.into_inner().attestation,
            attester: "Sjoerd Halbertzoon, CTO".into(),
            request_id: Uuid::now_v7().to_string(),
        })
    }

    async fn upload(&self) -> anyhow::Result<Upload> {
        let request = self.request(file()).await?;
        let mut uploads = self.world.uploads(&self.sjoerd)?;
        Ok(uploads.create_upload(request).await?.into_inner())
    }

    /// What a registry is asked, once it has been told.
    async fn asked(&self, person: &Person) -> anyhow::Result<UploadConsent> {
        eventually(async || {
            let mut uploads = self.world.uploads(person)?;
            let list = uploads.list_upload_consents(ListUploadConsentsRequest::default());
            let mut told = list.await?.into_inner().consents.into_iter();
            Ok(told.find(|consent| consent.due_time.is_some()))
        })
        .await
    }

    async fn get(&self, upload: &Upload) -> anyhow::Result<Upload> {
        let get = GetUploadRequest {
            name: upload.name.clone(),
        };
        let mut uploads = self.world.uploads(&self.sjoerd)?;
        Ok(uploads.get_upload(get).await?.into_inner())
    }

    async fn mails(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mails = sqlx::query_as(
            "select data ->> 'template', data -> 'recipients' ->> 0 from kit.outbox where subject like 'nsp.mail.%' order by seq",
        );
        Ok(mails.fetch_all(&self.world.owner).await?)
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_and_comes_as_csv() -> anyhow::Result<()> {
    let it = cast().await?;
    let mut uploads = it.world.uploads(&it.sjoerd)?;
    let good = uploads
        .validate_upload(ValidateUploadRequest { csv: file() })
        .await?
        .into_inner();
    assert_eq!(
        (
            good.row_count,
            good.tld_count,
            good.registry_count,
            good.waiting_days
        ),
        (3, 3, 2, 14)
    );
    assert_eq!((good.rows.len(), good.rows[0].roles.len()), (3, 2));
    assert!(good.problems.is_empty() && good.problems_csv.is_empty());
    assert!(good.attestation.contains("14 days"));
    let bad = csv(&[
        "one,*,monthly-reporting,192.0.2.0/24",
        "nowhere,rsp.example,monthly-reporting,0.0.0.0/0",
        "nowhere,rsp.example,monthly-reporting,192.0.2.0/24",
    ]);
    let answer = uploads
        .validate_upload(ValidateUploadRequest { csv: bad.clone() })
        .await?
        .into_inner();
    let problems: Vec<(i32, &str, &str)> = answer
        .problems
        .iter()
        .map(|it| (it.line, it.column.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (2, "domain_names", "INVALID_FIELD"),
            (3, "open_reason", "OPEN_REASON_REQUIRED"),
            (4, "tld", "TLD_NOT_FOUND"),
        ]
    );
    assert!(answer.rows.is_empty());
    let text = String::from_utf8(answer.problems_csv)?;
    assert_eq!(text.lines().count(), 4, "{text}");
    let request = it.request(bad).await?;
    refused(
        uploads.create_upload(request).await,
        Code::FailedPrecondition,
        "UPLOAD_HAS_ERRORS",
    );
    let mut request = it.request(file()).await?;
    request.attestation.push_str(" Perhaps.");
    request.attester = "x".into();
    let status = uploads.create_upload(request).await.unwrap_err();
    assert_eq!(fields(&status), ["attester", "attestation"]);
    refused(
        it.world
            .uploads(&it.jane)?
            .validate_upload(ValidateUploadRequest { csv: file() })
            .await,
        Code::FailedPrecondition,
        "NOT_A_PROVIDER",
    );
    Ok(())
}

#[tokio::test]
async fn each_registry_is_told_and_silence_loads_when_the_period_ends() -> anyhow::Result<()> {
    let it = cast().await?;
    let request = it.request(file()).await?;
    let mut uploads = it.world.uploads(&it.sjoerd)?;
    let upload = uploads.create_upload(request.clone()).await?.into_inner();
    assert_eq!(
        (upload.state(), upload.pending_count),
        (upload::State::Waiting, 2)
    );
    assert_eq!(uploads.create_upload(request).await?.into_inner(), upload);
    let consent = it.asked(&it.jane).await?;
    assert_eq!(consent.tlds, ["one", "two"]);
    assert_eq!((consent.row_count, consent.rows.len()), (2, 0));
    assert_eq!(consent.attester, "Sjoerd Halbertzoon, CTO");
    assert_eq!(consent.provider_display_name, "Sjoerd's account");
    assert_eq!(
        consent.due_time,
        Some(to_proto(it.world.clock.now() + DAY * 14))
    );
    let whole = it
        .world
        .uploads(&it.jane)?
        .get_upload_consent(GetUploadConsentRequest {
            name: consent.name.clone(),
        })
        .await?
        .into_inner();
    assert_eq!(whole.rows.len(), 2);
    assert_eq!(whole.rows[0].note, "quokkaupload");
    assert_eq!((whole.rows[0].line, whole.rows[1].line), (2, 3));
    let other = it.asked(&it.omar).await?;
    assert_eq!(other.tlds, ["three"]);
    // Nothing is loaded a second before the end …
    it.world
        .clock
        .advance(DAY * 14 - SignedDuration::from_secs(1));
    assert!(seen(&mut it.world.client(&it.jane)?).await?.is_empty());
    it.world.clock.advance(SignedDuration::from_secs(1));
    // … and all of it at the end.
    let upload = eventually(async || {
        let upload = it.get(&upload).await?;
        Ok((upload.state() == upload::State::Done).then_some(upload))
    })
    .await?;
    for consent in &upload.consents {
        assert_eq!(consent.state(), upload_consent::State::Lapsed);
    }
    let mut jane = it.world.client(&it.jane)?;
    let list = jane.list_tls_clients(nsp_proto::tlsauth::v1::ListTlsClientsRequest::default());
    let records = list.await?.into_inner().tls_clients;
    assert_eq!(records.len(), 2);
    let loaded = &records[0];
    assert_eq!(loaded.origin(), tls_client_record::Origin::Upload);
    assert_eq!(loaded.provider, it.sjoerd.account.unwrap().to_string());
    assert!(loaded.changeable && loaded.grant.is_empty());
    // It is the registry's now, not the provider's.
    assert!(seen(&mut it.world.client(&it.sjoerd)?).await?.is_empty());
    let bucket = it.world.bucket().await?;
    it.world
        .policy(&bucket, "one", |it| it.clients.len() == 1)
        .await?;
    Ok(())
}

#[tokio::test]
async fn approval_loads_at_once_and_an_objection_never_does() -> anyhow::Result<()> {
    let it = cast().await?;
    let upload = it.upload().await?;
    // Meanwhile something is in the way of one row.
    let taken = record("rsp.example", &[TlsRole::MonthlyReporting]);
    add(&mut it.world.client(&it.jane)?, &["two"], &taken).await?;
    let (jane, omar) = (it.asked(&it.jane).await?, it.asked(&it.omar).await?);
    let approve = ApproveUploadRequest {
        name: jane.name.clone(),
    };
    // Neither somebody else's, nor the provider's own to approve.
    for other in [&it.omar, &it.sjoerd] {
        refused(
            it.world
                .uploads(other)?
                .approve_upload(approve.clone())
                .await,
            Code::NotFound,
            "UPLOAD_NOT_FOUND",
        );
    }
    let approved = it
        .world
        .uploads(&it.jane)?
        .approve_upload(approve.clone())
        .await?
        .into_inner();
    assert_eq!(approved.state(), upload_consent::State::Approved);
    assert_eq!(approved.decider_display_name, "Jane");
    let outcomes: Vec<&str> = approved
        .rows
        .iter()
        .map(|row| row.outcome.as_str())
        .collect();
    assert_eq!(outcomes, ["LOADED", "CLIENT_OVERLAP"]);
    let names = seen(&mut it.world.client(&it.jane)?).await?;
    assert!(names.contains(&approved.rows[0].tls_client), "{names:?}");
    refused(
        it.world.uploads(&it.jane)?.approve_upload(approve).await,
        Code::FailedPrecondition,
        "UPLOAD_DECIDED",
    );
    let object = ObjectToUploadRequest {
        name: omar.name.clone(),
        objection: "We never authorised this.".into(),
    };
    it.world.uploads(&it.omar)?.object_to_upload(object).await?;
    it.world.clock.advance(DAY * 20);
    let upload = it.get(&upload).await?;
    assert_eq!(upload.state(), upload::State::Done);
    let objected = upload
        .consents
        .iter()
        .find(|it| it.name == omar.name)
        .unwrap();
    assert_eq!(objected.state(), upload_consent::State::Objected);
    assert_eq!(objected.objection, "We never authorised this.");
    assert!(seen(&mut it.world.client(&it.omar)?).await?.is_empty());
    refused(
        it.world
            .uploads(&it.sjoerd)?
            .withdraw_upload(WithdrawUploadRequest { name: upload.name })
            .await,
        Code::FailedPrecondition,
        "UPLOAD_DECIDED",
    );
    Ok(())
}

#[tokio::test]
async fn what_is_not_loaded_can_be_taken_back() -> anyhow::Result<()> {
    let it = cast().await?;
    let upload = it.upload().await?;
    let jane = it.asked(&it.jane).await?;
    it.asked(&it.omar).await?;
    let approve = ApproveUploadRequest { name: jane.name };
    it.world.uploads(&it.jane)?.approve_upload(approve).await?;
    let withdraw = WithdrawUploadRequest {
        name: upload.name.clone(),
    };
    refused(
        it.world
            .uploads(&it.jane)?
            .withdraw_upload(withdraw.clone())
            .await,
        Code::NotFound,
        "UPLOAD_NOT_FOUND",
    );
    let mut uploads = it.world.uploads(&it.sjoerd)?;
    let withdrawn = uploads.withdraw_upload(withdraw).await?.into_inner();
    assert_eq!(withdrawn.state(), upload::State::Withdrawn);
    it.world.clock.advance(DAY * 20);
    assert!(seen(&mut it.world.client(&it.omar)?).await?.is_empty());
    assert_eq!(seen(&mut it.world.client(&it.jane)?).await?.len(), 2);
    let request = ListUploadsRequest {
        state: upload::State::Withdrawn.into(),
        ..Default::default()
    };
    let list = it.world.uploads(&it.sjoerd)?.list_uploads(request).await?;
    assert_eq!(list.into_inner().uploads.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_period_begins_only_when_somebody_could_be_told() -> anyhow::Result<()> {
    let it = cast().await?;
    it.world.people.remove(it.omar.account.unwrap());
    it.upload().await?;
    it.asked(&it.jane).await?;
    let told: Vec<bool> = sqlx::query_scalar(
        "select notify_time is not null from consents order by array_length(tlds, 1)",
    )
    .fetch_all(&it.world.owner)
    .await?;
    assert_eq!(told, [false, true]);
    it.world.clock.advance(DAY * 100);
    eventually(async || {
        let jane = seen(&mut it.world.client(&it.jane)?).await?;
        Ok((jane.len() == 2).then_some(()))
    })
    .await?;
    assert!(seen(&mut it.world.client(&it.omar)?).await?.is_empty());
    // Once there is somebody, from then on; the next notice makes us look again.
    it.world
        .people
        .add(it.omar.account.unwrap(), &it.omar.user.to_string());
    it.upload().await?;
    let consent = it.asked(&it.omar).await?;
    assert_eq!(
        consent.due_time,
        Some(to_proto(it.world.clock.now() + DAY * 14))
    );
    Ok(())
}

#[tokio::test]
async fn mails_and_events_tell_of_an_upload() -> anyhow::Result<()> {
    let it = cast().await?;
    // Without NATS the outbox keeps what it is to publish, for us to look at.
    sqlx::query("create rule keep as on delete to kit.outbox do instead nothing")
        .execute(&it.world.owner)
        .await?;
    it.upload().await?;
    let (jane, omar) = (it.asked(&it.jane).await?, it.asked(&it.omar).await?);
    it.world
        .uploads(&it.jane)?
        .approve_upload(ApproveUploadRequest { name: jane.name })
        .await?;
    let object = ObjectToUploadRequest {
        name: omar.name,
        objection: String::new(),
    };
    it.world.uploads(&it.omar)?.object_to_upload(object).await?;
    let mut mails = eventually(async || {
        let mails = it.mails().await?;
        Ok((mails.len() == 4).then_some(mails))
    })
    .await?;
    mails.sort();
    let to = |template: &str, person: &Person| (template.to_owned(), person.user.to_string());
    let mut expected = vec![
        to("tls_upload_received", &it.jane),
        to("tls_upload_received", &it.omar),
        to("tls_upload_decided", &it.sjoerd),
        to("tls_upload_decided", &it.sjoerd),
    ];
    expected.sort();
    assert_eq!(mails, expected);
    let subjects: Vec<String> = sqlx::query_scalar(
        "select subject from kit.outbox where subject like 'nsp.tlsauth.%upload%' order by seq",
    )
    .fetch_all(&it.world.owner)
    .await?;
    let expected = [
        "created",
        "consent-requested",
        "consent-requested",
        "loaded",
        "objected",
    ];
    assert_eq!(
        subjects,
        expected.map(|it| format!("nsp.tlsauth.v1.tls-upload.{it}"))
    );
    Ok(())
}
