//! The state that handlers and middleware share.

use app::ssr::SessionCookie;
use ipnet::IpNet;
use services::Greenroom;
use std::sync::Arc;

/// Shared by all handlers and cloned for each request, which is cheap.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) greenroom: Greenroom,
    pub(crate) cookie: SessionCookie,
    /// The public URL's origin, as a browser sends it in `Origin`.
    pub(crate) origin: Arc<str>,
    pub(crate) trusted_proxies: Arc<[IpNet]>,
    /// The contact for security reports, as a URI.
    pub(crate) security_contact: Arc<str>,
}
