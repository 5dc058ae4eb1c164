//! What all our letters have in common: sender, portal, the domain of their ids.

use anyhow::{Context, ensure};
use lettre::{Address, message::Mailbox};
use uuid::Uuid;

use super::{
    content::{Content, Reader, Values},
    render,
};
use crate::domain::Template;

/// Writes letters.
#[derive(Debug, Clone)]
pub struct Stationery {
    pub from: Mailbox,
    /// Where people write to for help.
    help: Address,
    /// Without a slash at the end.
    portal: String,
}

/// A letter as its reader sees it.
#[derive(Debug)]
pub struct Letter {
    pub text: String,
    pub html: String,
}

impl Stationery {
    pub fn new(from: &str, help: &str, portal: &str) -> anyhow::Result<Self> {
        let from = from
            .parse()
            .context("mail.from must be a mail address, such as Portal <portal@example.org>")?;
        let help = help
            .parse()
            .context("mail.help must be an address, such as help@example.org")?;
        ensure!(
            portal.starts_with("https://") || portal.starts_with("http://"),
            "portal.url must be the portal's address, such as https://portal.example.org"
        );
        Ok(Self {
            from,
            help,
            portal: portal.trim_end_matches('/').to_owned(),
        })
    }

    /// The subject; fails where the values do not fit the template, so that this shows when the mail is asked for.
    pub fn subject(&self, template: Template, values: &Values) -> anyhow::Result<String> {
        let nobody = Reader {
            time_zone: "UTC",
            link: "",
        };
        let content = Content {
            product: self.from.name.clone().unwrap_or_else(|| "NSp".to_owned()),
            ..Content::new(template, values, &nobody, &self.portal)?
        };
        Ok(render::subject(template, &content)?.trim().to_owned())
    }

    /// The letter with `subject` for `reader`.
    pub fn letter(
        &self,
        template: Template,
        subject: &str,
        values: &Values,
        reader: &Reader<'_>,
    ) -> anyhow::Result<Letter> {
        ensure!(
            !template.needs_link() || !reader.link.is_empty(),
            "{template} needs a link"
        );
        let content = Content {
            title: subject.to_owned(),
            help: self.help.to_string(),
            ..Content::new(template, values, reader, &self.portal)?
        };
        Ok(Letter {
            text: render::text(template, &content)?,
            html: render::html(template, &content)?,
        })
    }

    /// A Message-ID, without the angle brackets.
    pub fn message_id(&self, id: Uuid) -> String {
        format!("{id}@{}", self.from.email.domain())
    }

    /// What all mails about a case refer to, so that clients show them as one conversation. No mail has this id.
    pub fn thread(&self, template: Template, resource: &str) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-');
        let usable = template.is_case_update()
            && !resource.is_empty()
            && resource.len() <= 100
            && resource.chars().all(plain);
        usable.then(|| {
            let root = resource.replace('/', ".");
            format!("<{root}.thread@{}>", self.from.email.domain())
        })
    }
}

#[cfg(test)]
mod tests;
