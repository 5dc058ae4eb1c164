//! What the whole system promises: who may call what, who sees what, and what bad input gets.

mod activity;
mod asyncapi;
mod events;
mod isolation;
mod maintenance;
mod pages;
mod permissions;
mod reasons;
mod revocation;
mod security;
mod settings;
mod step_up;
mod traces;
