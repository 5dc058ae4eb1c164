-- The time of the call, for policies that end by the clock; the database's own where nobody has set one.
create function kit.now() returns timestamptz language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('nsp.now', true), '')::timestamptz, now()) $$;
