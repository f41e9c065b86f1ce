//! Pages that the browser loads when it comes to them, so that a conversation is there sooner: those before the door,
//! and those beside the messages. Each of both is a file of its own, split off the rest by the build.

use super::{
    BookingPage, Forgot, Home, NewBooking, NotificationsPage, Register, Reset, SettingsPage, SignIn, Talents,
    Unsubscribe, Verify,
};
use crate::{
    components::LoadError,
    live::{IN_BROWSER, Live},
    request_error::{RequestError, RequestResult},
    server_fns,
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::{ChooseView, location::Url};

// As the build calls them.
const PUBLIC_CHUNK: &str = "public_pages";
const ACCOUNT_CHUNK: &str = "account_pages";

/// A page for whoever is not signed in, too.
#[derive(Clone, Copy, Debug)]
pub enum PublicPage {
    /// What this is.
    Home,
    /// Signing in.
    SignIn,
    /// Joining.
    Register,
    /// Proving an address.
    Verify,
    /// Asking for a new password.
    Forgot,
    /// Setting a new password.
    Reset,
    /// Getting no more mail.
    Unsubscribe,
}

/// A page beside the messages.
#[derive(Clone, Copy, Debug)]
pub enum AccountPage {
    /// What happened.
    Notifications,
    /// What can be set.
    Settings,
    /// Who can be booked.
    Talents,
    /// Asking somebody.
    NewBooking,
    /// One booking.
    Booking,
}

/// A page's part of the program can't be loaded.
#[derive(Debug)]
pub struct ChunkLoadError;

impl From<SplitLoaderError> for ChunkLoadError {
    fn from(_: SplitLoaderError) -> Self {
        ChunkLoadError
    }
}

#[wasm_split(public_pages, wasm_split_path = leptos::wasm_split, preload(load_public_pages), fallible)]
fn show_public_page(page: PublicPage) -> Result<AnyView, ChunkLoadError> {
    Ok(match page {
        PublicPage::Home => view! { <Home/> }.into_any(),
        PublicPage::SignIn => view! { <SignIn/> }.into_any(),
        PublicPage::Register => view! { <Register/> }.into_any(),
        PublicPage::Verify => view! { <Verify/> }.into_any(),
        PublicPage::Forgot => view! { <Forgot/> }.into_any(),
        PublicPage::Reset => view! { <Reset/> }.into_any(),
        PublicPage::Unsubscribe => view! { <Unsubscribe/> }.into_any(),
    })
}

#[wasm_split(account_pages, wasm_split_path = leptos::wasm_split, preload(load_account_pages), fallible)]
fn show_account_page(page: AccountPage) -> Result<AnyView, ChunkLoadError> {
    Ok(match page {
        AccountPage::Notifications => view! { <NotificationsPage/> }.into_any(),
        AccountPage::Settings => view! { <SettingsPage/> }.into_any(),
        AccountPage::Talents => view! { <Talents/> }.into_any(),
        AccountPage::NewBooking => view! { <NewBooking/> }.into_any(),
        AccountPage::Booking => view! { <BookingPage/> }.into_any(),
    })
}

impl ChooseView for PublicPage {
    async fn choose(self) -> AnyView {
        show_public_page(self).await.unwrap_or_else(|ChunkLoadError| load_error_view())
    }

    async fn preload(&self) {
        if load_public_pages().await.is_err() {
            full_page_navigation().await;
        }
    }
}

impl ChooseView for AccountPage {
    async fn choose(self) -> AnyView {
        show_account_page(self).await.unwrap_or_else(|ChunkLoadError| load_error_view())
    }

    async fn preload(&self) {
        if load_account_pages().await.is_err() {
            full_page_navigation().await;
        }
    }
}

/// The part that the page at `path` is in. That of the messages comes first and has no name.
pub fn chunk_of(path: &str) -> &'static str {
    match path {
        "/inbox" => "",
        path if path.starts_with("/conversations/") => "",
        path if super::PUBLIC_PATHS.contains(&path) => PUBLIC_CHUNK,
        _ => ACCOUNT_CHUNK,
    }
}

/// Loads what the page at `path` needs to come alive.
///
/// # Errors
/// It isn't there: the page stays as the server sent it.
pub async fn load_chunk(path: &str) -> Result<(), ChunkLoadError> {
    match chunk_of(path) {
        PUBLIC_CHUNK => Ok(load_public_pages().await?),
        ACCOUNT_CHUNK => Ok(load_account_pages().await?),
        _ => Ok(()),
    }
}

/// A site that has been renewed no longer has the files of before: the browser asks for the whole page instead, and is
/// renewed with it. Where the site isn't reached at all, what is open stays open.
async fn full_page_navigation() {
    let wanted = use_context::<ArcRwSignal<Url>>().map(|url| url.get_untracked());
    let answer: RequestResult<_> = server_fns::load_nav_state().await;
    let reached = !matches!(answer, Err(RequestError::Network | RequestError::TimedOut));
    if let Some(url) = wanted.filter(|_| IN_BROWSER && reached) {
        let query = if url.search().is_empty() { String::new() } else { format!("?{}", url.search()) };
        // An address of this site is always one to go to.
        let _ = window().location().set_href(&format!("{}{query}", url.path()));
        // Until the document is there, nothing else happens here.
        std::future::pending::<()>().await;
    }
}

/// Tried again as a whole page, because a view that never came has nothing else to try again.
fn load_error_view() -> AnyView {
    let live = Live::current();
    Effect::new(move |before: Option<()>| {
        live.reload_generation.track();
        if before.is_some() {
            // A page can always be loaded again.
            let _ = window().location().reload();
        }
    });
    view! { <main class="page" id="content"><LoadError failure=RequestError::Network/></main> }.into_any()
}
