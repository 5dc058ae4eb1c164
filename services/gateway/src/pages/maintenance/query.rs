//! What the list of windows shows, as its address says it: view, filters, order, page. Every link of it is another address.

use nsp_proto::maintenance::v1::{ListWindowsRequest, Service, WindowOrder};

use crate::{
    pages::maintenance::words::{self, View},
    urls,
};

pub const PAGE: i32 = 50;
/// What the columns can be sorted by.
const ORDERS: [(&str, WindowOrder); 3] = [
    ("start", WindowOrder::StartTime),
    ("name", WindowOrder::DisplayName),
    ("tld", WindowOrder::Tld),
];

/// The list, as its address says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub view: String,
    pub tld: String,
    pub service: String,
    pub phase: String,
    pub q: String,
    /// Empty for the latest start first.
    pub sort: String,
    pub descending: bool,
    /// The token of the page, and which item of the list it begins with.
    pub after: String,
    pub from: u32,
    /// Whether every window of the page is ticked: for those without script.
    pub ticked: bool,
}

impl Query {
    /// Reads an address. What makes no sense in it is left out.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        let mut query = Self {
            from: 1,
            ..Self::default()
        };
        for (key, value) in pairs {
            let value = value.trim().to_owned();
            match key.as_str() {
                "view" => query.view = value,
                "tld" => query.tld = value.trim_start_matches('.').to_lowercase(),
                "service" if is_code(&value) => query.service = value,
                "phase" if words::PHASES.iter().any(|phase| phase.id == value) => {
                    query.phase = value;
                }
                "q" => query.q = value.chars().take(200).collect(),
                "sort" if ORDERS.iter().any(|(id, _)| *id == value) => query.sort = value,
                "dir" => query.descending = value == "desc",
                "after" => query.after = value,
                "from" => query.from = value.parse().unwrap_or(1),
                "tick" => query.ticked = value == "all",
                _ => {}
            }
        }
        // People write `.例え`; services know it by its A-label.
        if let Ok(ascii) = idna::domain_to_ascii(&query.tld) {
            query.tld = ascii;
        }
        query
    }

    /// The chosen view; the first if none is chosen.
    pub fn view(&self) -> &'static View {
        let chosen = words::VIEWS.iter().find(|view| view.id == self.view);
        chosen.unwrap_or(&words::VIEWS[0])
    }

    /// The request for one page of it.
    pub fn request(&self) -> ListWindowsRequest {
        let order = ORDERS.iter().find(|(id, _)| *id == self.sort);
        let phase = words::PHASES.iter().find(|phase| phase.id == self.phase);
        ListWindowsRequest {
            page_size: PAGE,
            page_token: self.after.clone(),
            view: self.view().windows.into(),
            tld: self.tld.clone(),
            service: self.service.clone(),
            phase: phase.map_or(0, |phase| phase.phase.into()),
            query: self.q.clone(),
            order_by: order
                .map_or(WindowOrder::StartTime, |(_, order)| *order)
                .into(),
            descending: self.descending || order.is_none(),
            ..Default::default()
        }
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_at(urls::MAINTENANCE)
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
        let mut pairs = vec![
            ("view", self.view.clone()),
            ("tld", self.tld.clone()),
            ("service", self.service.clone()),
            ("phase", self.phase.clone()),
            ("q", self.q.clone()),
            ("sort", self.sort.clone()),
            ("dir", if self.descending { "desc" } else { "" }.to_owned()),
            ("after", self.after.clone()),
            ("from", from),
            ("tick", if self.ticked { "all" } else { "" }.to_owned()),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// What the form with the filters keeps of the address.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.first_page().pairs();
        pairs.retain(|(key, _)| !["q", "tld", "service", "phase"].contains(key));
        pairs
    }

    /// The same list from its beginning.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self {
            after: String::new(),
            from: 1,
            ticked: false,
            ..self.clone()
        }
    }

    /// The next page.
    #[must_use]
    pub fn next_page(&self, token: &str, shown: usize) -> Self {
        Self {
            after: token.to_owned(),
            from: self.from.saturating_add(u32::try_from(shown).unwrap_or(0)),
            ticked: false,
            ..self.clone()
        }
    }

    /// This page with every window ticked, or none.
    pub fn href_tick(&self, ticked: bool) -> String {
        Self {
            ticked,
            ..self.clone()
        }
        .href()
    }

    /// The same filters over another view.
    pub fn href_view(&self, id: &str) -> String {
        let mut other = self.first_page();
        id.clone_into(&mut other.view);
        other.href()
    }

    /// Sorted by a column; the other way round if it is already.
    pub fn href_sort(&self, id: &str) -> String {
        let mut other = self.first_page();
        match (self.sort == id, self.descending) {
            (true, true) => (other.sort, other.descending) = (String::new(), false),
            (true, false) if id == "start" => other.sort = String::new(),
            (true, false) => other.descending = true,
            (false, _) => {
                id.clone_into(&mut other.sort);
                other.descending = false;
            }
        }
        other.href()
    }

    /// How a column is sorted, as `aria-sort` says it.
    pub fn sorted(&self, id: &str) -> &'static str {
        match (self.sort.as_str(), self.descending) {
            ("", _) if id == "start" => "descending",
            (sort, true) if sort == id => "descending",
            (sort, false) if sort == id => "ascending",
            _ => "",
        }
    }

    /// Without the filters.
    pub fn href_clear(&self) -> String {
        let clear = Self {
            view: self.view.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            from: 1,
            ..Self::default()
        };
        clear.href()
    }

    /// Each filter in words, with the address of the list without it.
    pub fn chips(&self, services: &[Service]) -> Vec<(&'static str, String, String)> {
        let without = |change: &dyn Fn(&mut Self)| {
            let mut other = self.first_page();
            change(&mut other);
            other.href()
        };
        let mut chips = Vec::new();
        if !self.tld.is_empty() {
            let href = without(&|other| other.tld.clear());
            chips.push(("TLD", crate::words::label(&self.tld).shown, href));
        }
        if !self.service.is_empty() {
            let known = services.iter().find(|known| known.code == self.service);
            let name = known.map_or(&self.service, |known| &known.display_name);
            let href = without(&|other| other.service.clear());
            chips.push(("Service", name.clone(), href));
        }
        if let Some(phase) = words::PHASES.iter().find(|phase| phase.id == self.phase) {
            let href = without(&|other| other.phase.clear());
            chips.push(("Time", phase.name.to_owned(), href));
        }
        if !self.q.is_empty() {
            let href = without(&|other| other.q.clear());
            chips.push(("Text", format!("“{}”", self.q), href));
        }
        chips
    }
}

