//! How many cases each list view holds (NAV-4).

use nsp_kit::call::Call;
use nsp_proto::cases::v1 as pb;

use super::convert::{kind_message, view_message};
use crate::{error::Error, store};

pub async fn count_cases(
    call: &Call,
    _: pb::CountCasesRequest,
) -> Result<pb::CountCasesResponse, Error> {
    let mut tx = call.begin().await?;
    let counts = store::list::counts(&mut tx).await?;
    let counts = counts.into_iter().flat_map(|of_kind| {
        let counts = of_kind.by_view.into_iter().filter(|(_, count)| *count > 0);
        counts.map(move |(view, count)| pb::count_cases_response::Count {
            view: view_message(view).into(),
            kind: kind_message(of_kind.kind).into(),
            count,
        })
    });
    Ok(pb::CountCasesResponse {
        counts: counts.collect(),
    })
}
