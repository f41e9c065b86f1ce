//! `/api/auth`

mod addresses;
mod failures;
mod joining;
mod session;
mod sign_in;
mod sign_out;
mod storm;
