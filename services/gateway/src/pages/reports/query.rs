//! What the list of TLDs shows, as its address says it: view, filters, order, page.

use nsp_proto::reporting::v1::{ListReportStatusesRequest, ReportStatusOrder};

use crate::{
    pages::reports::words::{VIEWS, View},
    urls,
};

pub const PAGE: i32 = 50;

/// The list, as its address says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub view: String,
    pub q: String,
    /// For staff: one account of all.
    pub account: String,
    /// `tld`, or empty for what is late first.
    pub sort: String,
    /// The token of the page, and which item of the list it begins with.
    pub after: String,
    pub from: u32,
}

impl Query {
    /// Reads an address. What makes no sense in it is left out.
    pub fn read(pairs: Vec<(String, String)>, staff: bool) -> Self {
        let mut query = Self {
            from: 1,
            ..Self::default()
        };
        for (key, value) in pairs {
            let value = value.trim().to_owned();
            match key.as_str() {
                "view" => query.view = value,
                "q" => {
                    let label = value.trim_start_matches('.').to_lowercase();
                    query.q = label.chars().take(63).collect();
                }
                "account" if staff && is_account(&value) => query.account = value,
                "sort" if value == "tld" => query.sort = value,
                "after" => query.after = value,
                "from" => query.from = value.parse().unwrap_or(1),
                _ => {}
            }
        }
        // People write `.例え`; services know it by its A-label.
        if let Ok(ascii) = idna::domain_to_ascii(&query.q) {
            query.q = ascii.chars().take(63).collect();
        }
        query
    }

    /// The chosen view; the first if none is chosen.
    pub fn view(&self) -> &'static View {
        let chosen = VIEWS.iter().find(|view| view.id == self.view);
        chosen.unwrap_or(&VIEWS[0])
    }

    pub fn is_filtered(&self) -> bool {
        !self.q.is_empty() || !self.account.is_empty()
    }

    /// The request for one page of it.
    pub fn request(&self) -> ListReportStatusesRequest {
        let order = if self.sort == "tld" {
            ReportStatusOrder::Unspecified
        } else {
            ReportStatusOrder::Late
        };
        ListReportStatusesRequest {
            page_size: PAGE,
            page_token: self.after.clone(),
            query: self.q.clone(),
            late_only: self.view().id == "late",
            account: self.account.clone(),
            order_by: order.into(),
        }
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_at(urls::REPORTS)
    }

    /// The same at another path: the list as a file.
    pub fn href_at(&self, path: &str) -> String {
        let from = if self.from > 1 {
            self.from.to_string()
        } else {
            String::new()
        };
        let pairs = [
            ("view", self.view.as_str()),
            ("q", &self.q),
            ("account", &self.account),
            ("sort", &self.sort),
            ("after", &self.after),
            ("from", &from),
        ];
        urls::with(path, &pairs)
    }

    /// What the form with the filters keeps of the address.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("view", self.view.clone()),
            ("account", self.account.clone()),
            ("sort", self.sort.clone()),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The same list from its beginning.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self {
            after: String::new(),
            from: 1,
            ..self.clone()
        }
    }

    /// The next page.
    #[must_use]
    pub fn next_page(&self, token: &str, shown: usize) -> Self {
        Self {
            after: token.to_owned(),
            from: self.from.saturating_add(u32::try_from(shown).unwrap_or(0)),
            ..self.clone()
        }
    }

    /// The same filters over another view.
    pub fn href_view(&self, id: &str) -> String {
        let mut other = self.first_page();
        id.clone_into(&mut other.view);
        other.href()
    }

    /// Sorted by `tld`, or with what is late first.
    pub fn href_sort(&self, id: &str) -> String {
        let mut other = self.first_page();
        id.clone_into(&mut other.sort);
        other.href()
    }

    /// How a column is sorted, as `aria-sort` says it.
    pub fn sorted(&self, id: &str) -> &'static str {
        match (id, self.sort.as_str()) {
            ("tld", "tld") => "ascending",
            ("", "") => "descending",
            _ => "",
        }
    }

    /// Without the filters.
    pub fn href_clear(&self) -> String {
        let clear = Self {
            view: self.view.clone(),
            sort: self.sort.clone(),
            from: 1,
            ..Self::default()
        };
        clear.href()
    }

    /// Each filter in words, with the address of the list without it. `account` is the name of the account.
    pub fn chips(&self, account: &str) -> Vec<(&'static str, String, String)> {
        let mut chips = Vec::new();
        if !self.q.is_empty() {
            let mut other = self.first_page();
            other.q.clear();
            chips.push(("TLD", self.q.clone(), other.href()));
        }
        if !self.account.is_empty() {
            let mut other = self.first_page();
            other.account.clear();
            chips.push(("Account", account.to_owned(), other.href()));
        }
        chips
    }
}

/// Whether it could be an account's name: anything else is none.
fn is_account(value: &str) -> bool {
    let id = value.strip_prefix("accounts/");
    id.is_some_and(|id| id.parse::<uuid::Uuid>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "accounts/01890a5d-ac96-774b-bcce-b302099a8057";

    fn read(pairs: &[(&str, &str)], staff: bool) -> Query {
        let pairs = pairs.iter();
        let pairs = pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Query::read(pairs.collect(), staff)
    }

    #[test]
    fn an_address_says_everything_about_the_list() {
        let pairs = [
            ("view", "late"),
            ("q", ".例え"),
            ("account", ACCOUNT),
            ("sort", "tld"),
        ];
        let query = read(&pairs, true);
        let encoded = ACCOUNT.replace('/', "%2F");
        assert_eq!(
            query.href(),
            format!("/reports?view=late&q=xn--r8jz45g&account={encoded}&sort=tld")
        );
        let request = query.request();
        assert!(request.late_only);
        assert_eq!(request.order_by(), ReportStatusOrder::Unspecified);
        assert_eq!(query.chips("Acme").len(), 2);
        assert_eq!(query.href_clear(), "/reports?view=late&sort=tld");
        assert_eq!(
            read(&pairs, false).account,
            "",
            "only staff choose an account"
        );
    }

    #[test]
    fn nonsense_is_left_out_and_what_is_late_comes_first() {
        let query = read(&[("sort", "drop table"), ("account", "accounts/1")], true);
        assert_eq!(query.href(), "/reports");
        assert_eq!(query.request().order_by(), ReportStatusOrder::Late);
        assert_eq!(query.sorted(""), "descending");
        assert_eq!(query.view().id, "all");
    }
}
