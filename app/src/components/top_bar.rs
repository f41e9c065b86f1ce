use super::{Glyph, Icon, IsolatedText, PostForm};
use crate::{
    live::{Live, Outbox},
    strings,
};
use leptos::prelude::*;
use model::{NavState, Role};

/// The bar above the pages of signed-in persons.
#[component]
pub fn TopBar(nav_state: RwSignal<NavState>) -> impl IntoView {
    let (live, outbox) = (Live::current(), Outbox::current());
    live.track_unread(nav_state);
    let organizer = nav_state.with_untracked(|nav_state| nav_state.person.role == Role::Organizer);
    let name = move || nav_state.with(|nav_state| nav_state.person.name.clone());
    let count = move || nav_state.with(|nav_state| nav_state.unread);
    let on_sign_out = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // A read-only page belongs to another person, or is signing out already.
        if live.read_only.with_untracked(Option::is_some) {
            return;
        }
        let unsent = live.unsent.get_untracked();
        // Signing out deletes the unsent messages.
        if unsent > 0 && !window().confirm_with_message(&strings::unsent_warning(unsent)).unwrap_or(true) {
            return;
        }
        outbox.sign_out();
    };
    view! {
        <header class="bar">
            <a class="brand" href="/inbox">{strings::SITE}</a>
            <nav aria-label=strings::MENU>
                {organizer.then(|| view! {
                    <a class="nav-item" href="/talents"><Icon glyph=Glyph::Search/><span class="nav-label">{strings::FIND_TALENT}</span></a>
                })}
                <a class="nav-item" href="/notifications" aria-label=move || strings::notifications_label(count())>
                    <Icon glyph=Glyph::Bell/>
                    {move || (count() > 0).then(|| view! { <span class="badge">{count()}</span> })}
                </a>
            </nav>
            <a class="nav-item" href="/settings" aria-label=move || strings::settings_of(&name())>
                <Icon glyph=Glyph::Person/><span class="nav-label nav-name"><IsolatedText text=Signal::derive(name)/></span>
            </a>
            <PostForm path="/fn/sign-out" on:submit=on_sign_out>
                <button class="nav-item" type="submit"><Icon glyph=Glyph::Door/><span class="nav-label">{strings::SIGN_OUT}</span></button>
            </PostForm>
        </header>
    }
}

/// The bar above public pages. Its link loads a document, so that the server redirects signed-in persons.
#[component]
pub fn SiteBar() -> impl IntoView {
    view! {
        <header class="bar">
            <a class="brand" href="/" rel="external">{strings::SITE}</a>
        </header>
    }
}
