//! Keyset pagination in the form of AIP-158.

use data_encoding::BASE64URL_NOPAD;
use serde::{Serialize, de::DeserializeOwned};

use crate::status::Violations;

const DEFAULT_SIZE: u16 = 50;
const MAX_SIZE: u16 = 200;
const MAX_TOKEN: usize = 2_000;

/// Which page a `List` request asks for: at most `size` items after the item with the key `after`.
#[derive(Debug)]
pub struct Page<K> {
    /// How many items fit; 1 to 200.
    pub size: u16,
    /// The key of the last item of the page before; `None` on the first page.
    pub after: Option<K>,
}

impl<K: Serialize + DeserializeOwned> Page<K> {
    /// Parses `page_size` (0 means 50; more than 200 means 200) and `page_token`.
    ///
    /// A token carries a key and no authority: it is worth nothing to one who may not see the list.
    pub fn parse(size: i32, token: &str, bad: &mut Violations) -> Option<Self> {
        let size = match size {
            ..0 => {
                bad.add("page_size", "must not be negative");
                return None;
            }
            0 => DEFAULT_SIZE,
            size => u16::try_from(size).unwrap_or(MAX_SIZE).min(MAX_SIZE),
        };
        if token.is_empty() {
            return Some(Self { size, after: None });
        }
        let Some(key) = decode(token) else {
            bad.add("page_token", "is not one that this list gave out");
            return None;
        };
        Some(Self {
            size,
            after: Some(key),
        })
    }

    /// One more than fits, so that [`Page::split`] can tell whether a next page exists.
    pub fn limit(&self) -> i64 {
        i64::from(self.size) + 1
    }

    /// The items that fit, and the token of the next page or an empty string.
    pub fn split<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> K) -> (Vec<T>, String) {
        let more = items.len() > usize::from(self.size);
        items.truncate(self.size.into());
        let next = items
            .last()
            .filter(|_| more)
            .and_then(|item| serde_json::to_vec(&key(item)).ok());
        (
            items,
            next.map(|key| BASE64URL_NOPAD.encode(&key))
                .unwrap_or_default(),
        )
    }
}

fn decode<K: DeserializeOwned>(token: &str) -> Option<K> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    serde_json::from_slice(&BASE64URL_NOPAD.decode(token.as_bytes()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(size: i32, token: &str) -> Option<Page<(i64, String)>> {
        Page::parse(size, token, &mut Violations::default())
    }

    #[test]
    fn a_token_leads_to_the_next_page() {
        let first = page(2, "").unwrap();
        let (items, token) = first.split(vec![1, 2, 3], |n| (*n, "x".to_owned()));
        assert_eq!(items, [1, 2]);
        assert_eq!(page(2, &token).unwrap().after, Some((2, "x".to_owned())));
    }

    #[test]
    fn the_last_page_has_no_token() {
        let (_, token) = page(3, "")
            .unwrap()
            .split(vec![1, 2, 3], |n| (*n, String::new()));
        assert_eq!(token, "");
    }

    #[test]
    fn sizes_are_coerced_and_nonsense_is_refused() {
        assert_eq!(page(0, "").unwrap().size, 50);
        assert_eq!(page(9_999, "").unwrap().size, 200);
        assert!(page(-1, "").is_none());
        assert!(page(1, "drop table").is_none());
        assert!(page(1, &"A".repeat(5_000)).is_none());
    }
}
