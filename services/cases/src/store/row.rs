//! A case as it lies in its table.

use jiff_sqlx::Timestamp;
use nsp_kit::id::{AccountId, UserId};
use uuid::Uuid;

use crate::{
    domain::{Author, Case, CaseId, CaseNumber, Decision, Expedite, Kind, Status},
    error::Error,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "case_status", rename_all = "snake_case")]
pub enum StatusColumn {
    ActionRequired,
    New,
    InProgress,
    ReopenRequested,
    NotSubmitted,
    Closed,
    Canceled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "expedite_state", rename_all = "snake_case")]
pub enum ExpediteColumn {
    Requested,
    Approved,
    Rejected,
}

impl From<&Status> for StatusColumn {
    fn from(status: &Status) -> Self {
        match status {
            Status::New => Self::New,
            Status::NotSubmitted => Self::NotSubmitted,
            Status::InProgress => Self::InProgress,
            Status::ReopenRequested => Self::ReopenRequested,
            Status::ActionRequired { .. } => Self::ActionRequired,
            Status::Canceled { .. } => Self::Canceled,
            Status::Closed { .. } => Self::Closed,
        }
    }
}

impl From<&Expedite> for ExpediteColumn {
    fn from(expedite: &Expedite) -> Self {
        match &expedite.decision {
            None => Self::Requested,
            Some(decision) if decision.approved => Self::Approved,
            Some(_) => Self::Rejected,
        }
    }
}

#[derive(Debug)]
pub struct CaseRow {
    pub id: Uuid,
    pub number: i64,
    pub account: Uuid,
    pub account_name: String,
    pub kind: Kind,
    pub status: StatusColumn,
    pub subject: String,
    pub description: String,
    pub tlds: Vec<String>,
    pub creator: Uuid,
    pub creator_name: String,
    pub assignee: Option<Uuid>,
    pub assignee_name: Option<String>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub due_time: Timestamp,
    pub icann_due_time: Timestamp,
    pub end_time: Option<Timestamp>,
    pub question: Option<String>,
    pub question_time: Option<Timestamp>,
    pub expedite: Option<ExpediteColumn>,
    pub expedite_reason: Option<String>,
    pub expedite_time: Option<Timestamp>,
    pub decision_time: Option<Timestamp>,
    pub decision_reason: Option<String>,
    pub follows: Option<Uuid>,
    pub version: i64,
}

impl TryFrom<CaseRow> for Case {
    type Error = Error;

    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let status = row.status()?;
        let expedite = row.expedite()?;
        let assignee = row.assignee.zip(row.assignee_name);
        Ok(Self {
            id: CaseId(row.id),
            number: CaseNumber(row.number),
            account: AccountId(row.account),
            account_name: row.account_name,
            kind: row.kind,
            status,
            subject: row
                .subject
                .parse()
                .map_err(|_| Error::Inconsistent("subject"))?,
            description: row
                .description
                .parse()
                .map_err(|_| Error::Inconsistent("description"))?,
            tlds: row
                .tlds
                .iter()
                .map(|tld| tld.parse())
                .collect::<Result<_, _>>()
                .map_err(|_| Error::Inconsistent("tlds"))?,
            creator: Author {
                user: UserId(row.creator),
                name: row.creator_name,
                staff: false,
            },
            assignee: assignee.map(|(user, name)| Author {
                user: UserId(user),
                name,
                staff: true,
            }),
            create_time: row.create_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
            icann_due: row.icann_due_time.to_jiff(),
            expedite,
            follows: row.follows.map(CaseId),
            version: row.version,
        })
    }
}

impl CaseRow {
    fn status(&self) -> Result<Status, Error> {
        let ended = || {
            self.end_time
                .map(Timestamp::to_jiff)
                .ok_or(Error::Inconsistent("end_time"))
        };
        Ok(match self.status {
            StatusColumn::New => Status::New,
            StatusColumn::InProgress => Status::InProgress,
            StatusColumn::ReopenRequested => Status::ReopenRequested,
            StatusColumn::NotSubmitted => Status::NotSubmitted,
            StatusColumn::Closed => Status::Closed { at: ended()? },
            StatusColumn::Canceled => Status::Canceled { at: ended()? },
            StatusColumn::ActionRequired => Status::ActionRequired {
                question: self
                    .question
                    .as_deref()
                    .and_then(|text| text.parse().ok())
                    .ok_or(Error::Inconsistent("question"))?,
                asked: self
                    .question_time
                    .ok_or(Error::Inconsistent("question_time"))?
                    .to_jiff(),
                due: self.due_time.to_jiff(),
            },
        })
    }

    fn expedite(&self) -> Result<Option<Expedite>, Error> {
        let Some(state) = self.expedite else {
            return Ok(None);
        };
        let reason = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let decision = match (state, self.decision_time) {
            (ExpediteColumn::Requested, _) => None,
            (state, Some(at)) => Some(Decision {
                approved: state == ExpediteColumn::Approved,
                at: at.to_jiff(),
                reason: reason(&self.decision_reason),
            }),
            (_, None) => return Err(Error::Inconsistent("decision_time")),
        };
        Ok(Some(Expedite {
            reason: reason(&self.expedite_reason).ok_or(Error::Inconsistent("expedite_reason"))?,
            requested: self
                .expedite_time
                .ok_or(Error::Inconsistent("expedite_time"))?
                .to_jiff(),
            decision,
        }))
    }
}
