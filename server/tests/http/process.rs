//! Tests of the process: settings, logs, signals, and several processes on one database.

mod backup;
mod crash;
mod files;
mod logs;
mod metrics;
mod multiple_servers;
mod nodes;
mod outage;
mod seeding;
mod settings;
mod shutdown;
mod tls;
mod traces;
