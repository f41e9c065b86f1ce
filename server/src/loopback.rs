//! Which hosts are this machine itself, so that no network lies between.

use std::net::IpAddr;

/// Whether a host is `localhost` or a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    parse_ip(host).map_or_else(|| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

/// Parses an IP address as it stands in a URL: IPv6 in brackets.
pub(crate) fn parse_ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
