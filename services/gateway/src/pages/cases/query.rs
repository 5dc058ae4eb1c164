//! What a list shows, as its address says it: view, filters, order, page. Every link of a list is another address.

use nsp_proto::cases::v1::{CaseOrder, ListCasesRequest, case::Status};

use crate::{
    urls,
    words::{self, View},
};

pub const PAGE: i32 = 50;
const ORDERS: [(&str, CaseOrder); 6] = [
    ("number", CaseOrder::Number),
    ("subject", CaseOrder::Subject),
    ("account", CaseOrder::Account),
    ("status", CaseOrder::Status),
    ("due", CaseOrder::DueTime),
    ("updated", CaseOrder::UpdateTime),
];

/// A list, as its address says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The path of the list.
    pub path: &'static str,
    pub view: String,
    pub statuses: Vec<String>,
    pub tld: String,
    pub q: String,
    /// The id of an account; staff only.
    pub account: String,
    /// Words to look for an account by; staff only.
    pub find: String,
    /// Empty for the list's usual order.
    pub sort: String,
    pub descending: bool,
    /// The token of the page, and which item of the list it begins with.
    pub after: String,
    pub from: u32,
}

impl Query {
    /// Reads an address. What makes no sense in it is left out.
    pub fn read(path: &'static str, pairs: Vec<(String, String)>) -> Self {
        let mut query = Self {
            path,
            from: 1,
            ..Self::default()
        };
        for (key, value) in pairs {
            let value = value.trim().to_owned();
            match key.as_str() {
                "view" => query.view = value,
                "status" if words::STATUSES.iter().any(|(id, _)| *id == value) => {
                    query.statuses.push(value);
                }
                "tld" => query.tld = value.trim_start_matches('.').to_lowercase(),
                "q" => query.q = value.chars().take(200).collect(),
                "account" if value.parse::<uuid::Uuid>().is_ok() => query.account = value,
                "find" => query.find = value.chars().take(100).collect(),
                "sort" if ORDERS.iter().any(|(id, _)| *id == value) => query.sort = value,
                "dir" => query.descending = value == "desc",
                "after" => query.after = value,
                "from" => query.from = value.parse().unwrap_or(1),
                _ => {}
            }
        }
        // People write `.例え`; services know it by its A-label.
        if let Ok(ascii) = idna::domain_to_ascii(&query.tld) {
            query.tld = ascii;
        }
        query
    }

    pub fn has_status(&self, id: &str) -> bool {
        self.statuses.iter().any(|chosen| chosen == id)
    }

