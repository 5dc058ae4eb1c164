//! Two accounts, every method and every page that exists: nothing of one is visible to the other, by list, id, search,
//! count, export, event or error text. A method or page that these tests do not know fails them.
//!
//! That the database alone refuses, with no condition in any query, is shown beside each service's tables
//! (`services/*/tests/it/scope.rs`).

mod methods;
mod neighbours;
mod pages;
mod probes;