/// Whether it could be a service's code: anything else names none.
fn is_code(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !value.is_empty() && value.len() <= 40 && value.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Query {
        let pairs = pairs.iter();
        let pairs = pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Query::read(pairs.collect())
    }

    #[test]
    fn an_address_says_everything_about_the_list() {
        let query = read(&[
            ("view", "enabled"),
            ("tld", ".例え"),
            ("service", "dns"),
            ("phase", "ongoing"),
            ("q", "a b"),
            ("sort", "name"),
        ]);
        assert_eq!(
            query.href(),
            "/maintenance?view=enabled&tld=xn--r8jz45g&service=dns&phase=ongoing&q=a%20b&sort=name"
        );
        let request = query.request();
        assert_eq!(request.order_by(), WindowOrder::DisplayName);
        assert!(!request.descending);
        assert_eq!(query.chips(&[]).len(), 4);
        assert_eq!(
            query.chips(&[])[1].2,
            "/maintenance?view=enabled&tld=xn--r8jz45g&phase=ongoing&q=a%20b&sort=name"
        );
    }

    #[test]
    fn nonsense_is_left_out_and_the_latest_comes_first() {
        let query = read(&[
            ("view", "?"),
            ("service", "A' or 1"),
            ("phase", "never"),
            ("sort", "drop table"),
        ]);
        assert_eq!(query.view().id, "all");
        assert_eq!(query.href(), "/maintenance?view=%3F");
        assert!(query.request().descending);
        assert_eq!(query.sorted("start"), "descending");
        assert_eq!(read(&[]).href_sort("start"), "/maintenance?sort=start");
    }
}
