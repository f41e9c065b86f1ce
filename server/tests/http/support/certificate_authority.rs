//! A certificate authority for one test, which no other program trusts.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};

pub(crate) struct CertificateAuthority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM.
pub(crate) struct IssuedCertificate {
    pub(crate) certificate: String,
    pub(crate) key: KeyPair,
}

impl CertificateAuthority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "An authority of one test");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("an authority");
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Issues a certificate for a server with these names or addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> IssuedCertificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(names).expect("names");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        IssuedCertificate { certificate, key }
    }

    /// Writes the authority's own certificate to a file in this folder.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        let file = folder.join("authority.pem");
        std::fs::write(&file, self.certificate.pem()).expect("a file");
        file
    }
}
