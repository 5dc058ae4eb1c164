-- Members of accounts, invitations to become one (ID-4), and the reset of lost factors by staff (ID-8).

alter table memberships
    -- The contact who was invited; null for members of before.
    add column contact     uuid,
    add column create_time timestamptz,
    -- The request that made it, so that a retry makes no second one.
    add column request_id  uuid,
    add constraint memberships_request_unique unique (account, request_id);

-- Who is asked to become a user and a member. Until they accept, there is no user: nobody can sign in as one, or ask for
-- a new password. The token of the link is computed from the id when it is sent, so nothing here opens anything.
create table invitations (
    id           uuid        primary key,
    -- The id that the user will have; the same in every invitation of one address.
    person       uuid        not null,
    account      uuid        not null,
    contact      uuid        not null,
    email        text        not null constraint invitations_email_length check (char_length(email) between 3 and 254),
    email_key    text        not null constraint invitations_email_key check (email_key = lower(email_key)),
    display_name text        not null constraint invitations_name_length check (char_length(display_name) between 1 and 200),
    -- Names of values of `nsp.auth.v1.Role`.
    roles        text[]      not null constraint invitations_roles check (cardinality(roles) > 0),
    tlds         text[]      not null,
    -- As the invitation shows it.
    inviter_name text        not null,
    request_id   uuid,
    create_time  timestamptz not null,
    expire_time  timestamptz not null,
    constraint invitations_one unique (account, email_key),
    constraint invitations_request_unique unique (account, request_id)
);
create index invitations_by_address on invitations (email_key);
create index invitations_by_person on invitations (person);
create index invitations_by_expiry on invitations (expire_time);

alter table invitations enable row level security;
create policy invitations_service on invitations using ((select kit.scope()) = 'service');
create policy invitations_staff on invitations using ((select kit.scope()) = 'staff');
create policy invitations_account on invitations using (
    (select kit.scope()) = 'account' and account = (select kit.account())
);
grant select, insert, delete on invitations to nsp_identity;

-- Memberships can be added now, so whose they are no longer says who adds them.
drop policy memberships_own on memberships;
create policy memberships_own on memberships for select using (person = (select kit.person()));
create policy memberships_service on memberships using ((select kit.scope()) = 'service');
create policy memberships_staff on memberships for select using ((select kit.scope()) = 'staff');
create policy memberships_add on memberships for insert with check (
    (select kit.scope()) = 'staff' or ((select kit.scope()) = 'account' and account = (select kit.account()))
);
grant insert on memberships to nsp_identity;

-- Staff see who the users are, and nothing of what they sign in with. Users are made when somebody accepts an invitation,
-- and never as staff.
create policy users_staff on users for select using ((select kit.scope()) = 'staff');
create policy users_made on users as restrictive for insert with check ((select kit.scope()) = 'service' and not staff);
grant insert (id, email, email_key, display_name, staff, time_zone, language, theme, create_time) on users to nsp_identity;
-- Sorted as people sort names, whatever the collation of the database.
create index users_by_name on users (display_name collate "und-x-icu", id);

-- Whose address it is: the one thing that an account's administrator must know of a person of no or another account.
create function user_to_invite(address text) returns table (person uuid, is_staff boolean, is_active boolean)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if kit.scope() not in ('staff', 'account') then
        raise exception 'only persons invite' using errcode = 'insufficient_privilege';
    end if;
    return query select users.id, users.staff, users.state = 'active' from users where users.email_key = address;
end $$;

-- The id that another invitation of the address has promised.
create function person_to_invite(address text) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if kit.scope() not in ('staff', 'account') then
        raise exception 'only persons invite' using errcode = 'insufficient_privilege';
    end if;
    return (select invitations.person from invitations where invitations.email_key = address limit 1);
end $$;

-- Removes everything a person signs in with, and makes the link by which they begin anew; says which sessions ended.
-- It sees and does what staff cannot otherwise.
create function reset_factors(who uuid, link uuid, moment timestamptz, link_end timestamptz) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if kit.scope() <> 'staff' or who is not distinct from kit.person() then
        raise exception 'only staff reset factors, and never their own' using errcode = 'insufficient_privilege';
    end if;
    -- Whoever adds a factor at this moment waits, or is waited for.
    perform 1 from users where users.id = who for update;
    delete from totp_factors where person = who;
    delete from passkeys where person = who;
    delete from passkey_ceremonies where person = who;
    delete from recovery_codes where person = who;
    delete from passwords where person = who;
    delete from sign_in_attempts where person = who;
    delete from enrolments where person = who;
    delete from soft_locks where person = who;
    update password_resets set use_time = moment where person = who and use_time is null;
    insert into password_resets (id, person, create_time, expire_time) values (link, who, moment, link_end);
    return query delete from sessions where person = who returning sessions.id;
end $$;

revoke execute on function user_to_invite, person_to_invite, reset_factors from public;
grant execute on function user_to_invite, person_to_invite, reset_factors to nsp_identity;
