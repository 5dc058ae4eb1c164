//! The document with the result of a submission.

use std::io;

use quick_xml::events::BytesText;

use super::write::{document, text};

pub const NAMESPACE: &str = "urn:ietf:params:xml:ns:iirdea-1.0";

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub code: i32,
    pub message: String,
    pub description: String,
    pub domains: Option<u32>,
}

pub fn write(outcome: &Outcome) -> io::Result<Vec<u8>> {
    document("response", &[("xmlns", NAMESPACE)], |out| {
        let code = outcome.code.to_string();
        let count = outcome.domains.map(|count| count.to_string());
        let mut result = out
            .create_element("result")
            .with_attribute(("code", code.as_str()));
        if let Some(count) = &count {
            result = result.with_attribute(("domainCount", count.as_str()));
        }
        result
            .write_inner_content(|out| {
                text(out, "msg", &outcome.message)?;
                if outcome.description.is_empty() {
                    return Ok(());
                }
                // What was sent may be quoted, and need not be fit for XML.
                let fit = |c: char| if c.is_control() { '\u{fffd}' } else { c };
                let fit: String = outcome.description.chars().map(fit).collect();
                out.create_element("description")
                    .write_text_content(BytesText::new(&fit))
                    .map(drop)
            })
            .map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_written_as_production_writes_them() {
        let rejected = Outcome {
            code: 2002,
            message: "A report for that month already exists, the cut-off date already passed."
                .into(),
            description: "Date: 2019-09 <&>\u{1}".into(),
            domains: None,
        };
        let document = String::from_utf8(write(&rejected).unwrap()).unwrap();
        assert_eq!(
            document,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
             <response xmlns=\"urn:ietf:params:xml:ns:iirdea-1.0\"><result code=\"2002\">\
             <msg>A report for that month already exists, the cut-off date already passed.</msg>\
             <description>Date: 2019-09 &lt;&amp;&gt;\u{fffd}</description></result></response>"
        );
        let accepted = Outcome {
            code: 1000,
            message: "Good".into(),
            description: String::new(),
            domains: Some(42),
        };
        let document = String::from_utf8(write(&accepted).unwrap()).unwrap();
        assert!(
            document.contains("<result code=\"1000\" domainCount=\"42\"><msg>Good</msg></result>")
        );
    }
}
