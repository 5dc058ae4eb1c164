//! The life of one invented case, lived through the same rules as a real one.

use anyhow::{Context, anyhow};
use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::{AccountId, UserId};
use uuid::Uuid;

use super::{
    draw::Draw,
    material::{Account, Material, Membership, Topic},
    words::{About, Words},
};
use crate::{
    domain::{Activity, Author, Case, Comment, InternalNote, InternalNoteId, Label, Submission},
    error::Error,
};

/// A case with everything that was said in it.
pub struct Story {
    pub case: Case,
    pub comments: Vec<Comment>,
    pub notes: Vec<InternalNote>,
    agent: Author,
}

/// Invents the next case.
pub fn tell(draw: &mut Draw, material: &Material, now: Timestamp) -> anyhow::Result<Story> {
    let mix = &material.texts.mix;
    let account = draw.weighted(&material.accounts, |account| {
        mix.account.get(&account.id).copied().unwrap_or(0.0)
    })?;
    let member = member(draw, material, account.id)?;
    let names: Vec<(&String, &f64)> = mix.status.iter().collect();
    let status = draw.weighted(&names, |(_, weight)| **weight)?.0.clone();

    let tlds = tlds(draw, material, account.id, member)?;
    let topic = topic(draw, material, account, !tlds.is_empty())?;
    let tlds = if topic.tlds { tlds } else { Vec::new() };
    let (created, end) = span(draw, material, &status, now)?;
    let creator = author(material, member.user, false)?;
    let about = About {
        created,
        company: &account.name,
        creator: &creator.name,
        tld: tlds.first().map(AsRef::as_ref),
    };
    let words = Words::choose(draw, &material.texts, topic, &about);
    let submission = Submission {
        account: AccountId(account.id),
        account_name: account.name.clone(),
        creator,
        subject: words
            .text(draw, "subjects")
            .parse()
            .map_err(anyhow::Error::msg)?,
        description: words.description().parse().map_err(anyhow::Error::msg)?,
        tlds,
        follows: None,
    };
    let case = Case::submit(submission, created);
    let agent = agent(draw, material, account)?;
    let mut story = Story {
        case,
        comments: Vec::new(),
        notes: Vec::new(),
        agent,
    };
    let creator = story.case.creator.clone();
    story.say(&creator, Activity::Submitted, "", created);
    story
        .live(draw, material, &words, &status, end)
        .map_err(|error| anyhow!("{status}: {error}"))?;
    Ok(story)
}

impl Story {
    /// What happens from submission to `end`, so that the case is in `status` then.
    fn live(
        &mut self,
        draw: &mut Draw,
        material: &Material,
        words: &Words<'_>,
        status: &str,
        end: Timestamp,
    ) -> Result<(), Error> {
        let mix = &material.texts.mix;
        let agent = self.agent.clone();
        let expedited = draw.chance(mix.share_with_expedite)
            && matches!(status, "new" | "in_progress" | "closed");
        if status == "new" {
            if expedited {
                self.ask_to_expedite(draw, words, after(self.case.create_time, 0.02, end))?;
            }
            if draw.chance(mix.share_new_assigned) {
                self.case.assignee = Some(agent);
            }
            return Ok(());
        }
        let wanted = draw
            .weighted(&mix.comments, |count| count.weight)
            .map_or(2, |count| count.count)
            .max(1);
        let mut times = self.times(draw, wanted + 3, end);
        let taken = times.remove(0);
        if expedited {
            self.ask_to_expedite(draw, words, after(self.case.create_time, 0.3, taken))?;
        }
        self.case.take(&agent, taken)?;
        self.say(&agent, Activity::Taken, "", taken);
        if expedited {
            self.decide(draw, material, status, after(taken, 0.05, times[0]))?;
        }
        if draw.chance(mix.share_with_notes) {
            self.note(draw, words, after(taken, 0.3, times[0]));
        }
        self.converse(draw, words, &times[..wanted])?;
        self.finish(draw, words, status, end)
    }

