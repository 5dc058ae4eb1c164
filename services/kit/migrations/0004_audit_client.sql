-- Where something was done from, as far as the service that writes it down knows: identity does, of sign-ins.
alter table kit.audit
    add column user_agent text not null default '',
    add column address    text not null default '';
