//! What has no URL: settings, logs, signals, and several programs on one database.

mod encrypted;
mod files;
mod keeping;
mod killing;
mod logs;
mod metrics;
mod nodes;
mod outage;
mod seeding;
mod settings;
mod several;
mod stopping;
mod traces;
