//! A case and everything that may happen to it: the one state machine (CASE-2).

use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::AccountId;

use super::{
    Activity, Author, Body, CaseId, CaseNumber, Decision, Etag, Expedite, Label, Reason, Status,
    Subject, Turn,
};
use crate::error::Error;

/// A general inquiry is answered within seven days (S0 §7.1).
pub const RESPONSE_DAYS: i64 = 7;
const RESPONSE: SignedDuration = SignedDuration::from_hours(RESPONSE_DAYS * 24);
/// The longest time the party may be given.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Which process a case follows (CASE-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "case_kind", rename_all = "snake_case")]
pub enum Kind {
    GeneralInquiry,
    ServiceRequest,
    Compliance,
}

/// A matter that a contracted party and ICANN work through together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    /// Zero until the case is stored.
    pub number: CaseNumber,
    pub account: AccountId,
    pub account_name: String,
    pub kind: Kind,
    pub status: Status,
    pub subject: Subject,
    pub description: Body,
    pub tlds: Vec<Label>,
    pub creator: Author,
    pub assignee: Option<Author>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    /// By when ICANN answers. Stands still while the party has to act.
    pub icann_due: Timestamp,
    pub expedite: Option<Expedite>,
    pub follows: Option<CaseId>,
    pub version: i64,
}

/// What a portal user fills in to open a general inquiry (CASE-3).
#[derive(Debug, Clone)]
pub struct Submission {
    pub account: AccountId,
    pub account_name: String,
    pub creator: Author,
    pub subject: Subject,
    pub description: Body,
    pub tlds: Vec<Label>,
    pub follows: Option<CaseId>,
}

impl Case {
    /// A general inquiry, just submitted.
    pub fn submit(submission: Submission, now: Timestamp) -> Self {
        Self {
            id: CaseId::new(),
            number: CaseNumber(0),
            account: submission.account,
            account_name: submission.account_name,
            kind: Kind::GeneralInquiry,
            status: Status::New,
            subject: submission.subject,
            description: submission.description,
            tlds: submission.tlds,
            creator: submission.creator,
            assignee: None,
            create_time: now,
            update_time: now,
            icann_due: now + RESPONSE,
            expedite: None,
            follows: submission.follows,
            version: 1,
        }
    }

    /// By when whoever's turn it is should be done.
    pub fn due(&self) -> Timestamp {
        match self.status {
            Status::ActionRequired { due, .. } => due,
            _ => self.icann_due,
        }
    }

    /// Refuses an action that was decided upon an older state of the case.
    pub fn check(&self, etag: Etag) -> Result<(), Error> {
        if etag.0.is_some_and(|seen| seen != self.version) {
            Err(Error::Stale)
        } else {
            Ok(())
        }
    }

    /// A comment that both sides see. Says what it does to the case.
    pub fn comment(&mut self, author: &Author, now: Timestamp) -> Result<Activity, Error> {
        if matches!(self.status, Status::Canceled { .. }) {
            return Err(Error::Canceled);
        }
        let activity = match (&self.status, author.staff) {
            (Status::ActionRequired { asked, .. }, false) => {
                self.icann_due += now.duration_since(*asked);
                self.status = Status::InProgress;
                Activity::Comment
            }
            (Status::Closed { .. }, false) if self.kind == Kind::GeneralInquiry => {
                self.status = Status::ReopenRequested;
                self.icann_due = now + RESPONSE;
                Activity::ReopenRequested
            }
            (Status::Closed { .. }, false) => return Err(Error::Closed),
            (Status::New, true) => {
                self.take(author, now)?;
                Activity::Comment
            }
            _ => Activity::Comment,
        };
        self.touch(now);
        Ok(activity)
    }

    /// `author` works on it from now on.
    pub fn take(&mut self, author: &Author, now: Timestamp) -> Result<(), Error> {
        self.must_not_be_over()?;
        if self.status == Status::New {
            self.status = Status::InProgress;
        }
        self.assignee = Some(author.clone());
        self.touch(now);
        Ok(())
    }

