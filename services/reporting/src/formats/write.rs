//! Writing XML documents.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

pub type Out = Writer<Vec<u8>>;

/// A document with one root element of a namespace.
pub fn document(
    root: &str,
    namespaces: &[(&str, &str)],
    content: impl FnOnce(&mut Out) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    let declaration = BytesDecl::new("1.0", Some("UTF-8"), Some("yes"));
    out.write_event(Event::Decl(declaration))?;
    out.create_element(root)
        .with_attributes(namespaces.iter().copied())
        .write_inner_content(content)?;
    Ok(out.into_inner())
}

pub fn text(out: &mut Out, name: &str, value: &str) -> io::Result<()> {
    out.create_element(name)
        .write_text_content(BytesText::new(value))
        .map(drop)
}
