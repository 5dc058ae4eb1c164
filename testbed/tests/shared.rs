//! What all tests of a run share.

use nsp_testbed::{run_sql, shared_postgres};

#[test]
fn it_is_the_same_for_everybody() {
    let url = shared_postgres().unwrap();
    assert_eq!(url, shared_postgres().unwrap());
    assert_eq!(
        run_sql(
            &url,
            "select rolsuper from pg_roles where rolname = current_user"
        )
        .unwrap()
        .trim(),
        "t"
    );
}
