//! Tests of `/api/messages`, `/api/talent/messages`, `/api/organizer/messages`.

mod inbox;
mod limit;
mod retries;
mod roles;
mod text;
