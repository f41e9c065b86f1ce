//! The link to the next page of a list, which a hydrated page appends.

use super::focus_on;
use crate::{browser::find_all, reactive::memo, strings};
use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin};

/// The next page of a list.
#[derive(Clone, PartialEq)]
pub struct NextPage {
    /// By which the server knows it.
    pub token: String,
    /// The address at which it stands by itself, without JavaScript.
    pub href: String,
}

/// Loads the page of a token, and adds it to the list. Returns whether it could.
pub type LoadPage = Box<dyn Fn(String) -> Pin<Box<dyn Future<Output = bool>>> + Send + Sync>;

/// The link below a list with further pages: says that one is loading, and that it couldn't be loaded. With the last
/// page the link disappears, so its focus moves to the first row of that page.
#[component]
pub fn LoadMore(
    #[prop(into)] next: Signal<Option<NextPage>>,
    label: &'static str,
    /// Selects the list.
    list: &'static str,
    load: LoadPage,
) -> impl IntoView {
    let load = StoredValue::new(load);
    let (pending, failed) = (RwSignal::new(false), RwSignal::new(false));
    let has_next = memo(move || next.with(Option::is_some));
    let on_click = move |event: MouseEvent| {
        event.prevent_default();
        let Some(page) = next.get_untracked().filter(|_| !pending.get_untracked()) else { return };
        pending.set(true);
        failed.set(false);
        let shown = find_all(&document(), &format!("{list} > li")).len();
        let loaded = load.with_value(|load| load(page.token));
        spawn_local(async move {
            let is_loaded = loaded.await;
            failed.try_set(!is_loaded);
            pending.try_set(false);
            // The link is removed in the next render, and then nothing has the focus.
            if next.try_get_untracked() == Some(None) && !find_all(&document(), ".load-more :focus").is_empty() {
                focus_on(format!("{list} > li:nth-child({}) a, {list} > li:last-child a", shown + 1));
            }
        });
    };
    let status = move || match (pending.get(), failed.get()) {
        (true, _) => strings::LOADING,
        (false, true) => strings::NOT_LOADED,
        (false, false) => "",
    };
    move || {
        has_next.get().then(|| {
            let href = move || next.with(|next| next.as_ref().map(|next| next.href.clone()));
            view! {
                <p class="load-more" class:loading=pending>
                    <a href=href on:click=on_click>{label}</a>
                    <span role="status">{status}</span>
                </p>
            }
        })
    }
}
