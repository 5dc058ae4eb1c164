//! What the whole system promises: who may call what, who sees what, and what bad input gets.

mod events;
mod isolation;
mod pages;
mod permissions;
mod traces;
