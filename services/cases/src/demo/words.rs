//! The texts of one case: one topic, one of its descriptions, and what fits it; placeholders filled in once.

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{
    draw::Draw,
    material::{Texts, Topic},
};

/// Chooses the texts of one case.
pub struct Words<'a> {
    topic: &'a Topic,
    general: &'a Topic,
    description: usize,
    fill: Vec<(&'static str, String)>,
}

/// Who and what the texts are about.
pub struct About<'a> {
    pub created: Timestamp,
    pub company: &'a str,
    pub creator: &'a str,
    /// A-label of the first TLD.
    pub tld: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub fn choose(draw: &mut Draw, texts: &'a Texts, topic: &'a Topic, about: &About<'_>) -> Self {
        let last = topic.descriptions.len().max(1);
        let indexes: Vec<usize> = (0..last).collect();
        let description = draw.one(&indexes).copied().unwrap_or_default();
        let created = about.created.to_zoned(TimeZone::UTC);
        let days = Draw::between(draw, 1.0, 7.0).floor();
        #[expect(clippy::cast_possible_truncation, reason = "1 to 6")]
        let day = &created - (days as i64).days();
        let month = &created - 1.month();
        let tld = about
            .tld
            .map(|tld| format!(".{}", idna::domain_to_unicode(tld).0))
            .unwrap_or_default();
        let count = draw.between(3.0, 25.0).floor();
        let fill = vec![
            ("{tld}", tld),
            ("{date}", day.strftime("%-d %B %Y").to_string()),
            ("{month}", month.strftime("%B").to_string()),
            ("{year}", month.strftime("%Y").to_string()),
            ("{count}", count.to_string()),
            ("{company}", about.company.to_owned()),
            ("{name}", about.creator.to_owned()),
        ];
        Self {
            topic,
            general: &texts.general,
            description,
            fill,
        }
    }

    pub fn description(&self) -> String {
        self.filled(
            self.topic
                .descriptions
                .get(self.description)
                .map_or("", String::as_str),
        )
    }

    /// A text of the list `name` that fits the description; of the general ones if none does.
    pub fn text(&self, draw: &mut Draw, name: &str) -> String {
        let texts = list(self.topic, name);
        let fits = self.topic.fits.get(name);
        let fitting: Vec<&String> = texts
            .iter()
            .enumerate()
            .filter(|(i, _)| {
                let fits = fits.and_then(|fits| fits.get(*i));
                fits.is_none_or(|fits| fits.is_empty() || fits.contains(&self.description))
            })
            .map(|(_, text)| text)
            .collect();
        let chosen = draw
            .one(&fitting)
            .copied()
            .or_else(|| draw.one(list(self.general, name)));
        self.filled(chosen.map_or("", String::as_str))
    }

    fn filled(&self, text: &str) -> String {
        self.fill
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }
}

fn list<'a>(topic: &'a Topic, name: &str) -> &'a [String] {
    match name {
        "subjects" => &topic.subjects,
        "replies" => &topic.replies,
        "questions" => &topic.questions,
        "answers" => &topic.answers,
        "notes" => &topic.notes,
        "closings" => &topic.closings,
        "expedite_reasons" => &topic.expedite_reasons,
        "cancel_remarks" => &topic.cancel_remarks,
        "reopen_comments" => &topic.reopen_comments,
        _ => &[],
    }
}
