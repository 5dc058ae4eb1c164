//! Lists of entries.

use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::clients::{COLUMNS, Row, TABLES, push_scope};
use crate::{
    domain::{Client, HostName, Label, Role},
    error::Error,
};

/// Which entries.
#[derive(Debug, Default)]
pub struct Selection {
    pub tld: Option<Label>,
    pub account: Option<AccountId>,
    pub domain_name: Option<HostName>,
    pub role: Option<Role>,
    pub provider: Option<AccountId>,
    pub broken_only: bool,
}

/// A page of the selection, by TLD and age.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<(String, Uuid)>,
) -> Result<Vec<Client>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES} where true"));
    push_scope(&mut query, tx);
    if let Some(tld) = &selection.tld {
        query
            .push(" and entries.tld = ")
            .push_bind(tld.as_ref().to_owned());
    }
    if let Some(account) = selection.account {
        query.push(" and entries.account = ").push_bind(account.0);
    }
    if let Some(host) = &selection.domain_name {
        query
            .push(" and ")
            .push_bind(host.to_string())
            .push(" = any (domain_names)");
    }
    if let Some(role) = selection.role {
        query
            .push(" and ")
            .push_bind(role.code())
            .push(" = any (roles)");
    }
    if let Some(provider) = selection.provider {
        query.push(" and entries.provider = ").push_bind(provider.0);
    }
    if selection.broken_only {
        query.push(
            " and exists (select from checks where checks.entry = entries.id and verdict in ('broken', 'warning'))",
        );
    }
    if let Some((tld, id)) = &page.after {
        query
            .push(" and (entries.tld, entries.id) > (")
            .push_bind(tld.clone());
        query.push(", ").push_bind(*id).push(")");
    }
    query
        .push(" order by entries.tld, entries.id limit ")
        .push_bind(page.limit());
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Client::try_from).collect()
}
