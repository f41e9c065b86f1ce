//! Middleware that every request passes through; [`crate::router`] has the order.

pub(crate) mod access_log;
pub(crate) mod auth;
pub(crate) mod csrf;
pub(crate) mod security_headers;
