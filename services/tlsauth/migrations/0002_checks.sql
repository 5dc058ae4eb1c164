-- What people have been told about a domain name of an entry. It outlives changes of the entry, which `checks` does not.
create table watches (
    entry       uuid   not null references entries on delete cascade,
    domain_name text   not null,
    -- The last verdict that was one.
    verdict     text   not null check (verdict in ('works', 'warning', 'broken')),
    -- Problems that were written about and are still there.
    told        text[] not null,
    primary key (entry, domain_name)
);
alter table watches enable row level security;
create policy watches_service on watches using ((select kit.scope()) = 'service');
grant select, insert, update, delete on watches to nsp_tlsauth;

create index entries_by_domain_name on entries using gin (domain_names);

-- When each domain name of each entry is to be looked at: at once after a change, then once a day, at another minute for
-- each name; again within the hour when its servers did not answer.
create view due_checks with (security_invoker = true) as
    select entries.id as entry, name as domain_name,
           case when check_time is null then entries.update_time
                when verdict = 'unknown' then check_time + interval '30 minutes' + jitter / 2
                else check_time + interval '23 hours' + jitter end as due_time
    from entries cross join unnest(domain_names) name
         cross join lateral (select (hashtext(name) & 4095) * interval '0.8 seconds' as jitter) spread
         left join checks on checks.entry = entries.id and checks.domain_name = name;
grant select on due_checks to nsp_tlsauth;
