//! The rule that enabled windows of a TLD and service do not overlap. The database has it too, as a constraint; this one
//! says who is in the way.

use super::{Draft, Label, ServiceCode, Span};

/// What a window takes for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupied {
    pub tld: Label,
    pub service: ServiceCode,
    pub span: Span,
}

impl Occupied {
    /// What `draft` takes; nothing while it is disabled.
    pub fn by(draft: &Draft) -> Option<Self> {
        draft.enabled.then(|| Self {
            tld: draft.tld.clone(),
            service: draft.service.clone(),
            span: draft.span,
        })
    }

    pub fn clashes_with(&self, other: &Self) -> bool {
        self.tld == other.tld && self.service == other.service && self.span.overlaps(&other.span)
    }
}

/// For each window of one request, the first other one of it that is in its way.
pub fn clashes_within(windows: &[Option<Occupied>]) -> Vec<Option<usize>> {
    let clash = |(i, one): (usize, &Option<Occupied>)| {
        let one = one.as_ref()?;
        windows.iter().enumerate().position(|(j, other)| {
            i != j && other.as_ref().is_some_and(|other| one.clashes_with(other))
        })
    };
    windows.iter().enumerate().map(clash).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn occupied(tld: &str, service: &str, start: i64, end: i64) -> Occupied {
        let at = |second| Timestamp::from_second(second).unwrap();
        Occupied {
            tld: tld.parse().unwrap(),
            service: service.parse().unwrap(),
            span: Span::new(at(start), at(end)).unwrap(),
        }
    }

    #[test]
    fn only_the_same_tld_and_service_at_the_same_time_clash() {
        let windows = [
            Some(occupied("one", "dns", 0, 10)),
            Some(occupied("two", "dns", 0, 10)),
            Some(occupied("one", "epp", 0, 10)),
            Some(occupied("one", "dns", 10, 20)),
            None,
            Some(occupied("one", "dns", 9, 11)),
        ];
        let expected = [Some(5), None, None, Some(5), None, Some(0)];
        assert_eq!(clashes_within(&windows), expected);
    }
}
