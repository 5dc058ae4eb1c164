//! A private server through its life: made, shared, killed, stopped, forgotten.

use nsp_testbed::{Options, Postgres, process, run_sql};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::Duration;

#[test]
fn a_server_is_shared_survives_a_kill_and_stops_with_its_last_user() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("postgres");
    let first = Postgres::start(&folder, Options::TESTS).unwrap();
    let second = Postgres::start(&folder, Options::TESTS).unwrap();
    assert_eq!(
        first.port(),
        second.port(),
        "the second user finds the first one's server"
    );
    run_sql(
        first.url(),
        "create table kept (x int); insert into kept values (7)",
    )
    .unwrap();

    let pid = first.pid().unwrap();
    process::signal(pid, "KILL");
    assert!(process::wait_gone(pid, Duration::from_secs(10)));
    let third = Postgres::start(&folder, Options::TESTS).unwrap();
    assert_eq!(
        run_sql(third.url(), "select x from kept").unwrap().trim(),
        "7"
    );

    let pid = third.pid().unwrap();
    drop(first);
    drop(second);
    assert!(process::runs(pid), "it is still used");
    drop(third);
    assert!(
        process::wait_gone(pid, Duration::from_secs(10)),
        "nobody uses it"
    );

    let again = Postgres::start(&folder, Options::TESTS).unwrap();
    assert_eq!(
        run_sql(again.url(), "select x from kept").unwrap().trim(),
        "7"
    );
    drop(again);
    Postgres::wipe(&folder).unwrap();
    assert!(!folder.exists());
}

#[test]
fn a_server_that_is_stopping_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("postgres");
    let first = Postgres::start(&folder, Options::TESTS).unwrap();
    process::signal(first.pid().unwrap(), "INT");
    thread::sleep(Duration::from_millis(50));
    let second = Postgres::start(&folder, Options::TESTS).unwrap();
    run_sql(second.url(), "select 1").unwrap();
}

#[test]
fn databases_are_made_by_many_at_once_and_the_service_owns_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Postgres::start(&dir.path().join("postgres"), Options::TESTS).unwrap();
    thread::scope(|scope| {
        let ensure = || server.ensure_database("cases", "nsp_cases").unwrap();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ensure)).collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let access = server.ensure_database("cases", "nsp_cases").unwrap();
    run_sql(&access.owner, "create table t (x int)").unwrap();
    run_sql(&access.service, "select 1").unwrap();
    let refused = run_sql(&access.service, "select * from t")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("permission denied"), "{refused}");
    let refused = run_sql(&access.service, "create table u (x int)")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("permission denied"), "{refused}");
}

#[test]
fn a_folder_that_the_servers_user_cannot_reach_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    let closed = Permissions::from_mode(0o700);
    std::fs::set_permissions(dir.path(), closed).unwrap();
    let folder = dir.path().join("postgres");
    let first = Postgres::start(&folder, Options::DEVELOPMENT).unwrap();
    run_sql(first.url(), "create table kept (x int)").unwrap();
    drop(first);
    let second = Postgres::start(&folder, Options::DEVELOPMENT).unwrap();
    run_sql(second.url(), "select x from kept").unwrap();
    drop(second);
    let data = std::fs::read_to_string(folder.join("data-folder")).unwrap();
    Postgres::wipe(&folder).unwrap();
    let data = std::path::Path::new(&data);
    assert!(!data.parent().unwrap().exists());
}
