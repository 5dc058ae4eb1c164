//! The service in this process, and the people who use it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_nats::jetstream::{self, kv};
use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::{Clock, to_proto},
    config::{Base, Database},
    id::AccountId,
    status::reason,
    testbed::{self, Bed, eventually},
};
use nsp_proto::{
    FieldMask,
    auth::v1::Role,
    identity::v1::{self as identity, member_service_server::MemberService},
    tlsauth::v1::{
        self as pb, TldPolicy, TlsClientRecord, TlsRole, grant_service_client::GrantServiceClient,
        tls_client_service_client::TlsClientServiceClient,
        upload_service_client::UploadServiceClient,
    },
};
use nsp_tlsauth::{Certificates, Clients, Config, Entries, Grants, MIGRATOR, Uploads, run_with};
use prost::Message;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use crate::names::{Names, Table};

pub type Client = TlsClientServiceClient<Channel>;

/// The service on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub owner: PgPool,
    pub database: Database,
    /// Whom identity says are to be written to, by account.
    pub people: People,
    channel: Channel,
    names: Names,
    /// The one that [`World::run`] has started last.
    pub running: CancellationToken,
}

impl World {
    /// With a DNS that does not answer.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_asking(Names::Table(Table::default())).await
    }

    pub async fn start_asking(names: Names) -> anyhow::Result<Self> {
        // Whole days are added in tests, and tokens are good for five minutes of this clock.
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse::<Timestamp>()?);
        let people = People::default();
        let server = identity::member_service_server::MemberServiceServer::new(people.clone());
        let bed = Bed::with_identity(clock.clone(), |keys| keys.add_service(server)).await?;
        let database = bed.database("tlsauth", &MIGRATOR).await?;
        let owner = testbed::owner_pool(&database).await?;
        let channel = bed.channel("tlsauth", "https://127.0.0.1:1", "gateway")?;
        let mut world = Self {
            bed,
            clock,
            owner,
            database,
            people,
            channel,
            names,
            running: CancellationToken::new(),
        };
        world.run().await?;
        Ok(world)
    }

    /// Starts the service, or a second one on the same database.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        let (listeners, address) = self.bed.listeners().await?;
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: self.database.clone(),
            nats: self.bed.nats(),
            tls: self.bed.tls("tlsauth")?,
            clients: Clients {
                identity: self.bed.identity().to_owned(),
            },
            entries: Entries {
                open_prefix_ipv4: 8,
                open_prefix_ipv6: 19,
            },
            uploads: Uploads { waiting_days: 14 },
            grants: Grants { max_days: 366 },
            certificates: Certificates {
                allow_expired: true,
            },
            dane: nsp_dane::Settings::default(),
        };
        let stop = self.bed.stop.child_token();
        let (clock, names) = (self.clock.clone(), self.names.clone());
        tokio::spawn(run_with(config, listeners, clock, stop.clone(), names));
        self.channel = self.bed.channel("tlsauth", &address, "gateway")?;
        self.running = stop;
        Ok(())
    }

    fn acting(&self, person: &Person) -> anyhow::Result<Channel> {
        let fresh = Person {
            factor_time: self.clock.now(),
            ..person.clone()
        };
        Ok(self.channel.acting(&self.bed.token(&fresh)?))
    }

    /// A client that calls for `person`, who has just shown a factor.
    pub fn client(&self, person: &Person) -> anyhow::Result<Client> {
        Ok(Client::new(self.acting(person)?))
    }

    pub fn grants(&self, person: &Person) -> anyhow::Result<GrantServiceClient<Channel>> {
        Ok(GrantServiceClient::new(self.acting(person)?))
    }

    pub fn uploads(&self, person: &Person) -> anyhow::Result<UploadServiceClient<Channel>> {
        Ok(UploadServiceClient::new(self.acting(person)?))
    }

    /// A client that calls for `person` as they are, who may have shown no factor lately.
    pub fn stale_client(&self, person: &Person) -> anyhow::Result<Client> {
        Ok(Client::new(self.channel.acting(&self.bed.token(person)?)))
    }

    /// Makes `label` a TLD of `account`, as an event of the accounts service would.
    pub async fn add_tld(&self, label: &str, account: AccountId) -> anyhow::Result<()> {
        for statement in [
            "insert into tlds (label, account) values ($1, $2)",
            "insert into policies (tld) select $1 from (select $2::uuid) account",
        ] {
            sqlx::query(statement)
                .bind(label)
                .bind(account)
                .execute(&self.owner)
                .await?;
        }
        Ok(())
    }

    async fn add_account(&self, person: &Person, provider: bool) -> anyhow::Result<()> {
        sqlx::query("insert into accounts (id, name, provider) values ($1, $2, $3)")
            .bind(person.account)
            .bind(&person.account_name)
            .bind(provider)
            .execute(&self.owner)
            .await?;
        let user = person.user.to_string();
        self.people.add(person.account.unwrap(), &user);
        Ok(())
    }

    /// An administrator of a registry with the TLDs `labels`.
    pub async fn registry(&self, name: &str, labels: &[&str]) -> anyhow::Result<Person> {
        let person = testbed::portal_user(name, AccountId::new(), &[Role::Administrator]);
        self.add_account(&person, false).await?;
        for label in labels {
            self.add_tld(label, person.account.unwrap()).await?;
        }
        Ok(person)
    }

    /// An administrator of a service provider.
    pub async fn provider(&self, name: &str) -> anyhow::Result<Person> {
        let person = testbed::portal_user(name, AccountId::new(), &[Role::Administrator]);
        self.add_account(&person, true).await?;
        Ok(person)
    }

    /// `person` grants these TLDs to `provider` for thirty days, for everything.
    pub async fn grant(
        &self,
        person: &Person,
        provider: &Person,
        tlds: &[&str],
    ) -> anyhow::Result<Vec<pb::Grant>> {
        let request = self.grant_request(provider, tlds);
        let answer = self.grants(person)?.create_grants(request).await?;
        Ok(answer.into_inner().grants)
    }

    pub fn grant_request(&self, provider: &Person, tlds: &[&str]) -> pb::CreateGrantsRequest {
        pb::CreateGrantsRequest {
            tlds: tlds.iter().map(|&tld| tld.to_owned()).collect(),
            provider: provider.account.unwrap().to_string(),
            scopes: vec![1, 2, 3],
            expire_time: Some(to_proto(self.clock.now() + DAY * 30)),
            request_id: String::new(),
        }
    }

    /// What was done, in the order in which it was.
    pub async fn audited(&self) -> anyhow::Result<Vec<String>> {
        let actions = sqlx::query_scalar("select action from kit.audit order by id");
        Ok(actions.fetch_all(&self.owner).await?)
    }

    /// The bucket of policies, as the edge opens it.
    pub async fn bucket(&self) -> anyhow::Result<kv::Store> {
        let nats = async_nats::connect(self.bed.nats().url).await?;
        let js = jetstream::new(nats);
        eventually(async || Ok(js.get_key_value("nsp-tlsauth-policy").await.ok())).await
    }

    /// Waits until the policy of a TLD is as `fits` says.
    pub async fn policy(
        &self,
        bucket: &kv::Store,
        tld: &str,
        fits: impl Fn(&TldPolicy) -> bool,
    ) -> anyhow::Result<TldPolicy> {
        eventually(async || {
            let entry = bucket.get(tld).await.unwrap_or_default();
            let policy = entry.map(|bytes| TldPolicy::decode(bytes).unwrap());
            Ok(policy.filter(&fits))
        })
        .await
        .map_err(|error| error.context(format!("the policy of .{tld}")))
    }
}

