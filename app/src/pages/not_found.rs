use crate::{
    components::{PageTitle, SiteBar},
    strings,
};
use leptos::prelude::*;

/// The page for an unknown path. The server responds with 404.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageTitle text=strings::NOT_FOUND/>
        <SiteBar/>
        <main class="page">
            <div class="empty-state">
                <h1>{strings::NOT_FOUND}</h1>
                <p class="muted">{strings::NOT_FOUND_LEAD}</p>
                <a class="button primary" href="/">{strings::HOME}</a>
            </div>
        </main>
    }
}

/// Returns the page for a failed render. Built without components, which could fail too. The nonce permits its style.
pub fn error_page(nonce: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · {site}</title>\
         <style nonce=\"{nonce}\">body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}</style></head>\
         <body><main><h1>{title}</h1><p>{lead}</p><p><a href=\"/\">{home}</a></p></main></body></html>",
        title = strings::BROKEN,
        site = strings::SITE,
        lead = strings::BROKEN_LEAD,
        home = strings::HOME,
    )
}
