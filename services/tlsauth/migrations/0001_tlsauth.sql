create type grant_state as enum ('active', 'expired', 'revoked', 'tld_moved');
create type entry_origin as enum ('portal', 'upload');
create type consent_state as enum ('pending', 'approved', 'objected', 'lapsed', 'withdrawn');

-- Accounts and TLDs, as the accounts service tells us in events.
create table accounts (
    id       uuid    primary key,
    name     text    not null,
    -- Whether it is a registry service provider's.
    provider boolean not null
);
create index accounts_providers on accounts (name, id) where provider;

create table tlds (
    label   text primary key,
    account uuid not null
);
create index tlds_by_account on tlds (account, label);

-- Which version each TLD's data is at. Whoever changes data of a TLD locks its row first.
create table policies (
    tld         text        primary key references tlds,
    -- 0 until there is something to publish.
    version     bigint      not null default 0,
    change_time timestamptz
);

-- Which version of each TLD is in the bucket. Apart from `policies`, so that publishing and changing do not wait for each
-- other.
create table published (
    tld     text   primary key references tlds,
    version bigint not null
);

-- Which bucket that is: a new one gets everything again.
create table bucket (
    one     boolean primary key default true check (one),
    -- When JetStream made it.
    created text    not null
);

-- A registry lets a service provider work on a TLD.
create table grants (
    id           uuid        primary key,
    tld          text        not null references tlds,
    -- Who gave it, and who received it.
    account      uuid        not null,
    provider     uuid        not null,
    scopes       text[]      not null,
    expire_time  timestamptz not null,
    state        grant_state not null default 'active',
    end_time     timestamptz,
    creator      text        not null,
    creator_name text        not null,
    create_time  timestamptz not null,
    version      bigint      not null default 1,

    constraint grants_two_accounts check (account <> provider),
    constraint grants_scopes check (cardinality(scopes) > 0 and scopes <@ array['tls-data', 'windows', 'reports']),
    constraint grants_end check ((state = 'active') = (end_time is null))
);
create unique index grants_active on grants (tld, provider) where state = 'active';
create index grants_by_account on grants (account, tld, id);
create index grants_by_provider on grants (provider, tld, id);
create index grants_by_tld on grants (tld, id);
create index grants_by_expiry on grants (expire_time) where state = 'active';

-- Who is let in with which certificates, from where, for what.
create table entries (
    id           uuid         primary key,
    tld          text         not null references tlds,
    -- Who holds the TLD.
    account      uuid         not null,
    domain_names text[]       not null check (cardinality(domain_names) between 1 and 10),
    roles        text[]       not null,
    prefixes     cidr[]       not null check (cardinality(prefixes) between 1 and 50),
    open_reason  text         not null check (char_length(open_reason) <= 500),
    note         text         not null check (char_length(note) <= 500),
    -- PEM.
    certificates text[]       not null check (cardinality(certificates) <= 4),
    -- The service provider that made it, and the grant it ends with.
    provider     uuid,
    grant_id     uuid         references grants,
    origin       entry_origin not null,
    creator      text         not null,
    creator_name text         not null,
    create_time  timestamptz  not null,
    update_time  timestamptz  not null,
    version      bigint       not null default 1,

    constraint entries_roles check (cardinality(roles) > 0 and roles <@ array[
        'monthly-reporting', 'data-escrow', 'slam-data', 'daar-data', 'rdap-url-list', 'maintenance-window',
        'probe-node-list']),
    constraint entries_grant check (grant_id is null or provider is not null)
);
create index entries_by_tld on entries (tld, id);
create index entries_by_account on entries (account, tld, id);
create index entries_by_provider on entries (provider, tld, id) where provider is not null;
create index entries_by_grant on entries (grant_id) where grant_id is not null;

-- What the last look at a domain name of an entry found.
create table checks (
    entry       uuid        not null references entries on delete cascade,
    domain_name text        not null,
    check_time  timestamptz not null,
    -- 'works', 'warning', 'broken' or 'unknown'.
    verdict     text        not null check (verdict in ('works', 'warning', 'broken', 'unknown')),
    -- An encoded `nsp.tlsauth.v1.TlsCheck`.
    result      bytea       not null,
    primary key (entry, domain_name)
);

-- A bulk upload of a service provider.
create table uploads (
    id            uuid        primary key,
    -- The service provider.
    account       uuid        not null,
    attestation   text        not null,
    attester      text        not null,
    creator       text        not null,
    creator_name  text        not null,
    create_time   timestamptz not null,
    withdraw_time timestamptz,
    row_count     int         not null,
    tld_count     int         not null
);
create index uploads_by_account on uploads (account, id);

