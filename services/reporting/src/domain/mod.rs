//! What a report is, when it is due, and what can be wrong with it. Plain Rust: no clock, no database.

mod calendar;
mod deposit;
mod finding;
mod kind;
mod monthly;
mod name;
mod notification;
mod submission;

pub use self::{
    calendar::{Period, Progress, State, due, due_periods, owes, today, tracked},
    deposit::{Count, Deposit, DepositKind, EscrowReport, is_domain_name},
    finding::{Finding, Problem, QueryError},
    kind::Kind,
    monthly::{check_month, check_replaceable, month_in_address},
    name::{Entity, Month, SubmissionId, day},
    notification::{Notification, Verification},
    submission::{Accepted, Submission},
};
pub use nsp_kit::name::Label;
