use crate::{
    components::locale::Locale,
    live,
    owner::PageOwner,
    pages::{AccountPage, InboxLayout, InboxPage, NotFound, PublicPage, SiteLayout, ThreadPage, lazy_pages},
    paths::is_profile,
    platform::IN_BROWSER,
    reactive::effect,
    strings,
};
use leptos::{WasmSplitManifest, config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    location::RequestUrl,
    path,
};
use web_sys::Element;

/// Renders the HTML document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let owner = PageOwner::current().map(|me| me.to_string());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-person=owner>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#FAFAF7"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0F1312"/>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <Guard/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <PreloadLinks/>
                <MetaTags/>
            </head>
            <body>
                <App/>
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

/// Renders preload links for the chunk loader and the page's chunk, so that the browser fetches them at once.
/// `HydrationScripts` must come first: it reads the file names. Renders nothing if the build has no chunks.
#[component]
fn PreloadLinks() -> impl IntoView {
    let built = use_context::<WasmSplitManifest>()?;
    let chunk = use_context::<RequestUrl>().and_then(|url| Some(lazy_pages::chunk_of(url.parse().ok()?.path())))?;
    let nonce = use_nonce();
    let view = built.0.with_value(|(folder, chunks, script)| {
        let chunk = chunks.get(chunk).into_iter().flatten().map(|file| {
            let href = format!("{folder}/{file}.wasm");
            view! { <link rel="preload" href=href r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/> }
        });
        view! {
            <link rel="modulepreload" href=format!("{folder}/{script}") nonce=nonce crossorigin="anonymous"/>
            {chunk.collect_view()}
        }
    });
    Some(view)
}

/// Describes the site to search engines. Profiles have descriptions of their own.
#[component]
fn SiteDescription() -> impl IntoView {
    let path = if IN_BROWSER {
        window().location().pathname().ok()
    } else {
        use_context::<RequestUrl>().and_then(|url| Some(url.parse().ok()?.path().to_owned()))
    };
    let described = path.is_some_and(|path| is_profile(&path));
    (!described).then(|| view! { <Meta name="description" content=strings::PITCH/> })
}

/// The whole app: the contexts that all pages share, and the routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let locale = Locale::provide();
    live::provide(locale);
    effect(move || {
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
                    <Route path=path!("/settings") view=AccountPage::Settings ssr=SsrMode::Async/>
                    <Route path=path!("/talents") view=AccountPage::Talents ssr=SsrMode::Async/>
                    <Route path=path!("/t/:slug") view=AccountPage::Profile ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/new") view=AccountPage::NewBooking ssr=SsrMode::Async/>
                    <Route path=path!("/bookings/:id") view=AccountPage::Booking ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
