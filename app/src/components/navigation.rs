use super::{Glyph, Icon, PostForm, UnreadBadge};
use crate::{
    live::{Live, Outbox},
    paths::{NEW_BOOKING, OWN_PROFILE, is_conversation},
    strings,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{NavState, Role};

/// The frame of the pages of signed-in persons: a bar with the bell, and the main navigation. The stylesheet places
/// the navigation at the bottom of narrow screens, and both in a rail beside the page on others.
#[component]
pub fn Navigation(nav_state: RwSignal<NavState>) -> impl IntoView {
    Live::current().track_unread(nav_state);
    let role = nav_state.with_untracked(|nav_state| nav_state.person.role);
    let count = move || nav_state.with(|nav_state| nav_state.unread);
    let unread = Signal::derive(move || nav_state.with(NavState::unread_messages));
    let you = move || nav_state.with(|nav_state| strings::settings_of(&nav_state.person.name));
    view! {
        <header class="bar signed-in">
            <a class="brand" href="/inbox"><span class="brand-name">{strings::SITE}</span></a>
            <a class="bell" href="/notifications" aria-label=move || strings::notifications_label(count()) aria-current=is_current("/notifications")>
                <Icon glyph=Glyph::Bell/>
                {move || (count() > 0).then(|| view! { <span class="badge" aria-hidden="true" translate="no">{strings::up_to_99(count())}</span> })}
                <span class="bell-word" aria-hidden="true">{strings::NOTIFICATIONS}</span>
            </a>
            <SignOut class="wide-sign-out"/>
        </header>
        <nav class="nav" aria-label=strings::MENU>
            <a href="/inbox" aria-current=is_current("/inbox")>
                <Icon glyph=Glyph::Inbox/>{strings::INBOX}
                <UnreadBadge count=unread/>
            </a>
            {(role == Role::Organizer).then(|| view! { <NavItem href="/talents" glyph=Glyph::Search label=strings::FIND_TALENT/> })}
            <NavItem href="/bookings" glyph=Glyph::Calendar label=strings::BOOKINGS/>
            {(role == Role::Talent).then(|| view! { <NavItem href=OWN_PROFILE glyph=Glyph::Profile label=strings::PROFILE/> })}
            <a href="/settings" aria-label=you aria-current=is_current("/settings")>
                <Icon glyph=Glyph::Person/>{strings::YOU}
            </a>
        </nav>
    }
}

#[component]
fn NavItem(href: &'static str, glyph: Glyph, label: &'static str) -> impl IntoView {
    view! { <a href=href aria-current=is_current(href)><Icon glyph/>{label}</a> }
}

/// Returns the `aria-current` of the link to `href`: threads belong to the inbox, and a booking to the bookings.
fn is_current(href: &'static str) -> impl Fn() -> Option<&'static str> + Copy {
    let path = use_location().pathname;
    let is_within = move |path: &str| match href {
        "/inbox" => path == href || is_conversation(path),
        "/talents" => path == href || path == NEW_BOOKING,
        "/bookings" => path != NEW_BOOKING && path.starts_with(href),
        _ => path == href,
    };
    move || path.with(|path| is_within(path)).then_some("page")
}

/// The button to sign out. Warns of unsent messages, which signing out deletes.
#[component]
pub fn SignOut(class: &'static str) -> impl IntoView {
    let (live, outbox) = (Live::current(), Outbox::current());
    let on_sign_out = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // A read-only page belongs to another person, or is signing out already.
        if live.read_only.with_untracked(Option::is_some) {
            return;
        }
        let unsent = live.unsent.get_untracked();
        if unsent > 0 && !window().confirm_with_message(&strings::unsent_warning(unsent)).unwrap_or(true) {
            return;
        }
        outbox.sign_out();
    };
    view! {
        <PostForm path="/fn/sign-out" class=class on:submit=on_sign_out>
            <button class="button" type="submit"><Icon glyph=Glyph::Door/><span class="sign-out-word">{strings::SIGN_OUT}</span></button>
        </PostForm>
    }
}

/// The bar above public pages. Its link loads a document, so that the server redirects signed-in persons.
#[component]
pub fn SiteBar(
    /// Whether it has a link to the sign-in page.
    #[prop(optional)]
    sign_in: bool,
) -> impl IntoView {
    view! {
        <header class="bar">
            <a class="brand" href="/" rel="external">{strings::SITE}</a>
            {sign_in.then(|| view! { <a class="quiet-link" href="/signin">{strings::SIGN_IN}</a> })}
        </header>
    }
}
