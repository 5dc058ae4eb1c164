//! ICANN's side: the queue, a case with everything staff need around it (CASE-13), accounts and users.

pub mod accounts;
pub mod act;
pub mod case;
pub mod queue;
pub mod reset;
pub mod take;
pub mod user;
pub mod users;
pub mod write;
