-- Accounts of contracted parties, their TLDs and their contacts.

create table accounts (
    id                 uuid        primary key,
    -- Sorted as people sort names, whatever the collation of the database.
    display_name       text        collate "und-x-icu" not null
                                   constraint accounts_name_length check (char_length(display_name) between 1 and 200),
    kind               text        not null constraint accounts_kind check (kind in
                                   ('registry_operator', 'registrar', 'applicant', 'registry_service_provider', 'cctld_manager')),
    country            text        not null constraint accounts_country check (country ~ '^[A-Z]{2}$'),
    -- Empty when there is none.
    engagement_manager text        not null constraint accounts_manager_length check (char_length(engagement_manager) <= 200),
    create_time        timestamptz not null,
    -- The request that made it, so that a retry makes no second one.
    request_id         uuid        constraint accounts_request_unique unique
);
create index accounts_by_name on accounts (display_name, id);

create table tlds (
    -- The A-label: lower case, without dot.
    label           text collate "C" primary key constraint tlds_label check (label ~ '^[a-z0-9-]{2,63}$'),
    -- The U-label, for searching; the same as the label unless the TLD is an IDN.
    unicode_label   text not null,
    account         uuid not null references accounts,
    state           text not null constraint tlds_state check (state in ('active', 'pending')),
    delegation_date date
);
create index tlds_by_account on tlds (account, label);

create table contacts (
    id           uuid    primary key,
    account      uuid    not null references accounts,
    display_name text    collate "und-x-icu" not null
                         constraint contacts_name_length check (char_length(display_name) between 1 and 200),
    email        text    not null constraint contacts_email_length check (char_length(email) between 3 and 254),
    -- E.164; empty when not known.
    phone        text    not null constraint contacts_phone check (phone ~ '^(\+[1-9][0-9]{6,14})?$'),
    -- Empty when not known.
    title        text    not null constraint contacts_title_length check (char_length(title) <= 100),
    country      text    not null constraint contacts_country check (country ~ '^[A-Z]{2}$'),
    active       boolean not null,
    request_id   uuid    constraint contacts_request_unique unique
);
create index contacts_by_account on contacts (account, display_name, id);

alter table accounts enable row level security;
alter table tlds enable row level security;
alter table contacts enable row level security;

create policy accounts_see on accounts for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and id = (select kit.account()))
);
create policy tlds_see on tlds for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and account = (select kit.account())
        and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])))
);
create policy contacts_see on contacts for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and account = (select kit.account()))
);

-- Only staff add anything so far.
create policy accounts_add on accounts for insert with check ((select kit.scope()) = 'staff');
create policy tlds_add on tlds for insert with check ((select kit.scope()) = 'staff');
create policy contacts_add on contacts for insert with check ((select kit.scope()) = 'staff');

grant select, insert on accounts, tlds, contacts to nsp_accounts;
