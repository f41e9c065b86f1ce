//! Views keyed by the thing that they show: no state of one thing remains when the next is shown.

use crate::{platform::IN_BROWSER, reactive::memo};
use leptos::{either::Either, prelude::*, tachys::reactive_graph::OwnedView};
use leptos_router::hooks::{use_params_map, use_query_map};

/// Renders the page of the thing that a path parameter names. Pages read path parameters only through it.
pub fn page_of_param(name: &'static str, draw: impl Fn(String) -> AnyView + Send + Sync + 'static) -> AnyView {
    let params = use_params_map();
    keyed_view(memo(move || params.with(|params| params.get(name)).unwrap_or_default()), draw)
}

/// Renders the page of the thing that a query parameter names.
pub fn page_of_query(name: &'static str, draw: impl Fn(Option<String>) -> AnyView + Send + Sync + 'static) -> AnyView {
    let query = use_query_map();
    keyed_view(memo(move || query.with(|query| query.get(name))), draw)
}

/// Renders a view for a key. Another key unmounts the whole view with its elements, signals, effects and requests.
///
/// Leptos rebuilds a view of the same type in place, which keeps its elements, with field texts, open disclosures,
/// focus and scroll position. The two branches of an `Either` are never rebuilt into one another: the views alternate.
fn keyed_view<K>(key: Memo<K>, draw: impl Fn(K) -> AnyView + Send + Sync + 'static) -> AnyView
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    let parent = Owner::current().unwrap_or_default();
    let mount = move |key: K| {
        let owner = parent.child();
        let view = untrack(|| owner.with(|| draw(key)));
        OwnedView::new_with_owner(view, owner)
    };
    // Mounted at once: a resource that is created later, while the server renders, has another id in the browser.
    let first = mount(key.get_untracked());
    if !IN_BROWSER {
        return first.into_any();
    }
    let (mut first, mut left) = (Some(first), false);
    let branch = move || {
        let key = key.get();
        let view = first.take().unwrap_or_else(|| mount(key));
        left = !left;
        if left { Either::Left(view) } else { Either::Right(view) }
    };
    branch.into_any()
}
