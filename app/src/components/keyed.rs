//! Views that belong to one thing: nothing of one thing's view is left when the next thing is shown.

use crate::{live::IN_BROWSER, reactive::memo};
use leptos::{either::Either, prelude::*, tachys::reactive_graph::OwnedView};
use leptos_router::hooks::{use_params_map, use_query_map};

/// Draws the page of the thing that a parameter of the path names. The only way for a page to read one.
pub fn page_of_param(name: &'static str, draw: impl Fn(String) -> AnyView + Send + Sync + 'static) -> AnyView {
    let params = use_params_map();
    keyed_view(memo(move || params.with(|params| params.get(name)).unwrap_or_default()), draw)
}

/// Draws the page of the thing that a parameter of the query names.
pub fn page_of_query(name: &'static str, draw: impl Fn(Option<String>) -> AnyView + Send + Sync + 'static) -> AnyView {
    let query = use_query_map();
    keyed_view(memo(move || query.with(|query| query.get(name))), draw)
}

/// Draws a view for a key. Another key unmounts all of it (elements, signals, effects, requests) and mounts a new one.
///
/// Rebuilding a view of the same type keeps its elements, with the text of their fields, what is open, focus and
/// scroll position. Two branches that take turns are never rebuilt into one another.
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
    // Made at once: a resource that is created later, while the server renders, has another number in the browser.
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
