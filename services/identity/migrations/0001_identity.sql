-- Everything identity keeps. Every table about a person has the column `person` (`users` has `id`), and the same policy:
-- that person, or the service itself. Staff see none of it: nobody but its owner has business with a factor.

create table users (
    id                uuid        primary key,
    -- As the person writes it; compared by `email_key`, which is its lower-case form.
    email             text        not null constraint users_email_length check (char_length(email) between 3 and 254),
    email_key         text        not null constraint users_email_unique unique,
    display_name      text        not null constraint users_name_length check (char_length(display_name) between 1 and 200),
    -- 'retired' is for good (the applicant became a registry), 'disabled' until somebody enables the user again.
    state             text        not null default 'active' constraint users_state check (state in ('active', 'disabled', 'retired')),
    staff             boolean     not null,
    -- Names of values of `nsp.auth.v1.Role`.
    staff_roles       text[]      not null default '{}',
    time_zone         text        not null,
    language          text        not null,
    theme             text        not null constraint users_theme check (theme in ('system', 'light', 'dark')),
    mail_case_updates boolean     not null default true,
    -- Counts changes of the profile; the etag.
    version           bigint      not null default 1,
    create_time       timestamptz not null,
    constraint users_staff_roles check (staff or staff_roles = '{}'),
    constraint users_email_key check (email_key = lower(email_key))
);

create table passwords (
    person      uuid        primary key references users on delete cascade,
    -- Argon2id as a PHC string, so that every hash says how it was made.
    hash        text        not null,
    change_time timestamptz not null
);

create table totp_factors (
    id            uuid        primary key,
    person        uuid        not null references users on delete cascade,
    display_name  text        not null constraint totp_factors_name_length check (char_length(display_name) between 1 and 50),
    -- Sealed with the factor's id as context.
    secret        bytea       not null,
    sealed_with   text        not null,
    -- The 30-second step of the last code that was accepted: a code works once.
    last_step     bigint,
    create_time   timestamptz not null,
    last_use_time timestamptz
);
create index totp_factors_by_person on totp_factors (person, id);

-- A code is 80 random bits, which nobody can try out: a plain SHA-256 keeps it as well as a slow hash would.
create table recovery_codes (
    person uuid  not null references users on delete cascade,
    hash   bytea not null,
    primary key (person, hash)
);

-- A sign-in whose password was right.
create table sign_in_attempts (
    id          uuid        primary key,
    person      uuid        not null references users on delete cascade,
    hash        bytea       not null constraint sign_in_attempts_hash_unique unique,
    -- Whether it is completed by enrolling a factor instead of showing one.
    enrols      boolean     not null,
    failures    int         not null default 0,
    -- The TOTP secret that is being enrolled, sealed with the attempt's id as context.
    secret      bytea,
    sealed_with text,
    expire_time timestamptz not null,
    constraint sign_in_attempts_sealed check ((secret is null) = (sealed_with is null))
);
create index sign_in_attempts_by_person on sign_in_attempts (person);
create index sign_in_attempts_by_expiry on sign_in_attempts (expire_time);

-- A further factor that a signed-in person is adding; one at a time.
create table enrolments (
    id          uuid        primary key,
    person      uuid        not null constraint enrolments_one unique references users on delete cascade,
    failures    int         not null default 0,
    -- Sealed with the enrolment's id as context.
    secret      bytea       not null,
    sealed_with text        not null,
    expire_time timestamptz not null
);
create index enrolments_by_expiry on enrolments (expire_time);

-- A row is a session that was not revoked; whether it is still good depends on its times.
create table sessions (
    id             uuid        primary key,
    person         uuid        not null references users on delete cascade,
    hash           bytea       not null constraint sessions_hash_unique unique,
    -- The account the session acts for; null for staff and for users without a membership.
    acting_account uuid,
    user_agent     text        not null,
    address        text        not null,
    create_time    timestamptz not null,
    -- Written at most once a minute.
    last_use_time  timestamptz not null,
    -- The absolute end, whatever the use.
    expire_time    timestamptz not null,
    -- When the person last showed a factor.
    factor_time    timestamptz not null
);
create index sessions_by_person on sessions (person, last_use_time desc);
create index sessions_by_expiry on sessions (expire_time);

