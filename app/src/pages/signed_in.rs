use crate::{
    components::{ConnectionBar, Navigation, SiteBar},
    json::Json,
    live::{Live, Outbox},
    page_resource::page_resource,
    reactive::effect,
    request_error::ForPerson,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use leptos_router::components::Outlet;
use model::NavState;

/// The layout of all signed-in pages.
#[component]
pub fn SignedInLayout() -> impl IntoView {
    let live = Live::current();
    let outbox = Outbox::current();
    let nav_state = page_resource(move || live.needs_reload.get(), |_| server_fns::load_nav_state());
    // The navigation as it was last shown, for when it can't be loaded again.
    let last: StoredValue<Option<ForPerson<NavState>>> = StoredValue::new(None);
    let show = move |for_person: ForPerson<NavState>| {
        let (me, nav_state) = (for_person.me, live.subscribe(for_person));
        on_cleanup(move || {
            if let Some(view) = nav_state.try_get_untracked() {
                last.try_set_value(Some(ForPerson { me, view }));
            }
        });
        view! { <Navigation nav_state/> }
    };
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
        <Transition fallback=|| view! { <SiteBar/> }>
            {move || Suspend::new(async move {
                let shown = nav_state.await.ok().or_else(|| {
                    live.reload_once_reached();
                    last.get_value()
                });
                match shown {
                    Some(for_person) => Either::Left(show(for_person)),
                    None => Either::Right(view! { <SiteBar/> }),
                }
            })}
        </Transition>
        <Suspense>{unlock}</Suspense>
        <ConnectionBar/>
        <Outlet/>
    }
}
