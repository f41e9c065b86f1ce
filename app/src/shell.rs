mod program;

use crate::{
    components::{NavigationFocus, handle_overlays, locale::Locale},
    live,
    owner::PageOwner,
    page_time_zone::PageTimeZone,
    pages::{
        AccountPage, BookingsPage, InboxLayout, InboxPage, LazySettings, NotFound, PublicPage, SiteLayout, ThreadPage,
    },
    paths::is_profile,
    platform::IN_BROWSER,
    reactive::effect,
    strings,
};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    location::RequestUrl,
    path,
};
use program::{PreloadLinks, Program, StartScript};
use web_sys::Element;

/// Renders the HTML document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let owner = PageOwner::current().map(|me| me.to_string());
    let PageTimeZone { name: zone, offsets, rendered_at } = PageTimeZone::current();
    let (zone, offsets, rendered_at) = (zone.map(|zone| zone.to_string()), offsets.to_string(), rendered_at.millis());
    let program = Program::of_request(&options);
    let has_none = program.is_none().then_some("none");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-person=owner data-time-zone=zone data-utc-offsets=offsets data-rendered-at=rendered_at data-program=has_none>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#F6F3EC"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0F1312"/>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <HashedStylesheet options=options.clone() id="style"/>
                {program.clone().map(|program| view! { <Guard/> <PreloadLinks program/> })}
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                {program.map(|program| view! { <StartScript program/> })}
            </body>
        </html>
    }
}

/// Renders the guard script, which is independent of the WASM program. When the program has died, the guard shows a
/// notice, lets forms and links work without JavaScript, and keeps typed text for the next page of this tab. It also
/// navigates by full page load where the browser refuses `pushState`, as Safari does from the hundredth call in
/// 30 seconds on: the router assumes that `pushState` succeeds.
#[component]
fn Guard() -> impl IntoView {
    view! {
        <script nonce=use_nonce() data-text=strings::PROGRAM_DIED data-reload=strings::RELOAD>{include_str!("shell/guard.js")}</script>
    }
}

/// Describes the site to search engines. Profiles have descriptions of their own.
#[component]
fn SiteDescription() -> impl IntoView {
    let path = if IN_BROWSER {
        window().location().pathname().ok()
    } else {
        use_context::<RequestUrl>().and_then(|url| Some(url.parse().ok()?.path().to_owned()))
    };
    let described = path.is_some_and(|path: String| is_profile(&path));
    (!described).then(|| view! { <Meta name="description" content=strings::PITCH/> })
}

/// The whole app: the contexts that all pages share, and the routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let locale = Locale::provide();
    live::provide(locale);
    NavigationFocus::provide();
    effect(move || {
        handle_overlays();
        locale.mark_hydrated();
        let is_broken = |root: &Element| root.get_attribute("data-dead").as_deref() == Some("broken");
        if let Some(root) = document().document_element().filter(|root| !is_broken(root)) {
            // Signals to tests and to the guard that the page is interactive.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });

    view! {
        <SiteDescription/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=PublicPage::Home ssr=SsrMode::Async/>
                <Route path=path!("/signin") view=PublicPage::SignIn ssr=SsrMode::Async/>
                <Route path=path!("/register") view=PublicPage::Register ssr=SsrMode::Async/>
                <Route path=path!("/verify") view=PublicPage::Verify ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=PublicPage::Forgot ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=PublicPage::Reset ssr=SsrMode::Async/>
                <Route path=path!("/unsubscribe") view=PublicPage::Unsubscribe ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=SiteLayout ssr=SsrMode::Async>
                    <ParentRoute path=path!("") view=InboxLayout ssr=SsrMode::Async>
                        <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                        <Route path=path!("/conversations/:id") view=ThreadPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("/notifications") view=AccountPage::Notifications ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view=LazySettings ssr=SsrMode::Async/>
                    <Route path=path!("/talents") view=AccountPage::Talents ssr=SsrMode::Async/>
                    <Route path=path!("/bookings") view=BookingsPage::Agenda ssr=SsrMode::Async/>
                    <Route path=path!("/t/:slug") view=AccountPage::Profile ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/new") view=BookingsPage::New ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/:id") view=BookingsPage::Booking ssr=SsrMode::Async/>
                    <Route path=path!("/conversations/:id/print") view=BookingsPage::Transcript ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
