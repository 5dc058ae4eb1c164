-- Credentials of other systems, per TLD (TLD-10), and the locks that slow down who guesses them.

create table credentials (
    tld                  text collate "C" not null references tlds,
    kind                 text        not null constraint credentials_kind check (kind in
                                     ('rri-ry', 'rri-dea', 'epp', 'zfa-axfr', 'urs')),
    user_name            text        not null constraint credentials_user_name check (user_name ~ '^[!-9;-~]{1,68}$'),
    -- Of RRI's two the user name follows from the TLD.
    constraint credentials_rri check (
        user_name = case kind when 'rri-ry' then tld || '_ry' when 'rri-dea' then tld || '_dea' else user_name end),
    -- Sealed under a data key of its own, which is sealed under the key `sealed_with`; the context of both is the name.
    password             bytea       not null,
    data_key             bytea       not null,
    sealed_with          text        not null,
    password_change_time timestamptz not null,
    prefixes             cidr[]      not null constraint credentials_prefixes check
                                     (kind in ('rri-ry', 'rri-dea') or prefixes = '{}'),
    update_time          timestamptz not null,
    updater_name         text        not null,
    -- Counts changes; the etag.
    version              bigint      not null constraint credentials_version check (version >= 1),
    primary key (tld, kind)
);
create index credentials_by_key on credentials (sealed_with);

-- Failed tries at a user name, whether there is one or not; tries from outside its prefixes by themselves.
create table credential_locks (
    user_name text        not null constraint credential_locks_user_name check (char_length(user_name) <= 80),
    stranger  boolean     not null,
    -- How many there were on the day (UTC) of `time`; on a later day they count no more.
    failures  int         not null default 0 constraint credential_locks_failures check (failures >= 0),
    time      timestamptz not null,
    primary key (user_name, stranger)
);
create index credential_locks_by_time on credential_locks (time);

alter table credentials enable row level security;
alter table credential_locks enable row level security;

-- Whoever sees the TLD: policies of `tlds` narrow the subquery.
create policy credentials_see on credentials for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and tld in (select label from tlds))
);
-- Staff look, and set nothing: a password is between a registry and its systems.
create policy credentials_add on credentials for insert with check (
    (select kit.scope()) = 'account' and tld in (select label from tlds)
);
create policy credentials_set on credentials for update using (
    (select kit.scope()) = 'service'
    or ((select kit.scope()) = 'account' and tld in (select label from tlds))
);
create policy credential_locks_service on credential_locks using ((select kit.scope()) = 'service');
-- Who sets a new password has the tries at the old one forgotten.
create policy credential_locks_see on credential_locks for select using (
    (select kit.scope()) = 'account' and regexp_replace(user_name, '_(ry|dea)$', '') in (select label from tlds)
);
create policy credential_locks_forget on credential_locks for delete using (
    (select kit.scope()) = 'account' and regexp_replace(user_name, '_(ry|dea)$', '') in (select label from tlds)
);

grant select, insert, update on credentials to nsp_accounts;
grant select, insert, update, delete on credential_locks to nsp_accounts;
