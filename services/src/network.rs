//! Networks of client addresses.

use ipnet::IpNet;
use std::net::IpAddr;

/// Returns the unit that limits count by: the IPv4 address, or the IPv6 /64, since each client has 2^64 addresses.
pub fn network_of(address: IpAddr) -> IpAddr {
    truncate_address(address, 32, 64).addr()
}

/// Returns the network of an address: its first `ipv4_bits` or `ipv6_bits` bits, and zeros after them.
pub(crate) fn truncate_address(address: IpAddr, ipv4_bits: u8, ipv6_bits: u8) -> IpNet {
    IpNet::new_assert(address, if address.is_ipv4() { ipv4_bits } else { ipv6_bits }).trunc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_by_ipv4_address_or_ipv6_network() {
        let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(network_of(parse("203.0.113.9")), parse("203.0.113.9"));
        assert_eq!(network_of(parse("2001:db8:1:2:3::3")), parse("2001:db8:1:2::"));
    }
}
