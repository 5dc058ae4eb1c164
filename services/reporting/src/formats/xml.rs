//! A reader of XML documents that come from strangers: one pass, no tree; depth and number of elements bounded; no document
//! type, so no entities but the five that XML has.

use std::{iter::Peekable, str::Chars};

use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
    name::{Namespace, ResolveResult},
};

use crate::{
    domain::{Finding, Problem},
    settings::Limits,
};

/// The beginning of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub namespace: String,
    pub name: String,
    /// Those without a namespace, by name.
    attributes: Vec<(String, String)>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// That there is no attribute but these.
    pub fn allow(&self, names: &[&str]) -> std::result::Result<(), String> {
        let other = self
            .attributes
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()));
        other.map_or(Ok(()), |(name, _)| {
            Err(format!(
                "attribute {name} of element {} is not expected",
                self.name
            ))
        })
    }

    fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }
}

#[derive(Debug)]
enum Node {
    Start(Element),
    Text(String),
    End,
    Eof,
}

/// A document being read. Elements are asked for in the order of their schema.
pub struct Xml<'a> {
    text: &'a str,
    reader: NsReader<&'a [u8]>,
    limits: Limits,
    ahead: Option<Node>,
    depth: usize,
    elements: usize,
    /// Where the root element begins and, once it was read, ends.
    root: (usize, usize),
}

type Result<T> = std::result::Result<T, Problem>;

impl<'a> Xml<'a> {
    pub fn new(body: &'a [u8], limits: &Limits) -> Result<Self> {
        let text = std::str::from_utf8(body).map_err(|error| {
            let place = place(body, error.valid_up_to());
            Problem::new(Finding::InvalidXml, format!("not UTF-8 {place}"))
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            text,
            reader,
            limits: *limits,
            ahead: None,
            depth: 0,
            elements: 0,
            root: (0, 0),
        })
    }

    /// What is wrong, and where.
    pub fn problem(&self, words: impl AsRef<str>) -> Problem {
        let place = place(self.text.as_bytes(), self.position());
        let description = format!("{} {place}", words.as_ref());
        Problem::new(Finding::InvalidXml, description)
    }

    /// The next child, if it is this element. Its beginning is then read.
    pub fn child(&mut self, namespace: &str, name: &str) -> Result<Option<Element>> {
        let node = self.next_markup()?;
        if let Node::Start(element) = node {
            if element.is(namespace, name) {
                return Ok(Some(element));
            }
            self.ahead = Some(Node::Start(element));
        } else {
            self.ahead = Some(node);
        }
        Ok(None)
    }

    /// The next child, which must be this element.
    pub fn required(&mut self, namespace: &str, name: &str) -> Result<Element> {
        if let Some(element) = self.child(namespace, name)? {
            return Ok(element);
        }
        let found = match &self.ahead {
            Some(Node::Start(element)) => format!("{} is there instead", element.name),
            _ => "it is missing".to_owned(),
        };
        Err(self.problem(format!("element {name} is expected: {found},")))
    }

    /// The text of a child, which must be there and have no attributes.
    pub fn required_text(&mut self, namespace: &str, name: &str) -> Result<String> {
        let element = self.required(namespace, name)?;
        self.without_attributes(&element)?;
        self.text()
    }

    /// The text of a child that may be there.
    pub fn optional_text(&mut self, namespace: &str, name: &str) -> Result<Option<String>> {
        let Some(element) = self.child(namespace, name)? else {
            return Ok(None);
        };
        self.without_attributes(&element)?;
        self.text().map(Some)
    }

    fn without_attributes(&self, element: &Element) -> Result<()> {
        element.allow(&[]).map_err(|words| self.problem(words))
    }

