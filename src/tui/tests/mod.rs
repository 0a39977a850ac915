//! The screen as people see it and the keys as they press them, without a terminal.

mod commands;
mod dropping;
mod images;
mod leaving;
mod newcomer;
mod news;
mod person;
mod pictures;
mod scrolling;
mod searching;
mod typing;
mod whatever;