-- Wishes for a new password, written for known and unknown addresses alike, so that the answer takes the same time. A
-- background loop acts on them.
create table reset_requests (
    id        uuid        primary key,
    email_key text        not null,
    time      timestamptz not null
);

-- A link that was mailed. Its token is computed from the id when it is sent, so nothing here opens anything.
create table password_resets (
    id          uuid        primary key,
    person      uuid        not null references users on delete cascade,
    create_time timestamptz not null,
    expire_time timestamptz not null,
    use_time    timestamptz
);
create index password_resets_by_person on password_resets (person, create_time);
create index password_resets_by_expiry on password_resets (expire_time);

create table memberships (
    id      uuid   primary key,
    person  uuid   not null references users on delete cascade,
    account uuid   not null,
    -- Names of values of `nsp.auth.v1.Role`.
    roles   text[] not null constraint memberships_roles check (cardinality(roles) > 0),
    -- A-labels; empty for every TLD of the account.
    tlds    text[] not null default '{}',
    constraint memberships_one unique (person, account)
);

-- What the accounts service says about accounts, by its events.
create table accounts (
    id           uuid primary key,
    display_name text not null,
    -- Name of a value of `nsp.accounts.v1.Account.Kind`.
    kind         text not null
);

-- The keys that sign tokens. A key is published from `create_time`, signs from `not_before` until its successor's
-- `not_before`, which is its `not_after`, and stays published until its last token has expired.
create table signing_keys (
    -- The `kid` of tokens.
    id          text        primary key,
    public_key  bytea       not null,
    -- PKCS #8, sealed with the key's id as context.
    secret      bytea       not null,
    sealed_with text        not null,
    create_time timestamptz not null,
    not_before  timestamptz not null,
    not_after   timestamptz
);
-- However many replicas rotate, one key at most has no successor.
create unique index signing_keys_one_newest on signing_keys ((true)) where not_after is null;

alter table users enable row level security;
create policy users_own on users using (id = (select kit.person()) or (select kit.scope()) = 'service');
alter table passwords enable row level security;
create policy passwords_own on passwords using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table totp_factors enable row level security;
create policy totp_factors_own on totp_factors using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table recovery_codes enable row level security;
create policy recovery_codes_own on recovery_codes using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table sign_in_attempts enable row level security;
create policy sign_in_attempts_own on sign_in_attempts using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table enrolments enable row level security;
create policy enrolments_own on enrolments using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table sessions enable row level security;
create policy sessions_own on sessions using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table reset_requests enable row level security;
create policy reset_requests_service on reset_requests using ((select kit.scope()) = 'service');
alter table password_resets enable row level security;
create policy password_resets_service on password_resets using ((select kit.scope()) = 'service');
alter table memberships enable row level security;
create policy memberships_own on memberships using (person = (select kit.person()) or (select kit.scope()) = 'service');
alter table accounts enable row level security;
create policy accounts_read on accounts for select using ((select kit.scope()) <> 'none');
create policy accounts_service on accounts using ((select kit.scope()) = 'service');
alter table signing_keys enable row level security;
create policy signing_keys_service on signing_keys using ((select kit.scope()) = 'service');

-- Nothing that a request can do makes a user staff, or gives them another address or state.
grant select, update (time_zone, language, theme, mail_case_updates, version) on users to nsp_identity;
grant select, insert, update on passwords to nsp_identity;
grant select, insert, update, delete on totp_factors, sign_in_attempts, sessions, password_resets to nsp_identity;
grant select, insert, update, delete on enrolments, signing_keys, reset_requests to nsp_identity;
grant select, insert, delete on recovery_codes to nsp_identity;
grant select on memberships to nsp_identity;
grant select, insert, update on accounts to nsp_identity;
