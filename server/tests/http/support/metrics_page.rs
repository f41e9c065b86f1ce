//! The metrics endpoint of a process.

use super::{TestResponse, process::Process, soon};

/// Enables metrics on a free port, which the log names.
pub(crate) const METRICS_ON: (&str, &str) = ("METRICS_ADDR", "127.0.0.1:0");

/// All metrics at the time of one request.
pub(crate) struct MetricsPage(String);

impl MetricsPage {
    pub(crate) async fn fetch(process: &Process) -> Self {
        let log = process.wait_for_log("metrics are at ").await;
        let (_, url) = log.split_once("metrics are at ").expect("the log names the URL");
        let url = url.split_whitespace().next().unwrap_or_default();
        let answer = TestResponse::to(reqwest::Client::new().get(url)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; version=0.0.4"));
        Self(answer.text())
    }

    /// Polls until the metrics fulfil a condition, and returns them.
    pub(crate) async fn wait_until(process: &Process, what: &str, is_so: impl Fn(&Self) -> bool) -> Self {
        let asking = async {
            loop {
                let numbers = Self::fetch(process).await;
                if is_so(&numbers) {
                    return numbers;
                }
            }
        };
        soon(what, asking).await
    }

    /// Returns the value of a name with labels; `None` if it was never recorded.
    pub(crate) fn maybe(&self, name: &str) -> Option<f64> {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map(|number| number.parse().expect("a number"))
    }

    pub(crate) fn get(&self, name: &str) -> f64 {
        self.maybe(name).unwrap_or_else(|| panic!("{name} in {}", self.0))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}
