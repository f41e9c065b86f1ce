//! Checks the target and the host of each request.
//!
//! Another site can resolve its own name to this machine (DNS rebinding); its pages then read responses as same-origin.
//! So a request must name the public URL's host, or a loopback host where the public URL is loopback. The router panics
//! at targets that are no path, and each log line of a request has its path: [`normalize_target`] leaves a short one.

use crate::{
    loopback::{is_loopback, parse_ip},
    middleware::access_log::RouteKind,
    problem::Problem,
    settings::Config,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, Uri, header,
    uri::{Authority, PathAndQuery},
};
use model::ApiError;

/// The longest path, in bytes. The site's own paths have less than 100.
const PATH_LIMIT: usize = 2_048;
/// The longest path with its query, in bytes. The redirect after a refused form holds up to 6,000 bytes of its values.
const TARGET_LIMIT: usize = 16 * 1_024;

/// The parts of a request target beside its path, kept for [`check_target`].
#[derive(Clone, Default)]
struct Target {
    /// The authority of a target in absolute form.
    authority: Option<Authority>,
    problem: Option<Problem>,
}

/// Reduces the target to a path that can be routed and logged; stores the rest as an extension for [`check_target`].
pub(crate) fn normalize_target<B>(request: &mut http::Request<B>) {
    let uri = request.uri();
    let problem = match uri.path() {
        _ if *request.method() == Method::CONNECT => Some(Problem::METHOD_NOT_ALLOWED),
        path if !path.starts_with('/') => Some(Problem::from(ApiError::NotFound)),
        path if path.len() > PATH_LIMIT || path.len() + uri.query().map_or(0, str::len) > TARGET_LIMIT => {
            Some(Problem::TARGET_TOO_LONG)
        }
        _ => None,
    };
    let authority = uri.authority().cloned();
    if problem.is_none() && authority.is_none() {
        return;
    }
    let path = uri.path_and_query().filter(|_| problem.is_none()).cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    request.extensions_mut().insert(Target { authority, problem });
}

/// Refuses requests that aren't addressed to this site. Closes the connection after an invalid target.
pub(crate) async fn check_target(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let Target { authority, problem } = request.extensions().get().cloned().unwrap_or_default();
    if let Some(problem) = problem {
        return ([(header::CONNECTION, HeaderValue::from_static("close"))], problem).into_response();
    }
    // Health probes address the process by its IP address.
    let is_probe = RouteKind::from_path(request.uri().path()) == RouteKind::Health;
    if is_probe || hosts.allows(request.headers(), authority.as_ref()) {
        next.run(request).await
    } else {
        Problem::WRONG_HOST.into_response()
    }
}

/// The hosts that requests may name.
#[derive(Clone, Debug)]
pub(crate) enum Hosts {
    /// The public URL's host; the port may be left out where it is the scheme's default.
    Public { host: String, port: u16, default_port: u16 },
    /// The public URL is loopback: localhost and loopback addresses, at any port because a tunnel may use another.
    Loopback,
    /// The site listens on all addresses and no public URL is set: any IP address and localhost, but no other name,
    /// which may be another site's.
    AnyAddress,
}

impl Hosts {
    pub(crate) fn from_config(settings: &Config) -> Self {
        let host = settings.host();
        match parse_ip(host) {
            Some(address) if address.is_unspecified() => Self::AnyAddress,
            _ if is_loopback(host) => Self::Loopback,
            _ => {
                let default_port = if settings.secure { 443 } else { 80 };
                let port = settings.origin.rsplit(':').next().and_then(|port| port.parse().ok());
                Self::Public { host: host.to_owned(), port: port.unwrap_or(default_port), default_port }
            }
        }
    }

    /// Whether a request has exactly one `Host`, and that and the target's authority, if any, are allowed.
    fn allows(&self, headers: &HeaderMap, authority: Option<&Authority>) -> bool {
        let mut named = headers.get_all(header::HOST).into_iter();
        let (Some(host), None) = (named.next(), named.next()) else { return false };
        let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        host.is_some_and(|host| self.matches(&host)) && authority.is_none_or(|authority| self.matches(authority))
    }

