use crate::{
    components::{ConnectionBar, Navigation, SiteBar},
    json::Json,
    live::{Live, Outbox},
    page_resource::page_resource,
    reactive::effect,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use leptos_router::components::Outlet;

/// The layout of all signed-in pages.
#[component]
pub fn SignedInLayout() -> impl IntoView {
    let live = Live::current();
    let outbox = Outbox::current();
    let nav_state = page_resource(move || live.needs_reload.get(), |_| server_fns::load_nav_state());
    // Loaded once: if it is missing, the outbox requests it by itself.
    let key: Resource<_, Json> = Resource::new_with_options(|| (), |()| server_fns::load_browser_key(), false);
    let unlock = move || {
        Suspend::new(async move {
            match key.await {
                Ok(key) => effect(move || outbox.unlock_storage(&key)),
                Err(_) => effect(move || outbox.request_key()),
            }
        })
    };
    view! {
        <a class="skip-link" href="#content" rel="external">{strings::SKIP}</a>
        <Transition fallback=SiteBar>
            {move || Suspend::new(async move {
                match nav_state.await {
                    Ok(for_person) => Either::Left(view! { <Navigation nav_state=live.subscribe(for_person)/> }),
                    Err(_) => Either::Right(view! { <SiteBar/> }),
                }
            })}
        </Transition>
        <Suspense>{unlock}</Suspense>
        <ConnectionBar/>
        <Outlet/>
    }
}
