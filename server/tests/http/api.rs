//! Tests of the REST API below `/api`.

mod auth;
mod authorization;
mod bodies;
mod bookings;
mod conversations;
mod cross_site;
mod events;
mod export;
mod messages;
mod notifications;
mod openapi;
mod paths;
mod talents;