    /// ICANN asks the party for something; ICANN's clock stands still from here on.
    pub fn request_information(
        &mut self,
        author: &Author,
        question: Body,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self.status {
            Status::New | Status::InProgress => {}
            Status::ReopenRequested => return Err(Error::ReopenUndecided),
            Status::ActionRequired { .. } => return Err(Error::AlreadyAsked),
            _ => return Err(self.over()),
        }
        if due <= now {
            return Err(Error::DueInPast);
        }
        if due > now + LONGEST {
            return Err(Error::DueTooFar);
        }
        if self.assignee.is_none() {
            self.assignee = Some(author.clone());
        }
        self.status = Status::ActionRequired {
            question,
            asked: now,
            due,
        };
        self.touch(now);
        Ok(())
    }

    /// The party asks for a shorter time: once, and only in a general inquiry.
    pub fn request_expedite(&mut self, reason: Reason, now: Timestamp) -> Result<(), Error> {
        if self.kind != Kind::GeneralInquiry {
            return Err(Error::NotExpeditable);
        }
        self.must_not_be_over()?;
        if self.expedite.is_some() {
            return Err(Error::AlreadyExpedited);
        }
        self.expedite = Some(Expedite {
            reason,
            requested: now,
            decision: None,
        });
        self.touch(now);
        Ok(())
    }

    /// ICANN grants a shorter time, until `due`.
    pub fn approve_expedite(
        &mut self,
        due: Timestamp,
        reason: Option<Reason>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.must_not_be_over()?;
        if due <= now {
            return Err(Error::DueInPast);
        }
        if due >= self.icann_due && self.icann_due > now {
            return Err(Error::DueNotSooner);
        }
        self.decide_expedite(Decision {
            approved: true,
            at: now,
            reason,
        })?;
        self.icann_due = due;
        Ok(())
    }

    /// ICANN refuses a shorter time.
    pub fn reject_expedite(&mut self, reason: Reason, now: Timestamp) -> Result<(), Error> {
        self.must_not_be_over()?;
        self.decide_expedite(Decision {
            approved: false,
            at: now,
            reason: Some(reason),
        })
    }

    fn decide_expedite(&mut self, decision: Decision) -> Result<(), Error> {
        let now = decision.at;
        match &mut self.expedite {
            Some(expedite) if expedite.decision.is_none() => expedite.decision = Some(decision),
            Some(_) => return Err(Error::ExpediteDecided),
            None => return Err(Error::NotExpedited),
        }
        self.touch(now);
        Ok(())
    }

    /// ICANN is done with it.
    pub fn close(&mut self, now: Timestamp) -> Result<(), Error> {
        match self.status {
            Status::New | Status::InProgress | Status::ActionRequired { .. } => {}
            Status::ReopenRequested => return Err(Error::ReopenUndecided),
            _ => return Err(self.over()),
        }
        self.status = Status::Closed { at: now };
        self.touch(now);
        Ok(())
    }

    /// Either side gives it up.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), Error> {
        self.must_not_be_over()?;
        self.status = Status::Canceled { at: now };
        self.touch(now);
        Ok(())
    }

    /// ICANN opens a closed case again, asked or not. ICANN has seven more days.
    pub fn reopen(&mut self, author: &Author, now: Timestamp) -> Result<(), Error> {
        match self.status {
            Status::Closed { .. } | Status::ReopenRequested => {}
            Status::Canceled { .. } => return Err(Error::Canceled),
            _ => return Err(Error::NotClosed),
        }
        self.status = Status::InProgress;
        self.assignee.get_or_insert_with(|| author.clone());
        self.icann_due = now + RESPONSE;
        self.touch(now);
        Ok(())
    }

    /// ICANN leaves it closed although the party asked.
    pub fn decline_reopen(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.status != Status::ReopenRequested {
            return Err(Error::ReopenNotRequested);
        }
        self.status = Status::Closed { at: now };
        self.touch(now);
        Ok(())
    }

    /// What the transitions of an open case have in common.
    fn must_not_be_over(&self) -> Result<(), Error> {
        if self.status.turn() == Turn::Nobody {
            Err(self.over())
        } else {
            Ok(())
        }
    }

    fn over(&self) -> Error {
        match self.status {
            Status::Canceled { .. } => Error::Canceled,
            Status::NotSubmitted => Error::NotSubmitted,
            _ => Error::Closed,
        }
    }

    fn touch(&mut self, now: Timestamp) {
        self.update_time = now;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
