//! Labels as people type them, with TLDs of the real root zone.

use proptest::prelude::*;

use super::{TldLabel, TldName};

/// A-label and U-label of delegated IDN TLDs, one per script and some that are awkward.
const IDN: &[(&str, &str)] = &[
    ("xn--p1ai", "рф"),
    ("xn--80asehdb", "онлайн"),
    ("xn--qxam", "ελ"),
    ("xn--fiqs8s", "中国"),
    ("xn--q9jyb4c", "みんな"),
    ("xn--tckwe", "コム"),
    ("xn--3e0b707e", "한국"),
    ("xn--h2brj9c", "भारत"),
    ("xn--xkc2dl3a5ee0h", "இந்தியா"),
    ("xn--o3cw4h", "ไทย"),
    ("xn--mgbaam7a8h", "امارات"),
    ("xn--ngbc5azd", "شبكة"),
    ("xn--9dbq2a", "קום"),
    ("xn--node", "გე"),
    ("xn--y9a3aq", "հայ"),
    ("xn--vermgensberatung-pwb", "vermögensberatung"),
    ("xn--fzc2c9e2c", "ලංකා"),
    ("xn--r8jz45g", "例え"),
];

fn label(text: &str) -> TldLabel {
    text.parse()
        .unwrap_or_else(|problem| panic!("{text:?}: {problem}"))
}

fn refusal(text: &str) -> String {
    text.parse::<TldLabel>()
        .map(|label| label.as_ascii().to_owned())
        .expect_err(text)
}

#[test]
fn every_form_of_an_idn_tld_is_the_same_label() {
    for (ascii, unicode) in IDN {
        for form in [
            (*ascii).to_owned(),
            format!(".{ascii}"),
            ascii.to_uppercase(),
            (*unicode).to_owned(),
            format!(".{unicode}"),
            unicode.to_uppercase(),
            format!(" .{unicode} "),
        ] {
            // Georgian upper case is its own script in Unicode, and maps back.
            assert_eq!(label(&form).as_ascii(), *ascii, "{form}");
        }
        assert_eq!(label(ascii).to_unicode(), *unicode);
        assert_eq!(label(ascii).to_string(), *unicode);
    }
}

#[test]
fn decomposed_and_full_width_forms_are_composed() {
    assert_eq!(
        label("vermo\u{308}gensberatung").as_ascii(),
        "xn--vermgensberatung-pwb"
    );
    assert_eq!(label("ｃｏｍ").as_ascii(), "com");
}

#[test]
fn ascii_tlds_are_letters() {
    assert_eq!(label(".COM").as_ascii(), "com");
    assert_eq!(label("museum").to_unicode(), "museum");
    for (wrong, problem) in [
        ("", "must not be empty"),
        (".", "must not be empty"),
        ("c0m", "nothing but letters"),
        ("123", "nothing but letters"),
        ("x", "two letters or more"),
        ("co-op", "nothing but letters"),
        ("-com", "hyphen"),
        ("com-", "hyphen"),
        ("co--m", "third and fourth"),
        ("co m", "space"),
        ("a_b", "underscore"),
        ("co.uk", "one label"),
        ("例え。テスト", "one label"),
        ("..com", "label"),
        ("com.", "label"),
        ("c/m", "valid label"),
        ("com\0", "valid label"),
    ] {
        let message = refusal(wrong);
        assert!(message.contains(problem), "{wrong:?}: {message}");
    }
    assert!(refusal(&"a".repeat(64)).contains("63"));
    assert!(refusal(&"あ".repeat(400)).contains("too long"));
}

#[test]
fn what_idna_2008_forbids_is_refused() {
    for (wrong, problem) in [
        ("xn--i-7iq", "IDNA 2008"), // i❤ as an A-label
        ("☃net", "U+2603"),
        ("xn--a", "valid"), // nothing decodes to that
        ("xn--com-", "hyphen"),
        ("a\u{200d}b", "valid"),  // a joiner that joins nothing
        ("\u{308}com", "valid"),  // begins with a mark
        ("أabc", "valid"),        // right-to-left and left-to-right
        ("com\u{202e}", "valid"), // override
    ] {
        let message = refusal(wrong);
        assert!(message.contains(problem), "{wrong:?}: {message}");
    }
}

#[test]
fn a_resource_name_carries_the_a_label() {
    let name: TldName = "tlds/例え".parse().unwrap();
    assert_eq!(name.to_string(), "tlds/xn--r8jz45g");
    assert!(
        "例え"
            .parse::<TldName>()
            .unwrap_err()
            .contains("tlds/{tld}")
    );
    assert!("tlds/".parse::<TldName>().unwrap_err().contains("empty"));
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_accepted_is_canonical(text in "\\PC{0,80}") {
        if let Ok(label) = text.parse::<TldLabel>() {
            prop_assert!(label.as_ascii().len() <= 63);
            prop_assert!(label.as_ascii().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            // Reading what we show or what we keep gives the same label again.
            prop_assert_eq!(&label.to_unicode().parse::<TldLabel>().unwrap(), &label);
            prop_assert_eq!(&label.as_ascii().parse::<TldLabel>().unwrap(), &label);
            prop_assert_eq!(&label.as_ascii().to_uppercase().parse::<TldLabel>().unwrap(), &label);
        }
    }

    #[test]
    fn letters_of_any_script_survive(text in "[а-я]{2,20}|[α-ω]{2,20}|[א-ת]{2,20}|[ぁ-ん]{2,12}|[一-龠]{1,12}|[a-z]{2,30}") {
        if let Ok(label) = text.parse::<TldLabel>() {
            prop_assert_eq!(label.to_unicode(), text);
        }
    }
}
