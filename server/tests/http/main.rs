//! Black-box tests over HTTP: each starts the real program on its own port and data folder.
//!
//! Modules follow the URLs; `process` tests what has no URL: settings, logs, signals, several processes on one
//! database. Each site is a copy of a template that was seeded and signed in to once, because password hashing is slow.

mod support;

mod api;
mod health;
mod hosts;
mod pages;
mod process;
mod security;
mod slow_clients;
