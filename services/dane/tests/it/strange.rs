//! Certificates that nobody sane made: whatever the bytes, no panic, and no name that is not in its one form.

use std::sync::LazyLock;

use nsp_dane::{Certificate, HostName, Tlsa};
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::certificates::made;

/// In the alternatives and in the common name, to be written over.
const MARK: &str = "mark.mark.mark.mark.example";

static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let version_1 = Certificate::from_pem(include_str!("version_1.pem")).unwrap();
    let all = [
        version_1,
        made(Some(MARK), &[MARK, "b.example"]),
        made(None, &[MARK]),
        made(Some(MARK), &[]),
    ];
    all.iter().map(|it| it.der().to_vec()).collect()
});

/// What may happen to bytes on their way.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    CutOff(Index),
    Repeat(Index, Index),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Remove(at) => drop(bytes.remove(at.index(length))),
            Self::CutOff(at) => bytes.truncate(at.index(length)),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(to..to, part);
            }
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let index = any::<Index>;
    let change = prop_oneof![
        6 => (index(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => (index(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        1 => index().prop_map(Change::Remove),
        1 => index().prop_map(Change::CutOff),
        1 => (index(), index()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ];
    vec(change, 1..6)
}

/// Everything a certificate promises, whoever made it.
fn check(der: &[u8]) -> Result<(), TestCaseError> {
    let Ok(certificate) = Certificate::from_der(der) else {
        return Ok(());
    };
    prop_assert_eq!(certificate.der(), der);
    prop_assert!(!certificate.public_key().is_empty());
    prop_assert!(certificate.names().len() <= 32);
    for (selector, matching) in [(0, 1), (1, 0), (1, 2)] {
        let record = Tlsa::of(&certificate, 3, selector, matching);
        prop_assert!(record.is_some_and(|record| record.matches(&certificate)));
    }
    for name in certificate.names() {
        check_name(name.as_str())?;
    }
    Ok(())
}

/// Letters, digits and hyphens in lower case, at least two labels, and the same when read again.
fn check_name(name: &str) -> Result<(), TestCaseError> {
    let byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(byte);
    prop_assert!(name.len() <= 253 && name.split('.').all(label), "{}", name);
    prop_assert!(name.contains('.'), "{}", name);
    let again: HostName = name.parse().map_err(|_| TestCaseError::fail("refused"))?;
    prop_assert_eq!(again.as_str(), name);
    Ok(())
}

/// Writes over every mark.
fn with_name(der: &[u8], name: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    while let Some(at) = der.windows(MARK.len()).position(|it| it == MARK.as_bytes()) {
        der[at..at + MARK.len()].copy_from_slice(name);
    }
    der
}

#[test]
fn a_name_that_is_written_over_is_read() {
    let name = "other-name.b2.c.d.e.example";
    for real in &REAL[1..] {
        let certificate = Certificate::from_der(&with_name(real, name.as_bytes())).unwrap();
        assert_eq!(certificate.names()[0].as_str(), name);
        check(real).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        check(&bytes)?;
    }

    #[test]
    fn a_damaged_certificate_is_read_or_refused(which: Index, changes in changes()) {
        let mut der = which.get(&REAL).clone();
        for change in &changes {
            change.apply(&mut der);
        }
        check(&der)?;
    }

    #[test]
    fn any_bytes_may_stand_where_a_name_should(
        which in 1_usize..4,
        name in prop_oneof![
            vec(any::<u8>(), MARK.len()),
            "[a-zA-Z0-9.*_\\\\-]{27}".prop_map(String::into_bytes),
            "[ßüĐ日.]{1,13}".prop_map(|text| {
                let mut bytes = text.into_bytes();
                bytes.resize(MARK.len(), b'.');
                bytes
            }),
        ],
    ) {
        check(&with_name(&REAL[which], &name))?;
    }

    #[test]
    fn pem_around_anything_is_read_or_refused(text in any::<String>(), bytes in vec(any::<u8>(), 0..100)) {
        let lines = String::from_utf8_lossy(&bytes);
        let pem = format!("{text}-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
        for text in [&text, &pem] {
            if let Ok(certificate) = Certificate::from_pem(text) {
                check(certificate.der())?;
            }
        }
    }
}
