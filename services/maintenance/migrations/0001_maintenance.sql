-- Equality of texts inside a GiST index, for the rule about overlaps.
create extension if not exists btree_gist;

create type window_origin as enum ('portal', 'rri', 'mosapi');

-- What was last announced of an enabled window.
create type window_announced as enum ('nothing', 'started', 'ended');

-- What windows are about: data, so that a service more is a row more.
create table services (
    code     text     primary key check (code ~ '^[a-z][a-z0-9-]{0,30}$'),
    name     text     not null check (char_length(name) between 1 and 60),
    -- In which order people see them.
    position smallint not null unique
);

insert into services (code, name, position) values
    ('dns', 'DNS', 10),
    ('dnssec', 'DNSSEC', 20),
    ('epp', 'EPP', 30),
    ('rdds', 'RDDS', 40),
    ('rdap', 'RDAP', 50),
    ('escrow', 'Data escrow', 60),
    ('zone-access', 'Zone file access', 70),
    ('rri', 'Registry reporting', 80);

-- Accounts and TLDs, as the accounts service tells us in events.
create table accounts (
    id   uuid primary key,
    name text not null
);

create table tlds (
    label   text primary key,
    account uuid not null
);
create index tlds_by_account on tlds (account, label);

create table windows (
    id           uuid             primary key,
    -- Who holds the TLD; for a window that has ended, who held it then.
    account      uuid             not null,
    tld          text             not null references tlds,
    service      text             not null references services,
    name         text             not null check (char_length(name) between 1 and 100),
    description  text             not null check (char_length(description) <= 1000),
    start_time   timestamptz      not null,
    end_time     timestamptz      not null,
    enabled      boolean          not null,
    origin       window_origin    not null,
    -- The id that a machine client chose. It names one schedule of a TLD, which has a window for each of its services.
    external_id  text             check (external_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    -- `users/{user}` or `services/{service}`.
    creator      text             not null,
    creator_name text             not null,
    create_time  timestamptz      not null,
    update_time  timestamptz      not null,
    version      bigint           not null default 1,
    announced    window_announced not null default 'nothing',
    -- When there is something to announce next.
    due_time     timestamptz      generated always as (
        case when not enabled then null when announced = 'nothing' then start_time when announced = 'started' then end_time end
    ) stored,
    search       tsvector         not null generated always as (to_tsvector('simple', name)) stored,

    constraint windows_external unique (tld, external_id, service),
    constraint windows_ends_after_start check (start_time < end_time),
    -- 31 days: how far back a search for what is ongoing has to look.
    constraint windows_duration check (extract(epoch from end_time - start_time) <= 2678400),
    -- The rule: no two enabled windows of a TLD and service at one moment. A window is over at its end.
    constraint windows_overlap exclude using gist (tld with =, service with =, tstzrange(start_time, end_time) with &&)
        where (enabled)
);

-- Every order in which an account's list is shown, and every order of the staff's list of all accounts.
create index windows_by_account_start on windows (account, start_time, id);
create index windows_by_account_name on windows (account, name, id);
create index windows_by_account_tld on windows (account, tld, id);
create index windows_by_start on windows (start_time, id);
create index windows_by_name on windows (name, id);
-- Also one TLD's windows in the order of time.
create index windows_by_tld on windows (tld, id);
create index windows_by_tld_start on windows (tld, start_time, id);
-- Few are disabled.
create index windows_disabled_by_account on windows (account, start_time, id) where not enabled;
create index windows_disabled on windows (start_time, id) where not enabled;
-- Who is in the way of whom. Operators of ranges are not leakproof, so that row-level security keeps them out of index
-- conditions, and the index of the constraint does not help the friendly answer; nor would one help the search for words.
create index windows_enabled on windows (tld, service, start_time) where enabled;
create index windows_by_due on windows (due_time) where due_time is not null;

-- Requests that were carried out, so that a retry gets the same answer.
create table requests (
    creator    text        not null,
    request_id uuid        not null,
    -- SHA-256 of what was asked for: the same id with something else is a mistake.
    digest     bytea       not null,
    -- The windows in the order of the request, as the answer gave them.
    answer     bytea       not null,
    time       timestamptz not null,
    primary key (creator, request_id)
);
create index requests_by_time on requests (time);

-- The iCalendar feed of an account.
create table feeds (
    id           uuid        primary key,
    account      uuid        not null constraint feeds_account unique,
    -- SHA-256 of the secret in its address.
    secret       bytea       not null constraint feeds_secret unique,
    creator      text        not null,
    creator_name text        not null,
    create_time  timestamptz not null,
    read_time    timestamptz
);

alter table services enable row level security;
alter table accounts enable row level security;
alter table tlds enable row level security;
alter table windows enable row level security;
alter table requests enable row level security;
alter table feeds enable row level security;

create policy services_read on services for select using ((select kit.scope()) <> 'none');

create policy accounts_all on accounts using ((select kit.scope()) in ('staff', 'service'));
create policy accounts_own on accounts for select using (
    (select kit.scope()) = 'account' and id = (select kit.account()));

create policy tlds_all on tlds using ((select kit.scope()) in ('staff', 'service'));
create policy tlds_account on tlds for select using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])));
-- Locking a row needs the right to update it; this one lets nobody change anything.
create policy tlds_lock on tlds for update using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])))
    with check (false);

create policy windows_all on windows using ((select kit.scope()) in ('staff', 'service'));
create policy windows_account on windows using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));

create policy requests_service on requests using ((select kit.scope()) = 'service');
create policy requests_own on requests using (
    (select kit.scope()) = 'account' and creator = 'users/' || (select kit.person()));

create policy feeds_all on feeds using ((select kit.scope()) in ('staff', 'service'));
-- A feed shows every TLD of its account, so it is not for those whose role is limited to some.
create policy feeds_account on feeds using (
    (select kit.scope()) = 'account' and account = (select kit.account()) and (select kit.tlds()) is null);

grant select on services to nsp_maintenance;
grant select, insert, update on accounts, tlds to nsp_maintenance;
grant select, insert, update, delete on windows, feeds to nsp_maintenance;
grant select, insert, update, delete on requests to nsp_maintenance;
