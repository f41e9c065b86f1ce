//! Authentication: resolves each request's credential and client address once, before its handler runs.

use crate::{middleware::access_log::RouteKind, problem::Problem, request_target::path_and_query, state::AppState};
use app::{paths::sign_in_path_to, request_error::RequestError, ssr::RequestContext};
use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, Method, Uri, header, request::Parts};
use ipnet::IpNet;
use model::{ApiError, Role};
use services::{Error, Greenroom, Viewer};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

/// A read that took at least this long checks the session again before its response is sent, because the session may
/// have ended since. Writes check the session inside their transaction.
const RECHECK_AFTER: Duration = Duration::from_millis(500);

/// Adds the [`RequestContext`] to the request. Skips the session lookup for static files, which are public.
pub(crate) async fn authenticate(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let kind = RouteKind::from_path(request.uri().path());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let address = client_address(peer, headers, &state.trusted_proxies);
    let viewer = match read_credential(headers, &state).filter(|_| kind != RouteKind::File) {
        None => None,
        Some(credential) => match credential.resolve(&state.greenroom, kind).await {
            Ok(viewer) => Some(viewer.with_address(address)),
            Err(Error::Api(_)) => None,
            Err(broken) => return Problem::from(broken.into_api_error()).into_response(),
        },
    };
    let cookie = state.cookie.read_token(headers).map(str::to_owned);
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let reads = match kind {
        RouteKind::Api | RouteKind::Page => matches!(*request.method(), Method::GET | Method::HEAD),
        // A server function's method doesn't say whether it only reads.
        RouteKind::Function => true,
        RouteKind::File | RouteKind::Health | RouteKind::Stream => false,
    };
    let reader = viewer.clone().filter(|_| reads).map(|reader| (reader, request.uri().clone()));
    request.extensions_mut().insert(RequestContext { address, cookie, user_agent, viewer });
    let began = Instant::now();
    let response = next.run(request).await;
    // A response that sets the cookie ended the session itself.
    let shows = response.status().is_success() && !response.headers().contains_key(header::SET_COOKIE);
    let Some((reader, uri)) = reader.filter(|_| shows && began.elapsed() >= RECHECK_AFTER) else { return response };
    match state.greenroom.check_signed_in(&reader).await {
        Ok(()) => response,
        Err(error) => error_response(error, kind, &uri),
    }
}

/// Replaces a finished response by an error, in the form that the route's client expects.
fn error_response(error: Error, kind: RouteKind, uri: &Uri) -> Response {
    match (kind, error) {
        (RouteKind::Page, Error::Api(_)) => Redirect::to(&sign_in_path_to(path_and_query(uri))).into_response(),
        (RouteKind::Function, error) => {
            let error = error.into_api_error();
            (app::ssr::error_status(&error), Json(RequestError::Refused(error))).into_response()
        }
        (_, error) => Problem::from(error).into_response(),
    }
}

/// The credential that a request carries.
enum Credential<'a> {
    Cookie(&'a str),
    AccessToken(&'a str),
}

/// Reads the credential. `Authorization` takes precedence over the cookie, because a program sets it on purpose.
fn read_credential<'a>(headers: &'a HeaderMap, state: &AppState) -> Option<Credential<'a>> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().unwrap_or_default().split_once(' ').unwrap_or_default();
        let token = if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" };
        return Some(Credential::AccessToken(token));
    }
    state.cookie.read_token(headers).map(Credential::Cookie)
}

impl Credential<'_> {
    async fn resolve(&self, greenroom: &Greenroom, kind: RouteKind) -> services::Result<Viewer> {
        match (self, kind) {
            (Credential::Cookie(secret), RouteKind::Stream) => greenroom.authenticate_stream(secret).await,
            (Credential::AccessToken(secret), RouteKind::Stream) => {
                greenroom.authenticate_stream_by_token(secret).await
            }
            (Credential::Cookie(secret), _) => greenroom.authenticate(secret).await,
            (Credential::AccessToken(secret), _) => greenroom.authenticate_token(secret).await,
        }
    }
}

/// Returns the client's address: the last hop in `X-Forwarded-For` that isn't a trusted proxy.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let values = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<Option<IpAddr>> = values.flat_map(|value| value.split(',')).map(parse_hop).collect();
    let mut nearest = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        // Hops before one that can't be parsed can't be trusted.
        let Some(hop) = hop.filter(|_| ours(&nearest)) else { break };
        nearest = hop.to_canonical();
    }
    nearest
}

/// Parses one hop. Some proxies append the port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// Extracts the signed-in viewer; 401 if there is none, and never a redirect. For the API and the event stream: the
/// redirects of pages are in `pages.rs`.
pub(crate) struct CurrentViewer(pub(crate) Viewer);

impl<S: Send + Sync> FromRequestParts<S> for CurrentViewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let context = parts.extensions.get::<RequestContext>();
        let viewer = context.and_then(|context| context.viewer.clone());
        viewer.map(Self).ok_or_else(|| ApiError::Unauthenticated.into())
    }
}

impl CurrentViewer {
    /// Returns the viewer if they have this role; `wrong_role` otherwise.
    pub(crate) fn require_role(self, role: Role) -> Result<Viewer, Problem> {
        if self.0.role() == role { Ok(self.0) } else { Err(ApiError::WrongRole.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_set_the_client_address() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2".parse().expect("a value"));
        let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
        let ours: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        assert_eq!(client_address(parse("10.0.0.1"), &headers, &ours), parse("198.51.100.7"));
        assert_eq!(client_address(parse("10.0.0.1"), &headers, &[]), parse("10.0.0.1"));
        assert_eq!(client_address(parse("192.0.2.1"), &headers, &ours), parse("192.0.2.1"));
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9:4711".parse().expect("a value"));
        assert_eq!(client_address(parse("10.0.0.1"), &headers, &ours), parse("203.0.113.9"));
        headers.append("x-forwarded-for", "6.6.6.6, unknown".parse().expect("a value"));
        assert_eq!(client_address(parse("10.0.0.1"), &headers, &ours), parse("10.0.0.1"));
        assert_eq!(client_address(parse("::ffff:10.0.0.1"), &HeaderMap::new(), &ours), parse("10.0.0.1"));
    }
}