-- The part of an upload that is one registry's business.
create table consents (
    id           uuid          primary key,
    upload       uuid          not null references uploads,
    -- The registry, and the service provider.
    account      uuid          not null,
    provider     uuid          not null,
    -- What the upload says, for the registry, which does not see the upload.
    attestation  text          not null,
    attester     text          not null,
    state        consent_state not null default 'pending',
    tlds         text[]        not null,
    row_count    int           not null,
    create_time  timestamptz   not null,
    -- When the registry was told, and when the waiting period ends.
    notify_time  timestamptz,
    due_time     timestamptz,
    decide_time  timestamptz,
    decider      text          not null default '',
    decider_name text          not null default '',
    objection    text          not null default '' check (char_length(objection) <= 1000),

    constraint consents_one unique (upload, account),
    constraint consents_due check ((notify_time is null) = (due_time is null)),
    constraint consents_decided check ((state = 'pending') = (decide_time is null))
);
create index consents_by_account on consents (account, id);
create index consents_by_provider on consents (provider, id);
create index consents_by_due on consents (due_time) where state = 'pending';

create table upload_rows (
    consent      uuid   not null references consents,
    line         int    not null,
    tld          text   not null,
    domain_names text[] not null,
    roles        text[] not null,
    prefixes     cidr[] not null,
    open_reason  text   not null,
    note         text   not null,
    -- Empty until its consent is decided.
    outcome      text   not null default '',
    entry        uuid,
    primary key (consent, line)
);

-- Mails that an account's people are to get, until identity has said who they are.
create table notices (
    id          uuid        primary key,
    account     uuid        not null,
    template    text        not null,
    resource    text        not null,
    data        jsonb       not null,
    -- Only those whose role is not limited to other TLDs, if given.
    tld         text        not null,
    -- The consent whose waiting period begins with it, if one.
    consent     uuid        references consents,
    create_time timestamptz not null
);

-- Requests that were carried out, so that a retry gets the same answer.
create table requests (
    creator    text        not null,
    request_id uuid        not null,
    -- SHA-256 of what was asked for: the same id with something else is a mistake.
    digest     bytea       not null,
    answer     bytea       not null,
    time       timestamptz not null,
    primary key (creator, request_id)
);
create index requests_by_time on requests (time);

alter table accounts enable row level security;
alter table tlds enable row level security;
alter table policies enable row level security;
alter table published enable row level security;
alter table bucket enable row level security;
alter table grants enable row level security;
alter table entries enable row level security;
alter table checks enable row level security;
alter table uploads enable row level security;
alter table consents enable row level security;
alter table upload_rows enable row level security;
alter table notices enable row level security;
alter table requests enable row level security;

create policy accounts_all on accounts using ((select kit.scope()) in ('staff', 'service'));
-- Service providers offer themselves; other accounts are seen by those they deal with.
create policy accounts_account on accounts for select using (
    (select kit.scope()) = 'account'
    and (provider or id = (select kit.account())
         or id in (select account from grants) or id in (select account from consents)));

-- Both sides see a grant. The receiver can only end it.
create policy grants_all on grants using ((select kit.scope()) in ('staff', 'service'));
create policy grants_given on grants using (
    (select kit.scope()) = 'account' and account = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));
create policy grants_received on grants for select using (
    (select kit.scope()) = 'account' and provider = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));
create policy grants_given_back on grants for update using (
    (select kit.scope()) = 'account' and provider = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])))
    with check (provider = (select kit.account()) and state = 'revoked');

-- The grants by which the caller's account sees and adds TLS client authentication data of others.
create view granted with (security_invoker = true) as
    select id, tld, account, expire_time from grants
    where provider = (select kit.account()) and state = 'active' and expire_time > (select kit.now()) and 'tls-data' = any (scopes);

create policy tlds_all on tlds using ((select kit.scope()) in ('staff', 'service'));
create policy tlds_account on tlds for select using (
    (select kit.scope()) = 'account' and account = (select kit.account())
    and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])));
create policy tlds_granted on tlds for select using (
    (select kit.scope()) = 'account' and label in (select tld from granted));

create policy policies_all on policies using ((select kit.scope()) in ('staff', 'service'));
create policy policies_account on policies for select using (
    (select kit.scope()) = 'account' and tld in (select label from tlds));
create policy policies_change on policies for update using (
    (select kit.scope()) = 'account' and tld in (select label from tlds));

create policy published_all on published using ((select kit.scope()) in ('staff', 'service'));
create policy published_account on published for select using (
    (select kit.scope()) = 'account' and tld in (select label from tlds));