    /// Agent and party in turn.
    fn converse(
        &mut self,
        draw: &mut Draw,
        words: &Words<'_>,
        times: &[Timestamp],
    ) -> Result<(), Error> {
        let (agent, party) = (self.agent.clone(), self.case.creator.clone());
        let mut said = Vec::new();
        for (turn, at) in times.iter().enumerate() {
            let (author, list) = if turn % 2 == 0 {
                (&agent, "replies")
            } else {
                (&party, "answers")
            };
            let text = words.text(draw, list);
            // Nobody says the same thing twice.
            if said.contains(&text) {
                continue;
            }
            let activity = self.case.comment(author, *at)?;
            self.say(author, activity, &text, *at);
            said.push(text);
        }
        Ok(())
    }

    fn finish(
        &mut self,
        draw: &mut Draw,
        words: &Words<'_>,
        status: &str,
        end: Timestamp,
    ) -> Result<(), Error> {
        let (agent, party) = (self.agent.clone(), self.case.creator.clone());
        match status {
            "action_required" => {
                let question = words.text(draw, "questions");
                let asked = end
                    - days(draw.between(0.2, 9.0))
                        .min(end.duration_since(self.case.update_time) / 2);
                let due = asked + days(draw.between(5.0, 15.0).round());
                let body = question
                    .parse()
                    .map_err(|_| Error::Inconsistent("question"))?;
                self.case.request_information(&agent, body, due, asked)?;
                self.say(&agent, Activity::InformationRequested, &question, asked);
            }
            "closed" | "reopen_requested" => {
                let text = words.text(draw, "closings");
                let closed = if status == "closed" {
                    end
                } else {
                    after(self.case.update_time, 0.4, end)
                };
                self.case.close(closed)?;
                self.say(&agent, Activity::Closed, &text, closed);
                if status == "reopen_requested" {
                    let text = words.text(draw, "reopen_comments");
                    let at = after(closed, 0.9, end);
                    let activity = self.case.comment(&party, at)?;
                    self.say(&party, activity, &text, at);
                }
            }
            "canceled" => {
                let text = words.text(draw, "cancel_remarks");
                self.case.cancel(end)?;
                self.say(&party, Activity::Canceled, &text, end);
            }
            _ => {}
        }
        Ok(())
    }

    fn ask_to_expedite(
        &mut self,
        draw: &mut Draw,
        words: &Words<'_>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let party = self.case.creator.clone();
        let reason = words.text(draw, "expedite_reasons");
        self.case.request_expedite(
            reason.parse().map_err(|_| Error::Inconsistent("reason"))?,
            at,
        )?;
        self.say(&party, Activity::ExpediteRequested, &reason, at);
        Ok(())
    }

    fn decide(
        &mut self,
        draw: &mut Draw,
        material: &Material,
        status: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let agent = self.agent.clone();
        let outcomes: Vec<(&String, &f64)> = material.texts.mix.expedite_outcome.iter().collect();
        let outcome = draw
            .weighted(&outcomes, |(_, weight)| **weight)
            .map_or("approved", |(name, _)| name.as_str());
        match outcome {
            "requested" if status == "in_progress" => {}
            "rejected" => {
                let reason = "This has to go through a review that cannot be shortened; the usual seven days apply.";
                let parsed = reason.parse().map_err(|_| Error::Inconsistent("reason"))?;
                self.case.reject_expedite(parsed, at)?;
                self.say(&agent, Activity::ExpediteRejected, reason, at);
            }
            _ => {
                let sooner = self.case.icann_due - days(2.0);
                let due = if sooner > at { sooner } else { at + days(1.0) };
                if due >= self.case.icann_due && self.case.icann_due > at {
                    return Ok(());
                }
                self.case.approve_expedite(due, None, at)?;
                self.say(&agent, Activity::ExpediteApproved, "", at);
            }
        }
        Ok(())
    }

    fn note(&mut self, draw: &mut Draw, words: &Words<'_>, at: Timestamp) {
        let Ok(body) = words.text(draw, "notes").parse() else {
            return;
        };
        self.notes.push(InternalNote {
            id: InternalNoteId::new(),
            case: self.case.id,
            author: self.agent.clone(),
            body,
            create_time: at,
            request_id: None,
        });
    }

    fn say(&mut self, author: &Author, activity: Activity, text: &str, at: Timestamp) {
        self.comments
            .push(Comment::new(&self.case, author, activity, text, at));
    }

    /// `count` moments between submission and `end`, in order.
    fn times(&self, draw: &mut Draw, count: usize, end: Timestamp) -> Vec<Timestamp> {
        let mut times: Vec<Timestamp> = (0..count)
            .map(|_| after(self.case.create_time, draw.between(0.03, 0.92), end))
            .collect();
        times.sort_unstable();
        times
    }
}

