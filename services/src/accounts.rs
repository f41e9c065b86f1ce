//! Accounts: registration, sessions and tokens, settings, deletion.
//!
//! # Layout
//! - `viewer`: the [`Viewer`], which every use case takes
//! - `credentials`: an address and a password as typed
//! - `state`: what these use cases share
//! - `registration`, `email_confirmation`, `password_reset`, `one_time_token`: new accounts, new passwords, mailed
//!   links
//! - `sign_in`, `known_device`, `sessions`, `devices`, `access_tokens`: creating, listing and ending sessions and
//!   tokens
//! - `write_for`: transactions that write for a viewer
//! - `settings`, `device_time_zone`, `export`, `account_deletion`: use cases on the viewer's own account
//! - `security_log`: the log of all these for the site's operator
//! - `password`, `password_strength`, `secret`: hashing of passwords and secrets, refusal of guessable passwords
//! - `hash_queue`, `lockout`, `device_cookies`, `attack_warning`: limits on password guessing

mod access_tokens;
mod account_deletion;
mod attack_warning;
mod attempt_key;
mod browser_key;
mod credentials;
pub(crate) mod device_cookies;
mod device_time_zone;
mod devices;
mod email_confirmation;
mod export;
mod hash_queue;
mod known_device;
mod lockout;
pub(crate) mod one_time_token;
mod password;
mod password_reset;
mod password_strength;
mod person;
mod registration;
mod secret;
mod security_log;
mod session_lookup;
mod sessions;
mod settings;
mod sign_in;
mod state;
mod viewer;
mod write_for;

pub use access_tokens::NewToken;
pub(crate) use attempt_key::AttemptKey;
pub use credentials::{Credentials, Password};
pub use email_confirmation::{Confirmation, ConfirmedAddress, LinkOpener};
pub use export::Export;
pub(crate) use hash_queue::Requester;
pub(crate) use known_device::DEVICE_TTL;
pub(crate) use password::PASSWORD_HASH_KIB;
pub use password_reset::ResetLink;
pub(crate) use person::{NewPerson, person_of};
pub(crate) use registration::delete_unconfirmed;
pub(crate) use secret::token_hash;
pub use sign_in::{Origin, SignInResult};
pub(crate) use state::AccountState;
pub use viewer::Viewer;
pub(crate) use write_for::LiveSessions;