pub const DAY: SignedDuration = SignedDuration::from_hours(24);

pub fn agent() -> Person {
    testbed::staff("Ada", &[Role::StaffTechnical])
}

/// What an entry says: two hosts' worth of everything.
pub fn record(host: &str, roles: &[TlsRole]) -> TlsClientRecord {
    TlsClientRecord {
        domain_names: vec![host.to_owned()],
        roles: roles.iter().map(|role| (*role).into()).collect(),
        prefixes: vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()],
        note: "quokka".to_owned(),
        ..Default::default()
    }
}

pub fn create(tlds: &[&str], record: &TlsClientRecord) -> pb::CreateTlsClientsRequest {
    pb::CreateTlsClientsRequest {
        tlds: tlds.iter().map(|&tld| tld.to_owned()).collect(),
        tls_client: Some(record.clone()),
        request_id: String::new(),
    }
}

/// Creates an entry for each TLD.
pub async fn add(
    client: &mut Client,
    tlds: &[&str],
    record: &TlsClientRecord,
) -> Result<Vec<TlsClientRecord>, Status> {
    let answer = client.create_tls_clients(create(tlds, record)).await?;
    Ok(answer.into_inner().tls_clients)
}

/// Changes the fields `mask` of `old` to what they are in `new`.
pub fn update(
    old: &[&TlsClientRecord],
    new: &TlsClientRecord,
    mask: &[&str],
) -> pb::UpdateTlsClientsRequest {
    pb::UpdateTlsClientsRequest {
        names: old.iter().map(|record| record.name.clone()).collect(),
        etags: old.iter().map(|record| record.etag.clone()).collect(),
        tls_client: Some(new.clone()),
        update_mask: Some(FieldMask {
            paths: mask.iter().map(|&path| path.to_owned()).collect(),
        }),
    }
}

