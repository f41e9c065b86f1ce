//! Middleware of every request, from the access log (outermost) to authentication.

pub(crate) mod access_log;
pub(crate) mod auth;
pub(crate) mod csrf;
pub(crate) mod security_headers;