fn member<'a>(
    draw: &mut Draw,
    material: &'a Material,
    account: Uuid,
) -> anyhow::Result<&'a Membership> {
    let writes = |role: &String| role == "administrator" || role == "cases";
    let members: Vec<&Membership> = material
        .memberships
        .iter()
        .filter(|membership| membership.account == account && membership.roles.iter().any(writes))
        .collect();
    draw.one(&members)
        .copied()
        .with_context(|| format!("nobody of {account} may open cases"))
}

fn agent(draw: &mut Draw, material: &Material, account: &Account) -> anyhow::Result<Author> {
    let agents: Vec<_> = material
        .users
        .iter()
        .filter(|user| user.staff_roles.iter().any(|role| role == "agent"))
        .collect();
    let manager = agents
        .iter()
        .find(|user| user.name == account.engagement_manager);
    let chosen = if draw.chance(0.6) {
        manager.or_else(|| draw.one(&agents))
    } else {
        draw.one(&agents)
    };
    author(material, chosen.context("there are no agents")?.id, true)
}

fn author(material: &Material, id: Uuid, staff: bool) -> anyhow::Result<Author> {
    let user = material
        .users
        .iter()
        .find(|user| user.id == id)
        .with_context(|| format!("there is no user {id}"))?;
    Ok(Author {
        user: UserId(user.id),
        name: user.name.clone(),
        staff,
    })
}

/// TLDs for a case of this member; none for a share of cases, and for accounts that have none.
fn tlds(
    draw: &mut Draw,
    material: &Material,
    account: Uuid,
    member: &Membership,
) -> anyhow::Result<Vec<Label>> {
    let mix = &material.texts.mix;
    let of_account = material
        .tlds
        .iter()
        .filter(|tld| tld.account == account && tld.state == "active");
    let usable: Vec<&String> = of_account
        .map(|tld| &tld.label)
        .filter(|label| member.tlds.is_empty() || member.tlds.contains(label))
        .collect();
    if usable.is_empty() || !draw.chance(mix.share_with_tlds) {
        return Ok(Vec::new());
    }
    let range = draw.weighted(&mix.tlds, |range| range.weight)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small positive numbers"
    )]
    let count = draw.between(range.from, range.to + 1.0).floor() as usize;
    let chosen = draw.some(&usable, count.max(1));
    chosen
        .into_iter()
        .map(|label| label.parse().map_err(anyhow::Error::msg))
        .collect()
}

fn topic<'a>(
    draw: &mut Draw,
    material: &'a Material,
    account: &Account,
    with_tlds: bool,
) -> anyhow::Result<&'a Topic> {
    let topics: Vec<&Topic> = material
        .texts
        .topic
        .iter()
        .filter(|topic| topic.tlds == with_tlds && topic.audience.contains(&account.kind))
        .collect();
    draw.weighted(&topics, |topic| topic.weight).copied()
}

/// When a case was created, and when it ended or now.
fn span(
    draw: &mut Draw,
    material: &Material,
    status: &str,
    now: Timestamp,
) -> anyhow::Result<(Timestamp, Timestamp)> {
    let mix = &material.texts.mix;
    if let Some([least, most]) = mix.open_age_days.get(status) {
        let age = draw.between(*least, *most).max(0.05);
        return Ok((now - days(age), now - days((age * 0.02).min(0.2))));
    }
    let bucket = draw.weighted(&mix.age, |range| range.weight)?;
    let age = draw.between(bucket.from, bucket.to);
    let long = &mix.days_to_close;
    let took = if draw.chance(0.5) {
        draw.between(long.least, long.usual)
    } else {
        long.usual + (long.most - long.usual) * draw.between(0.0, 1.0).powi(3)
    };
    let created = now - days(age);
    Ok((created, created + days(took.min(age * 0.95))))
}

/// The moment at a share of the way from `start` to `end`.
fn after(start: Timestamp, share: f64, end: Timestamp) -> Timestamp {
    let moment =
        start + SignedDuration::from_secs_f64(end.duration_since(start).as_secs_f64() * share);
    moment.round(jiff::Unit::Second).unwrap_or(moment)
}

fn days(days: f64) -> SignedDuration {
    SignedDuration::from_secs_f64((days * 86_400.0).round())
}
