//! The state that handlers and middleware share.

use app::ssr::SessionCookie;
use ipnet::IpNet;
use services::Greenroom;
use std::sync::Arc;

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) greenroom: Greenroom,
    pub(crate) cookie: SessionCookie,
    /// Where the site is, as a browser writes it into `Origin`.
    pub(crate) origin: Arc<str>,
    pub(crate) trusted_proxies: Arc<[IpNet]>,
    /// Where to report what is wrong with its security, as a URI.
    pub(crate) security_contact: Arc<str>,
}
