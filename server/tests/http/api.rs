//! Under `/api`.

mod auth;
mod bodies;
mod bookings;
mod conversations;
mod cross_site;
mod document;
mod events;
mod export;
mod messages;
mod notifications;
mod paths;
mod strangers;
mod talents;