    fn matches(&self, authority: &Authority) -> bool {
        let (host, port) = (authority.host(), authority.port_u16());
        // The authority may have no further part, for example a user before an @.
        let whole = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        if !whole.eq_ignore_ascii_case(authority.as_str()) {
            return false;
        }
        match self {
            Self::Public { host: own, port: own_port, default_port } => {
                host.eq_ignore_ascii_case(own) && port.unwrap_or(*default_port) == *own_port
            }
            Self::Loopback => is_loopback(host),
            Self::AnyAddress => parse_ip(host).is_some() || is_loopback(host),
        }
    }
}

/// Whether a URL is that of a server function.
pub(crate) fn is_server_fn(uri: &Uri) -> bool {
    uri.path().starts_with("/fn/")
}

/// Returns the address of a page on this site: without scheme and host, which HTTP/2 and `Referer` name, and which no
/// way back after signing in may have.
pub(crate) fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or(uri.path(), http::uri::PathAndQuery::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(hosts: &Hosts, named: &[&str], authority: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for name in named {
            headers.append(header::HOST, HeaderValue::from_str(name).expect("a value"));
        }
        hosts.allows(&headers, authority.map(|text| text.parse().expect("an authority")).as_ref())
    }

    #[test]
    fn only_the_public_host_is_allowed_with_or_without_its_port() {
        let hosts = Hosts::Public { host: "greenroom.example".to_owned(), port: 443, default_port: 443 };
        for host in ["greenroom.example", "GreenRoom.Example", "greenroom.example:443"] {
            assert!(is_allowed(&hosts, &[host], None), "{host}");
        }
        let foreign = [
            "evil.example",
            "greenroom.example.evil.example",
            "greenroom.example:80",
            "greenroom.example.",
            "127.0.0.1",
            "localhost",
            "user@greenroom.example",
            "",
            "greenroom.example:",
            "greenroom.example:99999",
        ];
        for host in foreign {
            assert!(!is_allowed(&hosts, &[host], None), "{host}");
        }
        assert!(!is_allowed(&hosts, &[], None), "no Host header");
        assert!(!is_allowed(&hosts, &["greenroom.example", "greenroom.example"], None), "two Host headers");
        assert!(is_allowed(&hosts, &["greenroom.example"], Some("greenroom.example:443")));
        assert!(!is_allowed(&hosts, &["greenroom.example"], Some("evil.example")), "the target names another host");
        assert!(!is_allowed(&hosts, &["evil.example"], Some("greenroom.example")), "the header names another host");
    }

    #[test]
    fn any_loopback_host_and_no_other_name_is_allowed_on_one_machine() {
        for host in ["localhost", "LOCALHOST:4000", "127.0.0.1:3000", "127.8.0.1", "[::1]:3000"] {
            assert!(is_allowed(&Hosts::Loopback, &[host], None), "{host}");
        }
        for host in
            ["evil.example", "192.168.0.2:3000", "localhost.evil.example", "127.0.0.1.evil.example", "evil.localhost"]
        {
            assert!(!is_allowed(&Hosts::Loopback, &[host], None), "{host}");
        }
        assert!(is_allowed(&Hosts::AnyAddress, &["192.168.0.2:3000"], None));
        assert!(!is_allowed(&Hosts::AnyAddress, &["evil.example"], None));
    }

    #[test]
    fn a_target_is_normalized_to_a_path() {
        for (method, target, path) in [
            ("GET", "/inbox?page=2", "/inbox?page=2"),
            ("GET", "http://evil.example/inbox?page=2", "/inbox?page=2"),
            ("CONNECT", "greenroom.example:443", "/"),
            ("OPTIONS", "*", "/"),
            ("GET", &format!("/{}", "a".repeat(3_000)), "/"),
            ("GET", &format!("/?{}", "a".repeat(17_000)), "/"),
        ] {
            let mut request = http::Request::builder().method(method).uri(target).body(()).expect("a request");
            normalize_target(&mut request);
            assert_eq!(request.uri().to_string(), path, "{method}");
        }
    }
}
