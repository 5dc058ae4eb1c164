-- Failed tries at a credential, by which it is locked for a moment (ID-6). A row is what tries at the credential wait in
-- line for, on whatever replica they are made.
create table soft_locks (
    kind        text        not null constraint soft_locks_kind check (kind in ('password', 'totp', 'recovery-codes')),
    -- Of a TOTP factor its id, otherwise the person's. Of an unknown e-mail address, something computed from it.
    credential  uuid        not null,
    -- Whose it is; null for an unknown address. It refers to nothing, so that an unknown address costs the same.
    person      uuid,
    -- How many there were on the day (UTC) of `time`; on a later day they count no more.
    failures    int         not null default 0 constraint soft_locks_failures check (failures >= 0),
    -- When the last failure was; of a row without failures, when it was made.
    time        timestamptz not null,
    -- The end of a lock whose end was not written down yet.
    locked_until timestamptz,
    primary key (kind, credential)
);
create index soft_locks_by_end on soft_locks (locked_until) where locked_until is not null;
create index soft_locks_by_time on soft_locks (time);

alter table soft_locks enable row level security;
create policy soft_locks_own on soft_locks using (person = (select kit.person()) or (select kit.scope()) = 'service');
grant select, insert, update, delete on soft_locks to nsp_identity;
