//! Maintenance windows (MW-1 to MW-5, MW-7): list, calendar, wizard, one window, feed.

pub mod calendar;
pub mod candidates;
pub mod csv;
pub mod delete;
pub mod delete_many;
pub mod edit;
pub mod feed;
pub mod fill_in;
pub mod ics;
pub mod list;
pub mod month;
pub mod new;
pub mod query;
pub mod recurrence;
pub mod row;
pub mod show;
pub mod switch;
pub mod tlds;
pub mod verify;
pub mod when;
pub mod words;
pub mod xml;

use axum::extract::Path;
use nsp_proto::maintenance::v1::{GetWindowRequest, ListServicesRequest, Service, Window};

use crate::{
    errors::PageError,
    pages::cases::resource,
    signed_in::{Party, SignedIn},
};

/// The window of an address.
pub async fn get_window(me: &SignedIn, id: &Path<String>) -> Result<Window, PageError> {
    let name = resource("windows", id)?;
    let window = me
        .clients
        .windows()
        .get_window(GetWindowRequest { name })
        .await?;
    Ok(window.into_inner())
}

/// The services that windows are about.
pub async fn catalogue(me: &SignedIn) -> Result<Vec<Service>, tonic::Status> {
    let services = me
        .clients
        .windows()
        .list_services(ListServicesRequest {})
        .await?;
    Ok(services.into_inner().services)
}

/// To those who only read windows, pages that change them do not exist.
fn planner(Party(me): Party) -> Result<SignedIn, PageError> {
    if me.plans() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}
