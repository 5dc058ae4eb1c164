create type case_kind as enum ('general_inquiry', 'service_request', 'compliance');

-- In the order in which a list sorted by status shows them: what waits for somebody first.
create type case_status as enum (
    'action_required', 'new', 'in_progress', 'reopen_requested', 'not_submitted', 'closed', 'canceled'
);

create type expedite_state as enum ('requested', 'approved', 'rejected');

create type case_activity as enum (
    'comment', 'submitted', 'taken', 'information_requested', 'expedite_requested', 'expedite_approved',
    'expedite_rejected', 'closed', 'canceled', 'reopen_requested', 'reopened', 'reopen_declined'
);

-- TLDs and whose they are, as the accounts service tells us in events.
create table tlds (
    label   text primary key,
    account uuid not null
);
create index tlds_by_account on tlds (account, label);

-- Public numbers have eight digits from the first one on.
create sequence case_numbers start 10000;

create table cases (
    id              uuid        primary key,
    number          bigint      not null default nextval('case_numbers') constraint cases_number unique,
    account         uuid        not null,
    account_name    text        not null,
    kind            case_kind   not null,
    status          case_status not null,
    subject         text        not null check (char_length(subject) between 1 and 200),
    description     text        not null check (char_length(description) between 1 and 8000),
    tlds            text[]      not null check (cardinality(tlds) <= 100),
    creator         uuid        not null,
    creator_name    text        not null,
    -- The id the client gave its request, so that a retry finds the case it opened.
    request_id      uuid,
    assignee        uuid,
    assignee_name   text,
    create_time     timestamptz not null,
    update_time     timestamptz not null,
    -- Whoever's turn it is should be done by then.
    due_time        timestamptz not null,
    -- By when ICANN answers; stands still while the party has to act.
    icann_due_time  timestamptz not null,
    end_time        timestamptz,
    question        text,
    question_time   timestamptz,
    expedite        expedite_state,
    expedite_reason text,
    expedite_time   timestamptz,
    decision_time   timestamptz,
    decision_reason text,
    follows         uuid        references cases,
    version         bigint      not null default 1,
    search          tsvector    not null generated always as (to_tsvector('simple', subject || ' ' || description)) stored,

    constraint cases_request unique (creator, request_id),
    constraint cases_never_unsubmitted check (status <> 'not_submitted' or kind <> 'general_inquiry'),
    constraint cases_reopen_requested check (status <> 'reopen_requested' or kind = 'general_inquiry'),
    constraint cases_ended check ((status in ('closed', 'canceled')) = (end_time is not null)),
    constraint cases_question check (
        (status = 'action_required') = (question is not null) and (question is null) = (question_time is null)),
    constraint cases_assignee check ((assignee is null) = (assignee_name is null)),
    constraint cases_expedite check (
        (expedite is null) = (expedite_time is null)
        and (expedite is null) = (expedite_reason is null)
        and (expedite is null or (expedite = 'requested') = (decision_time is null))
        and (expedite is null or kind = 'general_inquiry'))
);

-- Every order in which an account's list is shown, and every order of the staff's list of all accounts.
create index cases_by_account_update on cases (account, update_time desc, number desc);
create index cases_by_account_number on cases (account, number);
create index cases_by_account_subject on cases (account, subject, number);
create index cases_by_account_status on cases (account, status, number);
create index cases_by_account_due on cases (account, due_time, number);
create index cases_by_update on cases (update_time desc, number desc);
create index cases_by_subject on cases (subject, number);
create index cases_by_status on cases (status, number);
create index cases_by_due on cases (due_time, number);
create index cases_by_account_name on cases (account_name, number);
create index cases_by_assignee on cases (assignee, status);
create index cases_by_follows on cases (follows) where follows is not null;
create index cases_by_tld on cases using gin (tlds);
create index cases_by_search on cases using gin (search);

-- What was said in a case, and what happened to it: both sides see all of it.
create table comments (
    id           uuid          primary key,
    case_id      uuid          not null references cases,
    activity     case_activity not null,
    by_staff     boolean       not null,
    author       uuid          not null,
    author_name  text          not null,
    organization text          not null,
    body         text          not null check (char_length(body) <= 8000),
    create_time  timestamptz   not null,
    request_id   uuid,
    constraint comments_request unique (author, request_id)
);
create index comments_by_case on comments (case_id, id);

-- Notes of staff for staff. A table of its own, which no portal user's transaction can read.
create table internal_notes (
    id          uuid        primary key,
    case_id     uuid        not null references cases,
    author      uuid        not null,
    author_name text        not null,
    body        text        not null check (char_length(body) between 1 and 8000),
    create_time timestamptz not null,
    request_id  uuid,
    constraint internal_notes_request unique (author, request_id)
);
create index internal_notes_by_case on internal_notes (case_id, id);

alter table tlds enable row level security;
alter table cases enable row level security;
alter table comments enable row level security;
alter table internal_notes enable row level security;

create policy tlds_all on tlds using ((select kit.scope()) in ('staff', 'service'));
create policy tlds_account on tlds for select using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or label = any ((select kit.tlds())::text[])));

create policy cases_all on cases using ((select kit.scope()) in ('staff', 'service'));
-- Someone whose role is limited to TLDs sees the cases about one of them, and their own.
create policy cases_account on cases using (
    (select kit.scope()) = 'account'
    and account = (select kit.account())
    and ((select kit.tlds()) is null or tlds && (select kit.tlds()) or creator = (select kit.person())));

-- The query on cases is itself bound by the policies of cases.
create policy comments_of_visible_cases on comments using (exists (select from cases where cases.id = case_id));

create policy internal_notes_staff on internal_notes using ((select kit.scope()) in ('staff', 'service'));

grant usage on sequence case_numbers to nsp_cases;
grant select, insert, update, delete on tlds to nsp_cases;
grant select, insert, update on cases to nsp_cases;
grant select, insert on comments, internal_notes to nsp_cases;