    /// The text up to the end of the element whose beginning was read, and that end.
    pub fn text(&mut self) -> Result<String> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Node::Text(part) => text.push_str(&part),
                Node::End => return Ok(text),
                Node::Start(element) => {
                    return Err(self.problem(format!("element {} is not expected", element.name)));
                }
                Node::Eof => return Err(self.problem("the document ends too early")),
            }
        }
    }

    /// The end of the element whose children were read.
    pub fn end(&mut self) -> Result<()> {
        match self.next_markup()? {
            Node::End => Ok(()),
            Node::Start(element) => {
                Err(self.problem(format!("element {} is not expected", element.name)))
            }
            Node::Text(_) | Node::Eof => Err(self.problem("the document ends too early")),
        }
    }

    /// The end of the document.
    pub fn finish(&mut self) -> Result<()> {
        match self.next_markup()? {
            Node::Eof => Ok(()),
            _ => Err(self.problem("the document goes on after its root element")),
        }
    }

    /// Reads the rest without looking at it, and gives the bytes of the root element.
    pub fn root_element(mut self) -> Result<&'a str> {
        while !matches!(self.next()?, Node::Eof) {}
        let root = self.text.get(self.root.0..self.root.1);
        root.filter(|root| !root.is_empty())
            .ok_or_else(|| self.problem("there is no root element"))
    }

    /// The next beginning or end. Text between elements must be blank.
    fn next_markup(&mut self) -> Result<Node> {
        loop {
            match self.next()? {
                Node::Text(text) if text.trim_ascii().is_empty() => {}
                Node::Text(_) => return Err(self.problem("text is not expected")),
                node => return Ok(node),
            }
        }
    }

    fn next(&mut self) -> Result<Node> {
        if let Some(node) = self.ahead.take() {
            return Ok(node);
        }
        loop {
            let start = self.position();
            let event = self.reader.read_resolved_event();
            let (namespace, event) = match event {
                Ok((namespace, event)) => (owned(&namespace), event),
                Err(error) => return Err(self.problem(format!("{error},"))),
            };
            match event {
                Event::Start(tag) => {
                    let Some(namespace) = namespace else {
                        return Err(self.problem("a prefix is not declared"));
                    };
                    return self.start(start, namespace, &tag).map(Node::Start);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.root.1 = self.position();
                    }
                    return Ok(Node::End);
                }
                Event::Text(text) => return self.content(text.xml10_content().into_owned()),
                Event::CData(text) if self.depth > 0 => {
                    return self.content(text.xml10_content().into_owned());
                }
                Event::GeneralRef(reference) if self.depth > 0 => {
                    let named = resolve_predefined_entity(&reference).map(str::to_owned);
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => Some(c.to_string()),
                        Ok(None) => named,
                        Err(_) => None,
                    };
                    return match resolved {
                        Some(text) => self.content(text),
                        None => Err(self.problem("an entity is not defined")),
                    };
                }
                Event::Decl(declaration) => self.declaration(start, &declaration)?,
                Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => {
                    return Err(self.problem("a document type is not allowed"));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.problem("the document ends too early"));
                }
                Event::Eof => return Ok(Node::Eof),
                Event::Empty(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(self.problem("text is not expected"));
                }
            }
        }
    }

    fn content(&self, text: String) -> Result<Node> {
        if text.chars().all(is_xml_char) {
            return Ok(Node::Text(text));
        }
        Err(self.problem("a character is not allowed in XML"))
    }

    fn start(&mut self, at: usize, namespace: String, tag: &BytesStart<'_>) -> Result<Element> {
        if self.depth == 0 {
            if self.elements > 0 {
                return Err(self.problem("there is a second root element"));
            }
            self.root.0 = at;
        }
        self.depth += 1;
        self.elements += 1;
        if self.depth > self.limits.xml_depth {
            return Err(self.problem("elements are nested too deeply"));
        }
        if self.elements > self.limits.xml_elements {
            return Err(self.problem("there are too many elements"));
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.problem(format!("{error},")))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| self.problem(format!("{error},")))?;
            let value: &str = &value;
            if !value.chars().all(is_xml_char) {
                return Err(self.problem("a character is not allowed in XML"));
            }
            let name = attribute.key.into_inner();
            // Declarations of namespaces, and what belongs to other vocabularies, such as xsi:schemaLocation.
            if name != "xmlns" && !name.contains(':') {
                attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(Element {
            namespace,
            name: tag.local_name().into_inner().to_owned(),
            attributes,
        })
    }

    fn declaration(&self, at: usize, declaration: &quick_xml::events::BytesDecl<'_>) -> Result<()> {
        if at != 0 {
            return Err(self.problem("the XML declaration is not at the beginning"));
        }
        let encoding = match declaration.encoding() {
            None => return Ok(()),
            Some(encoding) => encoding.map_err(|error| self.problem(format!("{error},")))?,
        };
        let known = ["utf-8", "us-ascii"];
        if known
            .iter()
            .any(|known| encoding.eq_ignore_ascii_case(known))
        {
            return Ok(());
        }
        Err(self.problem("the encoding must be UTF-8"))
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }
}

