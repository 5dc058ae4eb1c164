create type report_kind as enum ('escrow_report', 'escrow_notification', 'registrar_transactions', 'functions_activity');

-- Accounts and TLDs, as the accounts service tells us in events.
create table accounts (
    id   uuid primary key,
    name text not null,
    -- Such as `KIND_REGISTRY_OPERATOR`, who owe reports.
    kind text not null
);

create table tlds (
    label     text collate "C" primary key,
    account   uuid not null,
    -- When it came here first: no deposit is older.
    created   date not null,
    -- From which day on its account owes reports; null before delegation.
    owes_from date
);
create index tlds_by_account on tlds (account, label);

-- Everything that was submitted, accepted or not. The bytes of what was accepted lie in the object store.
create table submissions (
    id             uuid        primary key,
    -- Who held the TLD then.
    account        uuid        not null,
    tld            text        collate "C" not null references tlds,
    kind           report_kind not null,
    -- The month, as its first day, or the day that it is for; null if it could not be told.
    period         date,
    -- The id in the address of an escrow report.
    external_id    text        not null check (char_length(external_id) <= 200),
    receive_time   timestamptz not null,
    accepted       boolean     not null,
    code           integer     not null,
    message        text        not null,
    description    text        not null check (char_length(description) <= 1000),
    domain_count   bigint,
    -- Accepted, and nothing newer has taken its place.
    current        boolean     not null,
    -- A user name or a TLS client, and where it called from.
    client         text        not null,
    client_address text        not null,
    size           bigint      not null,
    sha256         bytea       not null check (octet_length(sha256) = 32),
    -- Under which name its bytes lie in the object store.
    object         text        unique,
    -- Of escrow reports and of notifications with one: whether the deposit is a full one.
    full_deposit   boolean,
    -- Of notifications: `DVPN`, `DVFN` or `DRFN`.
    verification   text        check (verification in ('DVPN', 'DVFN', 'DRFN')),
    -- Of notifications: the day of the last good full deposit.
    last_full_date date,

    constraint submissions_kept check (accepted = (object is not null)),
    constraint submissions_dated check (not accepted or period is not null),
    constraint submissions_current check (accepted or not current)
);
-- What takes whose place: a report of the same id, of the same month; a notification about the same day.
create unique index submissions_current_id on submissions (tld, external_id) where current and kind = 'escrow_report';
create unique index submissions_current_period on submissions (tld, kind, period) where current and kind <> 'escrow_report';
-- Histories, newest first; ids are in the order of time.
create index submissions_by_tld on submissions (tld, id);
create index submissions_by_tld_kind on submissions (tld, kind, id);
-- How TLDs stand, and what was received for a day.
create index submissions_by_period on submissions (tld, kind, period) where accepted;
create index submissions_by_time on submissions (receive_time, id);

-- Objects that no row refers to, yet or any more: named before they are written and when their row goes. A job deletes
-- what stays here for an hour.
create table loose_objects (
    object text        primary key,
    time   timestamptz not null
);
create index loose_objects_by_time on loose_objects (time);

-- Reports that were due and are not in. A job keeps this up to date by the clock.
create table overdue (
    tld     text        collate "C" not null references tlds,
    kind    report_kind not null,
    period  date        not null,
    account uuid        not null,
    time    timestamptz not null,
    primary key (tld, kind, period)
);

-- Documents of the SLA monitoring, as they are served.
create table monitoring_documents (
    -- `ry/{tld}` or `rr/{iana-id}`.
    entity         text        collate "C" not null,
    version        smallint    not null,
    path           text        collate "C" not null,
    -- The document's own time.
    update_time    timestamptz not null,
    body           bytea       not null,
    service        text        not null,
    -- The day of a measurement, whether it belongs to an incident or not.
    day            date,
    -- Of the state of an incident.
    incident_start timestamptz,
    incident_end   timestamptz,
    false_positive boolean,
    primary key (entity, version, path)
);
create index monitoring_by_day on monitoring_documents (entity, version, service, day) where day is not null;
create index monitoring_by_incident on monitoring_documents (entity, version, service, incident_start) where incident_start is not null;
create index monitoring_by_age on monitoring_documents (day) where day is not null;

create table metrica_reports (
    entity          text        collate "C" not null,
    day             date        not null,
    generation_time timestamptz not null,
    size            bigint      not null,
    sha256          bytea       not null,
    object          text        not null unique,
    primary key (entity, day)
);
create index metrica_by_day on metrica_reports (day);

-- The lists that everybody sees: `rdap-urls` and `probe-nodes`.
create table lists (
    name        text        primary key,
    update_time timestamptz not null,
    body        bytea       not null
);

alter table accounts enable row level security;
alter table tlds enable row level security;
alter table submissions enable row level security;
alter table loose_objects enable row level security;
alter table overdue enable row level security;
alter table monitoring_documents enable row level security;
alter table metrica_reports enable row level security;
alter table lists enable row level security;

create policy accounts_all on accounts using ((select kit.scope()) in ('staff', 'service'));
create policy accounts_own on accounts for select using (
    (select kit.scope()) = 'account' and id = (select kit.account()));

create policy tlds_all on tlds using ((select kit.scope()) in ('staff', 'service'));
create policy tlds_account on tlds for select using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])));

create policy submissions_service on submissions using ((select kit.scope()) = 'service');
create policy submissions_staff on submissions for select using ((select kit.scope()) = 'staff');
create policy submissions_account on submissions for select using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));

create policy overdue_service on overdue using ((select kit.scope()) = 'service');
create policy overdue_staff on overdue for select using ((select kit.scope()) = 'staff');
create policy overdue_account on overdue for select using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));

-- What machines read through the edge, which has checked that they may.
create policy loose_objects_service on loose_objects using ((select kit.scope()) = 'service');
create policy monitoring_service on monitoring_documents using ((select kit.scope()) = 'service');
create policy metrica_service on metrica_reports using ((select kit.scope()) = 'service');
create policy lists_service on lists using ((select kit.scope()) = 'service');

grant select, insert, update on accounts, tlds to nsp_reporting;
grant select, insert, update, delete on submissions, loose_objects, overdue, monitoring_documents, metrica_reports, lists to nsp_reporting;
