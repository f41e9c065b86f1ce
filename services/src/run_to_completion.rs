use crate::{Error, Result};
use tracing::Instrument;

/// Runs a use case to its end even if the caller is cancelled: the server drops a handler when its client disconnects,
/// and committed events must still be published.
pub(crate) async fn run_to_completion<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(join_error) => match join_error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::internal(cancelled)),
        },
    }
}
