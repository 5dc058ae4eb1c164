//! ICANN's side: the queue, and a case with everything staff need around it (CASE-13).

pub mod act;
pub mod case;
pub mod queue;
pub mod take;
pub mod write;
