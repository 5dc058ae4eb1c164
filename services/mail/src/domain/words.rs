//! Words of others, before we put them into a mail: nothing in them may hide, reorder or end a header.

/// The longest quotation; the rest is in the portal.
const MAX_QUOTE: usize = 10_000;

/// One line of at most `max` characters: for headers and for facts. Line breaks become spaces; invisible characters and
/// those that turn the direction of the text go away.
pub fn line(text: &str, max: usize) -> String {
    let spaced = text.chars().map(|c| {
        if c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    });
    let visible: String = spaced
        .filter(|c| !is_invisible(*c) && !is_direction_mark(*c))
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    shorten(&words.join(" "), max)
}

/// Text as lines, for quoting. Marks that right-to-left scripts need within a line stay; what could reorder the rest of
/// the mail goes away.
pub fn lines(text: &str) -> Vec<String> {
    let text = shorten(text.trim_end(), MAX_QUOTE);
    text.lines()
        .map(|line| {
            let kept = line
                .chars()
                .map(|c| if c == '\t' { ' ' } else { c })
                .filter(|c| !c.is_control() && !is_invisible(*c));
            kept.collect::<String>().trim_end().to_owned()
        })
        .collect()
}

fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

/// Overrides, embeddings and isolates, and characters without width that are not part of any word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{200b}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(
            line("Signed\r\nBcc: spy@evil.example\n\n letter", 80),
            "Signed Bcc: spy@evil.example letter"
        );
        assert_eq!(line("a\0b\u{1b}[31mc\u{2028}d\u{85}e", 80), "a b [31mc d e");
    }

    #[test]
    fn nothing_turns_the_direction() {
        assert_eq!(
            line("invoice\u{202e}gpj.\u{2066}exe\u{200f}", 80),
            "invoicegpj.exe"
        );
        assert_eq!(line("رسالة موقعة", 80), "رسالة موقعة");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line(&"é".repeat(10_000), 150).chars().count(), 150);
        assert_eq!(
            lines(&"x\n".repeat(9_000)).concat().len(),
            5_000 + "…".len()
        );
    }

    #[test]
    fn a_quotation_keeps_its_lines() {
        assert_eq!(
            lines("one\r\n\ttwo \n\nf\u{202e}our\n\n"),
            ["one", " two", "", "four"]
        );
    }
}
