//! All SQL of this service. Functions take a scoped transaction; each repeats the scope as a condition, which
//! row-level security checks again.

pub mod cases;
pub mod comments;
pub mod list;
pub mod notes;
pub mod row;
pub mod tlds;
