use super::TalentCards;
use crate::{page_resource::page_resource, server_fns, strings};
use leptos::prelude::*;

/// A few public profiles for the start page. Nothing if there are none.
#[component]
pub fn FeaturedTalents() -> impl IntoView {
    let found = page_resource(|| (), |()| server_fns::load_featured_talents());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                found.await.ok().filter(|talents| !talents.is_empty()).map(|talents| view! {
                    <section class="home-talent" aria-labelledby="featured">
                        <h2 id="featured">{strings::FEATURED_TALENT}</h2>
                        <TalentCards talents/>
                    </section>
                })
            })}
        </Suspense>
    }
}
