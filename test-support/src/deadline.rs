//! Waiting with a limit, so that a test that hangs fails and says where.

use std::time::Duration;

/// The limit for what should be immediate. Long, because test machines are busy.
pub const SOON: Duration = Duration::from_secs(30);

/// Returns the future's output. `what` names it in the panic.
///
/// # Panics
/// Panics after [`SOON`].
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    within(SOON, what, future).await
}

/// Returns the future's output. `what` names it in the panic.
///
/// # Panics
/// Panics after `limit`.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what} took longer than {limit:?}"),
    }
}
