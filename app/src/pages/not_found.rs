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
                <a class="button primary" href="/" rel="external">{strings::HOME}</a>
            </div>
        </main>
    }
}
