//! `/api/auth`

mod addresses;
mod failures;
mod session;
mod sign_in;
mod sign_out;
