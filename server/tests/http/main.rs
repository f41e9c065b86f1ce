//! The site as the outside sees it: the real program on a port and data of its own, and requests.
//!
//! Modules are laid out as the URLs are; `process` holds what has none: settings, logs, signals, several
//! programs on one database. Each test starts its own site, a copy of a template that was seeded and
//! signed in to once.

mod support;

mod api;
mod health;
mod hosts;
mod pages;
mod process;
mod security;
mod slow_clients;
