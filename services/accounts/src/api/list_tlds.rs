//! TLDs by A-label.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::accounts::v1 as pb;

use super::convert;
use crate::{domain::TldLabel, error::Error, store, store::tlds::Filter};

pub async fn list_tlds(
    call: &Call,
    request: &pb::ListTldsRequest,
) -> Result<pb::ListTldsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::parse(request.page_size, &request.page_token, &mut bad);
    let query = convert::query(&request.query, &mut bad);
    let account = bad.parse_optional("account", &request.account);
    let ((page, query), account) = bad.finish(page.zip(query).zip(account))?;

    let mut tx = call.begin().await?;
    let filter = Filter {
        account,
        ..filter(&query)
    };
    let tlds = store::tlds::list(&mut tx, &filter, &page).await?;
    let (tlds, next_page_token) = page.split(tlds, |tld| tld.label.as_ascii().to_owned());
    Ok(pb::ListTldsResponse {
        tlds: tlds.into_iter().map(pb::Tld::from).collect(),
        next_page_token,
    })
}

/// Somebody types part of a label, in either form. A whole U-label is mapped as labels are (upper case, full width,
/// composed); part of one that is no label by itself is only made lower case.
fn filter(query: &str) -> Filter {
    let part = query.strip_prefix('.').unwrap_or(query).to_lowercase();
    let unicode = part
        .parse::<TldLabel>()
        .map_or_else(|_| part.clone(), |label| label.to_unicode());
    Filter {
        ascii: part,
        unicode,
        account: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_looked_for_in_both_forms() {
        let both = |query| {
            let filter = filter(query);
            (filter.ascii, filter.unicode)
        };
        assert_eq!(both(".EX"), ("ex".to_owned(), "ex".to_owned()));
        assert_eq!(both("Я"), ("я".to_owned(), "я".to_owned()));
        assert_eq!(both("ｅｘａｍ").1, "exam");
        assert_eq!(both("xn--r8"), ("xn--r8".to_owned(), "xn--r8".to_owned()));
        assert_eq!(both("xn--r8jz45g").1, "例え");
    }
}
