//! Tests of `/api/auth`.

mod client_address;
mod lockout;
mod registration;
mod session;
mod sign_in;
mod sign_in_burst;
mod sign_out;
