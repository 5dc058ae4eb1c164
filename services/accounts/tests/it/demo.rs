//! The demonstration data loads, once, and is announced.

use std::path::Path;

use crate::harness::Service;

#[tokio::test]
async fn the_demonstration_data_loads_once() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    for _ in 0..2 {
        nsp_accounts::demo(&service.config, &data, &service.bed.clock).await?;
        assert_eq!(service.count("select count(*) from accounts").await?, 13);
        assert!(service.count("select count(*) from tlds").await? > 40);
        assert!(service.count("select count(*) from contacts").await? > 20);
        assert!(service.count("select count(*) from credentials").await? > 4);
    }
    let announced = "select count(*) from kit.audit where action = 'account.created'";
    assert_eq!(service.count(announced).await?, 13);
    let idn = "select count(*) from tlds where label like 'xn--%' and unicode_label <> label";
    assert!(service.count(idn).await? > 0);
    Ok(())
}