    /// The chosen one of `views`; if none is chosen, the first, and for who searches from elsewhere all cases.
    pub fn view<'a>(&self, views: &'a [View]) -> &'a View {
        let wanted = if self.view.is_empty() && !self.q.is_empty() {
            "all"
        } else {
            &self.view
        };
        let chosen = views.iter().find(|view| view.id == wanted);
        chosen.unwrap_or(&views[0])
    }

    /// The order of a list for which none was chosen: the latest update first, but what staff still have to do in the
    /// order in which it is due.
    fn usual_order(&self) -> (&'static str, bool) {
        let work = self.path != urls::CASES
            && self.path != urls::CASES_CSV
            && self.q.is_empty()
            && !matches!(self.view.as_str(), "closed" | "all");
        if work {
            ("due", false)
        } else {
            ("updated", true)
        }
    }

    /// The column that the list is sorted by, and whether downwards.
    fn order(&self) -> (&str, bool) {
        if self.sort.is_empty() {
            self.usual_order()
        } else {
            (&self.sort, self.descending)
        }
    }

    /// The request for one page of it.
    pub fn request(&self, views: &[View]) -> ListCasesRequest {
        let (sort, descending) = self.order();
        let order = ORDERS.iter().find(|(id, _)| *id == sort);
        let order = order.map_or(CaseOrder::Unspecified, |(_, order)| *order);
        let statuses = words::STATUSES
            .iter()
            .filter(|(id, _)| self.statuses.iter().any(|chosen| chosen == id));
        let account = if self.account.is_empty() {
            String::new()
        } else {
            format!("accounts/{}", self.account)
        };
        ListCasesRequest {
            page_size: PAGE,
            page_token: self.after.clone(),
            view: self.view(views).cases.into(),
            statuses: statuses.map(|(_, status)| Status::into(*status)).collect(),
            tld: self.tld.clone(),
            query: self.q.clone(),
            account,
            order_by: order.into(),
            descending,
            kind: 0,
        }
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_at(self.path)
    }

    /// The same at another path: the list as a file.
    pub fn href_at(&self, path: &str) -> String {
        urls::with(path, &self.pairs())
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let from = if self.from > 1 {
            self.from.to_string()
        } else {
            String::new()
        };
        let dir = if self.descending { "desc" } else { "" };
        let mut pairs = vec![("view", self.view.clone())];
        pairs.extend(
            self.statuses
                .iter()
                .map(|status| ("status", status.clone())),
        );
        pairs.extend([
            ("tld", self.tld.clone()),
            ("q", self.q.clone()),
            ("account", self.account.clone()),
            ("find", self.find.clone()),
            ("sort", self.sort.clone()),
            ("dir", dir.to_owned()),
            ("after", self.after.clone()),
            ("from", from),
        ]);
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// What the form with the filters keeps of the address.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.first_page().pairs();
        pairs.retain(|(key, _)| !["q", "status", "tld", "find"].contains(key));
        if self.view.is_empty() && self.q.is_empty() {
            // The form searches in the list that is shown.
            pairs.push(("view", "open".to_owned()));
        }
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

    /// Sorted by a column: up, then down, then as usual. The column of the usual order only turns round.
    pub fn href_sort(&self, id: &str) -> String {
        let (usual, usually_down) = self.usual_order();
        let (sort, down) = self.order();
        let next = match (sort == id, id == usual) {
            (true, true) => (down == usually_down).then_some(!down),
            (true, false) => (!down).then_some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        let mut other = self.first_page();
        next.map_or("", |_| id).clone_into(&mut other.sort);
        other.descending = next.unwrap_or_default();
        other.href()
    }

    /// How a column is sorted, as `aria-sort` says it.
    pub fn sorted(&self, id: &str) -> &'static str {
        match self.order() {
            (sort, _) if sort != id => "",
            (_, true) => "descending",
            (_, false) => "ascending",
        }
    }

    /// Without the filters.
    pub fn href_clear(&self) -> String {
        let clear = Self {
            path: self.path,
            view: self.view.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            from: 1,
            ..Self::default()
        };
        clear.href()
    }

    /// Each filter in words, with the address of the list without it.
    pub fn chips(&self, account_name: &str) -> Vec<(&'static str, String, String)> {
        let without = |change: &dyn Fn(&mut Self)| {
            let mut other = self.first_page();
            change(&mut other);
            other.href()
        };
        let mut chips = Vec::new();
        for status in &self.statuses {
            let name = words::STATUSES.iter().find(|(id, _)| id == status);
            let name = name.map_or("", |(_, status)| words::status(*status));
            let href = without(&|other| other.statuses.retain(|kept| kept != status));
            chips.push(("Status", name.to_owned(), href));
        }
        if !self.tld.is_empty() {
            let href = without(&|other| other.tld.clear());
            chips.push(("TLD", words::label(&self.tld).shown, href));
        }
        if !self.account.is_empty() {
            let href = without(&|other| other.account.clear());
            chips.push(("Account", account_name.to_owned(), href));
        }
        if !self.q.is_empty() {
            let href = without(&|other| other.q.clear());
            chips.push(("Text", format!("“{}”", self.q), href));
        }
        chips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Query {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Query::read(urls::CASES, pairs.collect())
    }

    #[test]
    fn an_address_says_everything_about_a_list() {
        let query = read(&[
            ("view", "closed"),
            ("status", "canceled"),
            ("q", "a b"),
            ("sort", "due"),
        ]);
        assert_eq!(
            query.href(),
            "/cases?view=closed&status=canceled&q=a%20b&sort=due"
        );
        let request = query.request(&words::VIEWS);
        assert_eq!(request.order_by(), CaseOrder::DueTime);
        assert_eq!(request.statuses().collect::<Vec<_>>(), [Status::Canceled]);
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read(&[
            ("status", "odd"),
            ("sort", "drop table"),
            ("account", "x"),
            ("view", "?"),
        ]);
        assert_eq!(query.view(&words::VIEWS).id, "open");
        assert_eq!(query.request(&words::VIEWS).account, "");
        assert_eq!(query.sort, "");
    }

    #[test]
    fn a_tld_may_be_written_as_its_readers_write_it() {
        assert_eq!(read(&[("tld", ".例え")]).tld, "xn--r8jz45g");
        assert_eq!(read(&[("tld", ".ACME")]).tld, "acme");
    }

    #[test]
    fn a_column_sorts_up_then_down_then_not() {
        let list = read(&[("after", "x"), ("from", "51")]);
        assert_eq!(list.sorted("updated"), "descending");
        assert_eq!(list.href_sort("due"), "/cases?sort=due");
        assert_eq!(
            read(&[("sort", "due")]).href_sort("due"),
            "/cases?sort=due&dir=desc"
        );
        assert_eq!(
            read(&[("sort", "due"), ("dir", "desc")]).href_sort("due"),
            "/cases"
        );
        assert_eq!(
            read(&[("sort", "due"), ("dir", "desc")]).sorted("due"),
            "descending"
        );
    }

    #[test]
    fn what_staff_have_to_do_comes_in_the_order_in_which_it_is_due() {
        let queue = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            Query::read(urls::QUEUE, pairs.collect())
        };
        let usual = queue(&[("view", "mine")]);
        let request = usual.request(&words::QUEUES);
        assert_eq!(
            (request.order_by(), request.descending),
            (CaseOrder::DueTime, false)
        );
        assert_eq!(usual.sorted("due"), "ascending");
        let down = usual.href_sort("due");
        assert_eq!(down, "/staff/queue?view=mine&sort=due&dir=desc");
        let down = queue(&[("view", "mine"), ("sort", "due"), ("dir", "desc")]);
        assert_eq!(down.href_sort("due"), "/staff/queue?view=mine");
        let done = queue(&[("view", "closed")]);
        assert_eq!(done.sorted("updated"), "descending");
    }

    #[test]
    fn who_searches_from_another_page_searches_all_cases() {
        let found = read(&[("q", "00000012")]);
        assert_eq!(found.view(&words::VIEWS).id, "all");
        let within = read(&[("q", "00000012"), ("view", "open")]);
        assert_eq!(within.view(&words::VIEWS).id, "open");
    }

    #[test]
    fn a_chip_takes_away_its_filter_only() {
        let query = read(&[("status", "new"), ("tld", "acme"), ("after", "t")]);
        let chips = query.chips("");
        assert_eq!(chips[0].2, "/cases?tld=acme");
        assert_eq!(chips[1].2, "/cases?status=new");
    }
}
