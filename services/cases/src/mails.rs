//! The mails that changes of a case ask for: to its creator (CASE-12), or to the member of staff who works on it; never
//! to the one who made the change.

use std::collections::HashMap;

use nsp_kit::{
    db::Tx,
    events::{About, publish},
    id::UserId,
};
use nsp_proto::events::v1::MessageRequested;

use crate::{
    domain::{Case, Comment, Status},
    error::Error,
};

/// A comment, or a request to expedite: the other side hears of it.
pub async fn commented(tx: &mut Tx, case: &Case, comment: &Comment) -> Result<(), Error> {
    if comment.author.staff {
        return to_creator(tx, "case_commented", case, comment).await;
    }
    if let Some(assignee) = &case.assignee {
        request(tx, "staff_case_commented", assignee.user, case, comment).await?;
    }
    to_creator(tx, "case_commented", case, comment).await
}

pub async fn information_requested(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_information_requested", case, entry).await
}

pub async fn expedite_decided(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_expedite_decided", case, entry).await
}

pub async fn closed(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_closed", case, entry).await
}

pub async fn canceled(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_canceled", case, entry).await
}

pub async fn reopened(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_reopened", case, entry).await
}

pub async fn reopen_declined(tx: &mut Tx, case: &Case, entry: &Comment) -> Result<(), Error> {
    to_creator(tx, "case_reopen_declined", case, entry).await
}

async fn to_creator(
    tx: &mut Tx,
    template: &str,
    case: &Case,
    entry: &Comment,
) -> Result<(), Error> {
    if entry.author.user == case.creator.user {
        return Ok(());
    }
    request(tx, template, case.creator.user, case, entry).await
}

async fn request(
    tx: &mut Tx,
    template: &str,
    to: UserId,
    case: &Case,
    entry: &Comment,
) -> Result<(), Error> {
    let approved = case
        .expedite
        .as_ref()
        .and_then(|expedite| expedite.decision.as_ref())
        .is_some_and(|it| it.approved);
    let due = if case.status.is_over() {
        String::new()
    } else {
        case.due().to_string()
    };
    let path = if template.starts_with("staff_") {
        "/staff/cases"
    } else {
        "/cases"
    };
    let values = [
        ("number", case.number.to_string()),
        ("subject", case.subject.as_ref().to_owned()),
        ("account_name", case.account_name.clone()),
        ("author", entry.author.name.clone()),
        ("organization", entry.organization.clone()),
        ("body", entry.body.clone()),
        ("due", due),
        (
            "your_turn",
            matches!(case.status, Status::ActionRequired { .. }).to_string(),
        ),
        ("approved", approved.to_string()),
        ("path", format!("{path}/{}", case.number)),
    ];
    let message = MessageRequested {
        template: template.to_owned(),
        recipients: vec![to.to_string()],
        resource: case.id.to_string(),
        account: case.account.to_string(),
        values: values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<HashMap<_, _>>(),
        link: String::new(),
    };
    publish(tx, &About::new(&case.id, case.account), &message).await?;
    Ok(())
}
