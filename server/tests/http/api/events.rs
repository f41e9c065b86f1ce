//! Tests of `/api/events` and `/api/websocket`.

mod handshake;
mod heartbeat;
mod limit;
mod ordering;
mod resume;
mod slow_consumers;
mod sse_socket;
