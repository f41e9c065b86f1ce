//! Certificate authorities to trust in addition to the public ones.

use std::path::Path;

/// The line that begins a certificate.
const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Reads a PEM file; fails unless it holds a certificate.
pub(crate) fn read_ca_file(file: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |why: &dyn std::fmt::Display| format!("GREENROOM_CA_FILE: {} {why}", file.display());
    let pem = std::fs::read(file).map_err(|error| unreadable(&format!("can't be read: {error}")))?;
    let found = pem.windows(CERTIFICATE.len()).any(|part| part == CERTIFICATE);
    if found { Ok(pem) } else { Err(unreadable(&"has no certificate in it (PEM)")) }
}
