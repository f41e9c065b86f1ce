//! What every request passes through, from the log outside to the headers of its answer.

pub(crate) mod access_log;
pub(crate) mod auth;
pub(crate) mod csrf;
pub(crate) mod security_headers;
