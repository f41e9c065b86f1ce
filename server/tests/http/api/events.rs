//! `/api/events` and `/api/websocket`

mod flow;
mod heartbeat;
mod limit;
mod opening;
mod resuming;
mod slow;
mod wire;
