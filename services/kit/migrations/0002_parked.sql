-- Parked events can be tried again: a person marks them, and the consumer that parked them takes them from here.
alter table kit.parked
    add column about text    not null default '',
    add column retry boolean not null default false;
