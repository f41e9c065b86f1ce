use std::net::IpAddr;

/// The key of the limits on sign-ins to one account, all of them and failed ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AttemptKey {
    /// Requests for this account from this network.
    Network(String, IpAddr),
    /// A device that signed in to the account before, by the hash of its cookie.
    Device(Vec<u8>),
}
