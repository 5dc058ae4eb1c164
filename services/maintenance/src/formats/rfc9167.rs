//! Windows as items of RFC 9167, the form in which registries announce maintenance to registrars by EPP.
//!
//! The schema's `infData` holds one `maint`, so the document has one for each window, inside a root element of our own.

use std::io;

use jiff::Timestamp;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use crate::domain::Window;

pub const CONTENT_TYPE: &str = "application/xml";
/// The namespace of the RFC.
const NAMESPACE: &str = "urn:ietf:params:xml:ns:epp:maintenance-1.0";

/// The document.
pub fn document(windows: &[Window]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("maintenanceWindows")
        .with_attribute(("xmlns:maint", NAMESPACE))
        .write_inner_content(|writer| windows.iter().try_for_each(|window| item(writer, window)))?;
    let mut document = writer.into_inner();
    document.push(b'\n');
    Ok(document)
}

type Xml = Writer<Vec<u8>>;

/// The elements and their order are those of the schema.
fn item(writer: &mut Xml, window: &Window) -> io::Result<()> {
    let draft = &window.draft;
    within(writer, "maint:infData", |writer| {
        within(writer, "maint:maint", |writer| {
            writer
                .create_element("maint:id")
                .with_attribute(("name", draft.title.as_ref()))
                .write_text_content(BytesText::new(&window.id.0.to_string()))?;
            within(writer, "maint:systems", |writer| {
                within(writer, "maint:system", |writer| {
                    text(writer, "maint:name", &window.service_name)?;
                    // A window does not say how much of the service is affected, so clients must expect all of it.
                    text(writer, "maint:impact", "full")
                })
            })?;
            writer
                .create_element("maint:environment")
                .with_attribute(("type", "production"))
                .write_empty()?;
            text(writer, "maint:start", &utc(draft.span.start()))?;
            text(writer, "maint:end", &utc(draft.span.end()))?;
            text(writer, "maint:reason", reason(window))?;
            if !draft.description.as_ref().is_empty() {
                text(writer, "maint:description", draft.description.as_ref())?;
            }
            within(writer, "maint:tlds", |writer| {
                text(writer, "maint:tld", draft.tld.as_ref())
            })?;
            text(writer, "maint:crDate", &utc(window.create_time))?;
            if window.version > 1 {
                text(writer, "maint:upDate", &utc(window.update_time))?;
            }
            Ok(())
        })
    })
}

/// Nobody plans to announce a window when it has started.
fn reason(window: &Window) -> &'static str {
    if window.create_time < window.draft.span.start() {
        "planned"
    } else {
        "emergency"
    }
}

fn within(
    writer: &mut Xml,
    name: &str,
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    writer
        .create_element(name)
        .write_inner_content(content)
        .map(drop)
}

fn text(writer: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(value))
        .map(drop)
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
pub mod tests {
    use quick_xml::{NsReader, name::ResolveResult};

    use super::*;
    use crate::domain::{Draft, Origin, Span, WindowId};

    pub fn window() -> Window {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        Window {
            id: WindowId::new(),
            account: nsp_kit::id::AccountId::new(),
            account_name: "Acme".into(),
            draft: Draft {
                tld: "xn--h6qx22b8nc".parse().unwrap(),
                service: "dns".parse().unwrap(),
                title: "Move".parse().unwrap(),
                description: "Anycast".parse().unwrap(),
                span: Span::new(at("2026-11-21T12:00:00Z"), at("2026-11-21T14:00:00Z")).unwrap(),
                enabled: true,
            },
            service_name: "DNS".into(),
            origin: Origin::Portal,
            external_id: None,
            creator: "users/1".into(),
            creator_name: "Jane".into(),
            create_time: at("2026-11-20T09:30:15.25Z"),
            update_time: at("2026-11-20T09:30:15.25Z"),
            version: 1,
        }
    }

