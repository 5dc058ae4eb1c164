-- Who is a member of an account is known within that account, by name; that is all that others see of a person …
create policy memberships_of_account on memberships for select using (
    (select kit.scope()) = 'account' and account = (select kit.account())
);
create policy users_of_account on users for select using (
    (select kit.scope()) = 'account'
    and exists (select from memberships m where m.person = users.id and m.account = (select kit.account()))
);
create index memberships_by_account on memberships (account, person);

-- … but for its audit log, which is the account's business where it is about no other account (ID-11). That only
-- administrators read it, the method sees to.
create policy audit_of_members on kit.audit for select using (
    (select kit.scope()) = 'account' and account is null
    and exists (
        select from public.memberships m
        where m.account = (select kit.account()) and (m.person = audit.person or 'users/' || m.person = audit.actor)
    )
);
