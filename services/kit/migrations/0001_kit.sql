-- What a transaction may see. `nsp_kit::db` sets these when it opens a transaction; a connection on which nobody set
-- them sees nothing. Policies call them inside `(select …)`, so that they are evaluated once per query.

-- 'staff', 'account', 'person', 'service' or 'none'.
create function kit.scope() returns text language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('nsp.scope', true), ''), 'none') $$;

-- The account the caller acts for.
create function kit.account() returns uuid language sql stable parallel safe as
    $$ select nullif(current_setting('nsp.account', true), '')::uuid $$;

-- The person who calls.
create function kit.person() returns uuid language sql stable parallel safe as
    $$ select nullif(current_setting('nsp.person', true), '')::uuid $$;

-- The TLDs the caller's role is limited to; null for all of the account's.
create function kit.tlds() returns text[] language sql stable parallel safe as
    $$ select string_to_array(nullif(current_setting('nsp.tlds', true), ''), ',') $$;

-- Events this service has decided to publish. A row is written in the transaction that changed the data, and deleted
-- once JetStream has stored the message.
create table kit.outbox (
    seq     bigint generated always as identity primary key,
    id      uuid        not null unique,
    subject text        not null,
    type    text        not null,
    about   text        not null,
    account uuid,
    data    jsonb       not null,
    trace   text,
    time    timestamptz not null
);

-- Events this service has already acted upon. A row is written in the transaction that acted.
create table kit.inbox (
    consumer text        not null,
    event    uuid        not null,
    time     timestamptz not null,
    primary key (consumer, event)
);

-- Events that could not be acted upon. A person looks at them, and puts them back or deletes them.
create table kit.parked (
    consumer text        not null,
    event    uuid        not null,
    subject  text        not null,
    type     text        not null,
    data     bytea       not null,
    error    text        not null,
    time     timestamptz not null,
    primary key (consumer, event)
);

-- Who changed what. Rows are only ever added: the service's role may insert and read, nothing else.
create table kit.audit (
    id         uuid        primary key,
    time       timestamptz not null,
    -- `users/{user}` or `services/{service}`.
    actor      text        not null,
    actor_name text        not null,
    account    uuid,
    -- Such as `case.closed`.
    action     text        not null,
    -- The resource's name, such as `cases/{case}`.
    resource   text        not null,
    trace      text
);
create index audit_by_account on kit.audit (account, time desc, id desc);
create index audit_by_actor on kit.audit (actor, time desc, id desc);

alter table kit.outbox enable row level security;
alter table kit.inbox enable row level security;
alter table kit.parked enable row level security;
alter table kit.audit enable row level security;

-- Any transaction may add an event or an audit row; only the service itself reads the queues.
create policy outbox_add on kit.outbox for insert with check ((select kit.scope()) <> 'none');
create policy outbox_service on kit.outbox using ((select kit.scope()) = 'service');
create policy inbox_service on kit.inbox using ((select kit.scope()) = 'service');
create policy parked_service on kit.parked using ((select kit.scope()) = 'service');
create policy audit_add on kit.audit for insert with check ((select kit.scope()) <> 'none');
create policy audit_read on kit.audit for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and account = (select kit.account()))
    or actor = 'users/' || (select kit.person())
);