/// The namespace; empty for none, `None` for a prefix that is not declared.
fn owned(namespace: &ResolveResult<'_>) -> Option<String> {
    match namespace {
        ResolveResult::Bound(Namespace(namespace)) => Some((*namespace).to_owned()),
        ResolveResult::Unbound => Some(String::new()),
        ResolveResult::Unknown(_) => None,
    }
}

/// XML 1.0, production 2.
fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// "at line 3, column 14".
fn place(body: &[u8], position: usize) -> String {
    let before = &body[..position.min(body.len())];
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    format!("at line {line}, column {column}")
}

/// What `xs:token` makes of a text: blanks at both ends gone, and those inside single.
pub fn token(text: &str) -> String {
    let mut words: Peekable<Chars<'_>> = text.trim_ascii().chars().peekable();
    let mut token = String::new();
    while let Some(c) = words.next() {
        if !c.is_ascii_whitespace() {
            token.push(c);
        } else if words.peek().is_some_and(|next| !next.is_ascii_whitespace()) {
            token.push(' ');
        }
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::shipped;

    fn read(document: &str) -> Result<&str> {
        let limits = Limits {
            xml_depth: 4,
            xml_elements: 10,
            ..shipped().limits
        };
        Xml::new(document.as_bytes(), &limits)?.root_element()
    }

    #[test]
    fn the_root_element_is_given_byte_for_byte() {
        let document = "\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<!-- a --><a:b xmlns:a='urn:x' >é&amp;<![CDATA[<]]></a:b>\n<?pi?>";
        let root = read(document).unwrap();
        assert_eq!(root, "<a:b xmlns:a='urn:x' >é&amp;<![CDATA[<]]></a:b>");
        assert_eq!(read("<a/>").unwrap(), "<a/>");
    }

    #[test]
    fn what_is_not_xml_or_not_for_us_is_refused_with_its_place() {
        for (document, words) in [
            ("", "no root element"),
            ("text", "no root element"),
            ("<a>", "ends too early"),
            ("<a></b>", "line 1"),
            ("<a/><b/>", "second root"),
            ("<a>&b;</a>", "entity"),
            ("<a>&#0;</a>", "line 1"),
            ("<a b='&c;'/>", "line 1"),
            ("<a b='1' b='2'/>", "line 1"),
            ("<x:a/>", "prefix"),
            (
                "<a><b><c><d><e/></d></c></b></a>",
                "too deeply at line 1, column 17",
            ),
            (
                "<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>",
                "too many",
            ),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
            (
                "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
                "document type",
            ),
            (
                "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
                "encoding",
            ),
            ("\n<a>\n  \u{1}</a>", "not allowed"),
        ] {
            let problem = read(document).unwrap_err();
            assert_eq!(problem.finding, Finding::InvalidXml);
            assert!(
                problem.description.contains(words),
                "{document}: {}",
                problem.description
            );
        }
        let limits = shipped().limits;
        let problem = Xml::new(b"<a>\n\xff</a>", &limits).err().unwrap();
        assert_eq!(problem.description, "not UTF-8 at line 2, column 1");
    }

    #[test]
    fn tokens_have_no_superfluous_blanks() {
        assert_eq!(token("\n  RFC 9022 \t x\n"), "RFC 9022 x");
        assert_eq!(token("  "), "");
    }
}
