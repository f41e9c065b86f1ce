use axum::body::{Body, to_bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// Timeout of one export. Spans that the collector doesn't accept in time are dropped, not retried.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);
/// Limits how much of the collector's response is read into memory.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The exporter's HTTP client. The exporter calls it from its own thread, so it keeps a handle to the runtime.
#[derive(Debug)]
pub(super) struct Client {
    http: legacy::Client<HttpsConnector<HttpConnector>, Body>,
    runtime: Handle,
    /// Whether the last export failed: a failure is logged once, not every five seconds.
    failing: AtomicBool,
}

impl Client {
    pub(super) fn new() -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let http = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { http, runtime: Handle::try_current().map_err(io::Error::other)?, failing: AtomicBool::new(false) })
    }

    async fn export(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (http, request) = (self.http.clone(), request.map(Body::from));
        let answered = self.runtime.spawn(async move {
            timeout(EXPORT_TIMEOUT, async {
                let (head, body) = http.request(request).await?.into_parts();
                Ok::<_, HttpError>(Response::from_parts(head, to_bytes(Body::new(body), MAX_RESPONSE_BYTES).await?))
            })
            .await
        });
        answered.await??
    }

    fn log_outcome(&self, failure: Option<String>) {
        let failed_before = self.failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(why) if !failed_before => tracing::warn!(target: "traces", why, "span export failed"),
            None if failed_before => tracing::info!(target: "traces", "span export works again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.export(request).await;
        self.log_outcome(match &response {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the collector answered {}", response.status())),
            Err(error) => Some(error.to_string()),
        });
        response
    }
}