    /// The elements below the root as `path=text`, each checked to be of the RFC's namespace.
    fn elements(document: &[u8]) -> Vec<String> {
        let mut reader = NsReader::from_str(std::str::from_utf8(document).unwrap());
        let (mut path, mut found) = (Vec::<String>::new(), Vec::<String>::new());
        loop {
            let (namespace, event) = reader.read_resolved_event().unwrap();
            match event {
                Event::Eof => return found,
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    let name = tag.local_name().as_ref().to_owned();
                    if !path.is_empty() {
                        let ours = ResolveResult::Bound(quick_xml::name::Namespace(NAMESPACE));
                        assert_eq!(namespace, ours, "{name}");
                    }
                    path.push(name);
                    let attributes = tag.attributes().map(|attribute| {
                        let attribute = attribute.unwrap();
                        let key = attribute.key.as_ref();
                        format!("@{key}={}", attribute.value)
                    });
                    let attributes: String = attributes
                        .filter(|text| !text.starts_with("@xmlns"))
                        .collect();
                    found.push(format!("{}{attributes}=", path[1..].join("/")));
                    if matches!(event, Event::Empty(_)) {
                        path.pop();
                    }
                }
                Event::End(_) => drop(path.pop()),
                Event::Text(text) => {
                    let text = text.trim().to_owned();
                    if !text.is_empty() {
                        found.last_mut().unwrap().push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    let name = reference.to_string();
                    found.last_mut().unwrap().extend(["&", &name, ";"]);
                }
                _ => {}
            }
        }
    }

    /// The elements of `maintDataType` in the order of the schema's sequence, those that must be there marked.
    const SCHEMA: [(&str, bool); 15] = [
        ("id", true),
        ("type", false),
        ("pollType", false),
        ("systems", true),
        ("environment", true),
        ("start", true),
        ("end", true),
        ("reason", true),
        ("detail", false),
        ("description", false),
        ("tlds", false),
        ("intervention", false),
        ("crDate", true),
        ("upDate", false),
        // What no item has.
        ("", false),
    ];

    fn assert_schema(document: &[u8], items: usize) {
        let found = elements(document);
        assert_eq!(found.iter().filter(|one| *one == "infData=").count(), items);
        let mut rest = found.iter().skip(1).peekable();
        for _ in 0..items {
            assert_eq!(rest.next().unwrap(), "infData=");
            assert_eq!(rest.next().unwrap(), "infData/maint=");
            let mut children = Vec::new();
            while let Some(path) = rest.next_if(|path| path.starts_with("infData/maint/")) {
                let name = path["infData/maint/".len()..]
                    .split(['/', '@', '='])
                    .next()
                    .unwrap();
                if children.last() != Some(&name) {
                    children.push(name);
                }
            }
            let mut expected = SCHEMA.iter();
            for child in &children {
                assert!(
                    expected.any(|(name, _)| name == child),
                    "{child} in {children:?}"
                );
            }
            let must = SCHEMA.iter().filter(|(_, must)| *must);
            assert!(
                must.clone().all(|(name, _)| children.contains(name)),
                "{children:?}"
            );
        }
        assert!(rest.next().is_none());
    }

    #[test]
    fn a_window_is_an_item_of_the_schema() {
        let mut window = window();
        let written = document(&[window.clone()]).unwrap();
        assert_schema(&written, 1);
        let of_item: Vec<String> = elements(&written).into_iter().skip(3).collect();
        let id = format!("infData/maint/id@name=Move={}", window.id.0);
        assert_eq!(
            of_item,
            [
                id.as_str(),
                "infData/maint/systems=",
                "infData/maint/systems/system=",
                "infData/maint/systems/system/name=DNS",
                "infData/maint/systems/system/impact=full",
                "infData/maint/environment@type=production=",
                "infData/maint/start=2026-11-21T12:00:00Z",
                "infData/maint/end=2026-11-21T14:00:00Z",
                "infData/maint/reason=planned",
                "infData/maint/description=Anycast",
                "infData/maint/tlds=",
                "infData/maint/tlds/tld=xn--h6qx22b8nc",
                "infData/maint/crDate=2026-11-20T09:30:15Z",
            ]
        );
        window.version = 2;
        window.create_time = window.draft.span.start();
        let changed = document(&[window.clone(), window]).unwrap();
        assert_schema(&changed, 2);
        let changed = elements(&changed);
        assert!(changed.contains(&"infData/maint/reason=emergency".to_owned()));
        assert!(changed.contains(&"infData/maint/upDate=2026-11-20T09:30:15Z".to_owned()));
    }

    #[test]
    fn text_stays_text() {
        let mut window = window();
        window.draft.title = "A \"B\" <c> & d".parse().unwrap();
        window.draft.description = "</maint:maint> & ]]> <x/>".parse().unwrap();
        let written = document(&[window]).unwrap();
        assert_schema(&written, 1);
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("&lt;/maint:maint&gt; &amp;"), "{text}");
        assert!(
            text.contains("name=\"A &quot;B&quot; &lt;c&gt; &amp; d\""),
            "{text}"
        );
    }

    #[test]
    fn no_windows_make_an_empty_document() {
        assert_schema(&document(&[]).unwrap(), 0);
    }
}
