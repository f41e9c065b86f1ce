use crate::{
    live::{Live, Outbox},
    pages::{Desk, Door, InboxPage, Messages, NotFound, SignedIn, ThreadPage},
    parts::local::Local,
    words,
};
use leptos::{config::LeptosOptions, prefetch_lazy_fn_on_server, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// The document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#FAFAF7"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0F1312"/>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The whole app: what is there on every page, and which page stands where.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let local = Local::provide();
    let live = Live::provide(local);
    Outbox::provide(live);
    // No part of that name: only the script that loads parts, which the program's own script wants at once.
    prefetch_lazy_fn_on_server("");
    Effect::new(move || {
        local.start();
        if let Some(root) = document().document_element() {
            // Tells whoever drives the page that it answers now.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });

    view! {
        <Title formatter=|page: String| {
            if page.is_empty() { words::SITE.to_owned() } else { format!("{page} · {}", words::SITE) }
        }/>
        <Meta name="description" content=words::PITCH/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Door::Home ssr=SsrMode::Async/>
                <Route path=path!("/signin") view=Door::SignIn ssr=SsrMode::Async/>
                <Route path=path!("/register") view=Door::Register ssr=SsrMode::Async/>
                <Route path=path!("/verify") view=Door::Verify ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=Door::Forgot ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=Door::Reset ssr=SsrMode::Async/>
                <Route path=path!("/unsubscribe") view=Door::Unsubscribe ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=SsrMode::Async>
                    <ParentRoute path=path!("") view=Messages ssr=SsrMode::Async>
                        <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                        <Route path=path!("/conversations/:id") view=ThreadPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("/notifications") view=Desk::Notifications ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view=Desk::Settings ssr=SsrMode::Async/>
                    <Route path=path!("/talents") view=Desk::Talents ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/new") view=Desk::NewBooking ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/:id") view=Desk::Booking ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
