-- To whom something was done by another, such as a failed sign-in, of which the gateway is the actor: that person may
-- read it too.
alter table kit.audit add column person uuid;
create index audit_by_person on kit.audit (person, time desc, id desc) where person is not null;

drop policy audit_read on kit.audit;
create policy audit_read on kit.audit for select using (
    (select kit.scope()) in ('staff', 'service')
    or ((select kit.scope()) = 'account' and account = (select kit.account()))
    or actor = 'users/' || (select kit.person())
    or person = (select kit.person())
);
