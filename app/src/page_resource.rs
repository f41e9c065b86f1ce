//! The data of a page.

use crate::{json, live::Live, request_error::RequestResult};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// Creates the resource of a page: embedded in the document, and loaded when the page opens in the browser, whenever
/// `source` changes, and when every view reloads, as by the button of [`LoadError`](crate::components::LoadError).
pub fn page_resource<T, S, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    ask: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<RequestResult<T>, json::Json>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    Fut: Future<Output = RequestResult<T>> + Send + 'static,
{
    let live = Live::current();
    Resource::new_with_options(move || (live.reload_generation.get(), source()), move |(_, asked)| ask(asked), false)
}
