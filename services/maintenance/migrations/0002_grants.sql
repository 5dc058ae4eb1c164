-- What registries let service providers do (TLS-8), as tlsauth tells us in events: only grants that are about windows.
create table grants (
    id          uuid        primary key,
    -- The registry.
    account     uuid        not null,
    provider    uuid        not null,
    tld         text        not null,
    expire_time timestamptz not null
);
create index grants_by_provider on grants (provider, tld);
alter table grants enable row level security;
create policy grants_all on grants using ((select kit.scope()) in ('staff', 'service'));
create policy grants_received on grants for select using (
    (select kit.scope()) = 'account' and provider = (select kit.account())
    and ((select kit.tlds()) is null or tld = any ((select kit.tlds())::text[])));
grant select, insert, update, delete on grants to nsp_maintenance;

-- The TLDs of others whose windows the caller's account schedules, with who held them when they were granted.
create view granted with (security_invoker = true) as
    select tld, account from grants where provider = (select kit.account()) and expire_time > (select kit.now());
grant select on granted to nsp_maintenance;

create policy accounts_granted on accounts for select using (
    (select kit.scope()) = 'account' and id in (select account from granted));
create policy tlds_granted on tlds for select using (
    (select kit.scope()) = 'account' and (label, account) in (select tld, account from granted));
-- As tlds_lock: locking a row needs the right to update it.
create policy tlds_lock_granted on tlds for update using (
    (select kit.scope()) = 'account' and (label, account) in (select tld, account from granted))
    with check (false);
create policy windows_granted on windows using (
    (select kit.scope()) = 'account' and (tld, account) in (select tld, account from granted));