pub fn delete(records: &[&TlsClientRecord]) -> pb::DeleteTlsClientsRequest {
    pb::DeleteTlsClientsRequest {
        names: records.iter().map(|record| record.name.clone()).collect(),
        etags: Vec::new(),
    }
}

/// The entries that somebody sees.
pub async fn seen(client: &mut Client) -> Result<Vec<String>, Status> {
    let list = client.list_tls_clients(pb::ListTlsClientsRequest::default());
    let records = list.await?.into_inner().tls_clients;
    Ok(records.into_iter().map(|record| record.name).collect())
}

/// The fields that a refusal names, in order.
pub fn fields(status: &Status) -> Vec<String> {
    let bad = status
        .get_details_bad_request()
        .unwrap_or_else(|| panic!("{status:?}"));
    bad.field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

/// That a call was refused with this reason.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, expected: &str) {
    let status = answer.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (code, expected));
}

/// As much of identity as notices need.
#[derive(Clone, Default)]
pub struct People(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl People {
    pub fn add(&self, account: AccountId, user: &str) {
        let mut people = self.0.lock().unwrap();
        let users = people.entry(account.to_string()).or_default();
        users.push(user.to_owned());
    }

    pub fn remove(&self, account: AccountId) {
        self.0.lock().unwrap().remove(&account.to_string());
    }
}

#[tonic::async_trait]
impl MemberService for People {
    async fn list_account_users(
        &self,
        request: Request<identity::ListAccountUsersRequest>,
    ) -> Result<Response<identity::ListAccountUsersResponse>, Status> {
        let request = request.into_inner();
        assert_eq!(request.roles, [1, 4], "administrators and technical people");
        let users = self.0.lock().unwrap().get(&request.account).cloned();
        Ok(Response::new(identity::ListAccountUsersResponse {
            users: users.unwrap_or_default(),
        }))
    }

    async fn list_members(
        &self,
        _: Request<identity::ListMembersRequest>,
    ) -> Result<Response<identity::ListMembersResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn get_member(
        &self,
        _: Request<identity::GetMemberRequest>,
    ) -> Result<Response<identity::Member>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn invite_member(
        &self,
        _: Request<identity::InviteMemberRequest>,
    ) -> Result<Response<identity::Member>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn cancel_invitation(
        &self,
        _: Request<identity::CancelInvitationRequest>,
    ) -> Result<Response<identity::CancelInvitationResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn check_invitation(
        &self,
        _: Request<identity::CheckInvitationRequest>,
    ) -> Result<Response<identity::CheckInvitationResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn accept_invitation(
        &self,
        _: Request<identity::AcceptInvitationRequest>,
    ) -> Result<Response<identity::AcceptInvitationResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }
}
