//! What the list of windows shows, as its address says it: view, filters, order, page. Every link of it is another address.

use crate::{
    pages::maintenance::words::{self, View},
    urls,
};

pub const PAGE: i32 = 50;
/// What the columns can be sorted by; the first is the order when none is chosen.
pub const ORDERS: [&str; 4] = ["start", "end", "name", "tld"];

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
                "service" if words::service_of(&value).is_some() => query.service = value,
                "phase" if words::PHASES.iter().any(|phase| phase.id == value) => {
                    query.phase = value;
                }
                "q" => query.q = value.chars().take(200).collect(),
                "sort" if ORDERS.contains(&value.as_str()) => query.sort = value,
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

    /// The address.
    pub fn href(&self) -> String {
        self.href_at(urls::MAINTENANCE)
    }

    /// The same at another path: the list as a file.
    pub fn href_at(&self, path: &str) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(key, value)| format!("{key}={}", urls::encode(&value)))
            .collect();
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
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
    pub fn chips(&self) -> Vec<(&'static str, String, String)> {
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
        if let Some(service) = words::service_of(&self.service) {
            let href = without(&|other| other.service.clear());
            chips.push(("Service", words::service(service).to_owned(), href));
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