create policy bucket_service on bucket using ((select kit.scope()) = 'service');

create policy entries_all on entries using ((select kit.scope()) in ('staff', 'service'));
-- An account that holds a TLD does as it likes with what it and others entered for it …
create policy entries_own on entries using (
    (select kit.scope()) = 'account' and account = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])))
    with check (account = (select kit.account()) and tld in (select label from tlds where tlds.account = (select kit.account())));
-- … and a service provider sees all of what there is for a TLD that is granted to it, and changes what is its own.
create policy entries_granted on entries for select using (
    (select kit.scope()) = 'account' and tld in (select tld from granted));
create policy entries_granted_add on entries for insert with check (
    (select kit.scope()) = 'account' and provider = (select kit.account())
    and (grant_id, tld, account) in (select id, tld, account from granted));
create policy entries_granted_change on entries for update using (
    (select kit.scope()) = 'account' and provider = (select kit.account()) and tld in (select tld from granted))
    with check (provider = (select kit.account()) and (grant_id, tld, account) in (select id, tld, account from granted));
create policy entries_granted_delete on entries for delete using (
    (select kit.scope()) = 'account' and provider = (select kit.account()) and tld in (select tld from granted));

create policy checks_all on checks using ((select kit.scope()) in ('staff', 'service'));
create policy checks_account on checks using (
    (select kit.scope()) = 'account' and entry in (select id from entries));

-- An upload is about many TLDs, so it is not for those whose role is limited to some.
create policy uploads_all on uploads using ((select kit.scope()) in ('staff', 'service'));
create policy uploads_account on uploads using (
    (select kit.scope()) = 'account' and account = (select kit.account()) and (select kit.tlds()) is null);

create policy consents_all on consents using ((select kit.scope()) in ('staff', 'service'));
create policy consents_account on consents using (
    (select kit.scope()) = 'account' and account = (select kit.account()) and (select kit.tlds()) is null);
create policy consents_provider on consents for select using (
    (select kit.scope()) = 'account' and provider = (select kit.account()) and (select kit.tlds()) is null);
create policy consents_add on consents for insert with check (
    (select kit.scope()) = 'account' and provider = (select kit.account()) and (select kit.tlds()) is null
    and state = 'pending');
create policy consents_withdraw on consents for update using (
    (select kit.scope()) = 'account' and provider = (select kit.account()) and (select kit.tlds()) is null)
    with check (provider = (select kit.account()) and state = 'withdrawn');

create policy upload_rows_all on upload_rows using ((select kit.scope()) in ('staff', 'service'));
create policy upload_rows_account on upload_rows for select using (
    (select kit.scope()) = 'account' and consent in (select id from consents));
create policy upload_rows_add on upload_rows for insert with check (
    (select kit.scope()) = 'account' and consent in (select id from consents where provider = (select kit.account())));
create policy upload_rows_load on upload_rows for update using (
    (select kit.scope()) = 'account' and consent in (select id from consents where account = (select kit.account())));

create policy notices_service on notices using ((select kit.scope()) = 'service');
create policy notices_add on notices for insert with check ((select kit.scope()) in ('account', 'staff'));

create policy requests_service on requests using ((select kit.scope()) = 'service');
create policy requests_own on requests using (
    (select kit.scope()) = 'account' and creator = 'users/' || (select kit.person()));

grant select, insert, update on accounts, tlds, bucket, published, checks to nsp_tlsauth;
grant delete on published, checks to nsp_tlsauth;
grant select, insert on policies to nsp_tlsauth;
grant update (version, change_time) on policies to nsp_tlsauth;
grant select on granted to nsp_tlsauth;
grant select, insert on grants to nsp_tlsauth;
grant update (scopes, expire_time, state, end_time, version) on grants to nsp_tlsauth;
grant select, insert, delete on entries to nsp_tlsauth;
grant update (domain_names, roles, prefixes, open_reason, note, certificates, grant_id, update_time, version) on entries to nsp_tlsauth;
grant select, insert on uploads to nsp_tlsauth;
grant update (withdraw_time) on uploads to nsp_tlsauth;
grant select, insert on consents to nsp_tlsauth;
grant update (state, notify_time, due_time, decide_time, decider, decider_name, objection) on consents to nsp_tlsauth;
grant select, insert on upload_rows to nsp_tlsauth;
grant update (outcome, entry) on upload_rows to nsp_tlsauth;
grant select, insert, delete on notices to nsp_tlsauth;
grant select, insert, update, delete on requests to nsp_tlsauth;
