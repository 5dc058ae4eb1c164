//! What a maintenance window is and what may happen to it: plain Rust, no database, no clock.

mod limits;
mod name;
mod overlap;
pub mod recurrence;
mod schedule;
mod span;
mod text;
mod window;

pub use limits::{Limits, MAX_DURATION};
pub use name::{FeedId, ServiceCode, WindowId};
pub use nsp_kit::name::{Etag, Label};
pub use overlap::{Occupied, clashes_within};
pub use schedule::{Fault, Faults, ScheduleId};
pub use span::{Phase, Span};
pub use text::{Description, Title};
pub use window::{Change, Draft, Origin, Refusal, Window};

/// How many windows one request may create or delete, and how many occurrences a rule may give.
pub const MAX_WINDOWS: usize = 500;
