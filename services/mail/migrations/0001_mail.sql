-- Mail that is to be sent and that was sent, and the development mailbox.

create table messages (
    id             uuid        primary key,
    -- The event that asked for it.
    event          uuid        not null,
    template       text        not null,
    -- What the template fills in.
    vals           jsonb       not null,
    -- What it is about, such as `cases/{case}`.
    resource       text        not null,
    account        uuid,
    recipient      uuid        not null,
    -- As it was when the mail was made; empty until then.
    recipient_name text        not null default '',
    -- The single-use link it carries, such as `passwordResets/{reset}`; empty for none. The secret part is not kept.
    link           text        not null,
    subject        text        not null,
    -- Of RFC 5322, without the angle brackets. Chosen when the mail is queued: every try carries the same.
    message_id     text        not null constraint messages_message_id_unique unique,
    -- Whether it is for ICANN's staff only.
    internal       boolean     not null,
    -- 'skipped': the recipient does not want such mail.
    state          text        not null default 'queued' constraint messages_state check (state in ('queued', 'sent', 'failed', 'skipped')),
    attempts       int         not null default 0,
    -- When to try next. While somebody tries, the time at which somebody else may.
    next_attempt   timestamptz not null,
    create_time    timestamptz not null,
    send_time      timestamptz,
    -- Why the last try did not work: a word and the server's code, no addresses.
    problem        text        not null default '',
    constraint messages_once unique (event, recipient),
    constraint messages_sent check ((state = 'sent') = (send_time is not null))
);
create index messages_due on messages (next_attempt, id) where state = 'queued';
create index messages_by_resource on messages (resource, id);

-- Mail received by the mailbox that takes the place of the Internet in development.
create table mailbox_messages (
    id           uuid        primary key,
    sender       text        not null,
    recipients   text[]      not null,
    subject      text        not null,
    receive_time timestamptz not null,
    raw          bytea       not null
);

alter table messages enable row level security;
alter table mailbox_messages enable row level security;

create policy messages_service on messages using ((select kit.scope()) = 'service');
create policy messages_staff on messages for select using ((select kit.scope()) = 'staff');
-- A role that is limited to some TLDs sees its own mail only: mail does not know which TLDs its case is about.
create policy messages_account on messages for select using (
    (select kit.scope()) = 'account' and account = (select kit.account()) and not internal
    and ((select kit.tlds()) is null or recipient = (select kit.person()))
);
create policy mailbox_service on mailbox_messages using ((select kit.scope()) = 'service');

grant select, insert, update on messages to nsp_mail;
grant select, insert, delete on mailbox_messages to nsp_mail;
