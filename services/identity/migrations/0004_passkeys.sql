-- Passkeys (WebAuthn). What is kept of one is public: nothing here signs anybody in.
create table passkeys (
    id            uuid        primary key,
    person        uuid        not null references users on delete cascade,
    display_name  text        not null constraint passkeys_name_length check (char_length(display_name) between 1 and 50),
    -- What the authenticator calls it.
    credential_id bytea       not null constraint passkeys_credential_unique unique,
    -- Public key and flags, as webauthn-rs writes them.
    credential    jsonb       not null,
    -- What the authenticator counted at its last use; 0 for one that does not count.
    counter       bigint      not null constraint passkeys_counter check (counter >= 0),
    create_time   timestamptz not null,
    last_use_time timestamptz
);
create index passkeys_by_person on passkeys (person, id);

-- Questions to browsers that were not answered yet; an answer deletes its question, so that none is good twice.
create table passkey_ceremonies (
    id          uuid        primary key,
    purpose     text        not null constraint passkey_ceremonies_purpose
                            check (purpose in ('registration', 'sign-in', 'second-factor', 'step-up')),
    -- Null while nobody knows who will answer.
    person      uuid        references users on delete cascade,
    attempt     uuid        references sign_in_attempts on delete cascade,
    -- What the answer is checked against, as webauthn-rs writes it.
    state       jsonb       not null,
    expire_time timestamptz not null
);
create index passkey_ceremonies_by_attempt on passkey_ceremonies (attempt);
create index passkey_ceremonies_by_person on passkey_ceremonies (person);
create index passkey_ceremonies_by_expiry on passkey_ceremonies (expire_time);

alter table passkeys enable row level security;
create policy passkeys_own on passkeys using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table passkey_ceremonies enable row level security;
create policy passkey_ceremonies_own on passkey_ceremonies
    using (person = (select kit.person()) or (select kit.scope()) = 'service');
grant select, insert, update, delete on passkeys to nsp_identity;
grant select, insert, delete on passkey_ceremonies to nsp_identity;
