//! Report status: which monthly reports and escrow deposits of each TLD are in, which are late, and what was submitted.

pub mod csv;
pub mod list;
pub mod query;
pub mod row;
pub mod submission;
pub mod submissions;
pub mod tld;
pub mod turn;
pub mod words;

use nsp_proto::reporting::v1::{GetReportStatusRequest, ReportStatus};

use crate::{errors::PageError, pages::tls::ascii, signed_in::SignedIn};

/// To those who owe no reports and look after none, the pages do not exist.
fn viewer(me: SignedIn) -> Result<SignedIn, PageError> {
    if me.sees_reports() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

/// How the TLD of an address stands.
async fn status(me: &SignedIn, tld: &str) -> Result<ReportStatus, PageError> {
    let name = format!("tlds/{}/reportStatus", ascii(tld)?);
    let request = GetReportStatusRequest { name };
    let mut statuses = me.clients.report_statuses();
    Ok(statuses.get_report_status(request).await?.into_inner())
}
