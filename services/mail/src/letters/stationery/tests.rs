//! Every template, as its reader gets it; and what hostile values cannot do.

use super::*;

fn stationery() -> Stationery {
    Stationery::new(
        "Naming Services portal <portal@naming-services.example>",
        "help@naming-services.example",
        "https://portal.example/",
    )
    .unwrap()
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn case() -> Values {
    values(&[
        ("number", "00123456"),
        ("subject", "Signed letter for .例え & partners"),
        ("account_name", "Kazenoha Registry K.K."),
        ("author", "Ada Lindqvist"),
        ("organization", "ICANN"),
        ("body", "Hello Haruka,\n\nis the letter <signed>?\nAda"),
        ("due", "2026-11-26T17:00:00Z"),
        ("due_reason", "seven days for inquiries"),
        ("your_turn", "true"),
        ("approved", "true"),
        ("path", "/cases/00123456"),
    ])
}

/// What identity says of an account, or of a reset.
fn access() -> Values {
    values(&[
        ("account_name", "Kazenoha Registry K.K."),
        ("author", "Ada Lindqvist"),
        ("organization", "ICANN"),
        ("due", "2026-11-27T09:30:00Z"),
    ])
}

/// What tlsauth says of an upload, or of a check.
fn tls() -> Values {
    values(&[
        ("account_name", "Kazenoha Registry K.K."),
        ("author", "Sjoerd Halbertzoon, CTO"),
        ("organization", "Corvane Backend Services B.V."),
        ("subject", ".one, .two"),
        ("body", "We attest that\nit is <so>."),
        ("due", "2026-12-08T09:30:00Z"),
        ("approved", "false"),
        ("path", "/tls/uploads/1"),
    ])
}

const READER: Reader<'_> = Reader {
    time_zone: "Asia/Tokyo",
    link: "",
};

fn write(template: Template, values: &Values, reader: &Reader<'_>) -> (String, Letter) {
    let stationery = stationery();
    let subject = stationery.subject(template, values).unwrap();
    let letter = stationery
        .letter(template, &subject, values, reader)
        .unwrap();
    (subject, letter)
}

#[test]
fn every_template() {
    for template in Template::ALL {
        let reader = Reader {
            link: if template.needs_link() {
                "/reset-password?token=abc-DEF_123"
            } else {
                ""
            },
            ..READER
        };
        let values = match template {
            Template::TlsUploadReceived | Template::TlsUploadDecided | Template::TlsCheckFailed => {
                tls()
            }
            _ if template.is_case_update() => case(),
            _ => access(),
        };
        let (subject, letter) = write(template, &values, &reader);
        assert_eq!(subject.lines().count(), 1);
        assert!(!letter.text.contains("\n\n\n"), "{}", letter.text);
        assert_eq!(letter.html.matches("<a ").count(), 1, "one button");
        assert!(!letter.html.contains("<img") && !letter.html.contains("<style"));
        let shown = format!("Subject: {subject}\n\n{}", letter.text);
        insta::assert_snapshot!(format!("{template}.txt"), shown);
        insta::assert_snapshot!(format!("{template}.html"), letter.html);
    }
}

#[test]
fn a_mail_says_less_where_less_is_known() {
    let few = values(&[
        ("number", "00123456"),
        ("subject", "Fees"),
        ("path", "/cases/00123456"),
    ]);
    let mut shown = Vec::new();
    for template in Template::ALL.into_iter().filter(|it| it.is_case_update()) {
        let (_, letter) = write(template, &few, &READER);
        assert!(!letter.text.contains("\n\n\n"), "{}", letter.text);
        let first = letter.text.lines().next().unwrap();
        shown.push(format!("{template}: {first}"));
    }
    insta::assert_snapshot!("first_lines", shown.join("\n"));
}

#[test]
fn a_value_cannot_become_markup_or_a_header() {
    let mut hostile = case();
    for name in [
        "subject",
        "account_name",
        "author",
        "organization",
        "body",
        "due_reason",
        "remark",
    ] {
        hostile.insert(
            name.to_owned(),
            "</td><script>alert(1)</script>\" onload=x\r\nBcc: spy@evil.example\r\n\r\n{{ mail.url }} a\u{202e}b"
                .to_owned(),
        );
    }
    for template in Template::ALL {
        let reader = Reader {
            link: "/invitation/abc",
            ..READER
        };
        let (subject, letter) = write(template, &hostile, &reader);
        assert!(!subject.contains(['\r', '\n', '\u{202e}']), "{subject:?}");
        assert!(!letter.html.contains("<script"), "{}", letter.html);
        assert!(!letter.html.contains("\" onload"), "{}", letter.html);
        assert!(!letter.html.contains('\u{202e}') && !letter.text.contains('\u{202e}'));
        // What was quoted stays quoted.
        assert!(!letter.text.lines().any(|line| line.starts_with("Bcc:")));
    }
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    let stationery = stationery();
    let problem = |change: &[(&str, &str)]| {
        let mut values = case();
        values.extend(self::values(change));
        let error = stationery.subject(Template::CaseClosed, &values);
        error.unwrap_err().to_string()
    };
    assert!(problem(&[("number", "")]).contains("\"number\""));
    assert!(problem(&[("path", "https://evil.example/")]).contains("path"));
    assert!(problem(&[("due", "soon")]).contains("due"));
    let no_link = stationery.letter(Template::PasswordReset, "x", &Values::new(), &READER);
    assert!(no_link.unwrap_err().to_string().contains("link"));
}

#[test]
fn mails_of_one_case_share_a_root() {
    let stationery = stationery();
    let root = |template, resource| stationery.thread(template, resource);
    let of_case = root(Template::CaseClosed, "cases/0198-abc").unwrap();
    assert_eq!(of_case, "<cases.0198-abc.thread@naming-services.example>");
    assert_eq!(
        root(Template::CaseCommented, "cases/0198-abc").unwrap(),
        of_case
    );
    assert_eq!(root(Template::PasswordReset, "users/0198-abc"), None);
    assert_eq!(root(Template::CaseClosed, "cases/1>\r\nBcc: x@y"), None);
}
