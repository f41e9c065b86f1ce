use crate::{
    components::{FeaturedTalents, Flash, PageTitle, SiteBar, flash_code},
    live::Outbox,
    reactive::effect,
    strings,
};
use leptos::prelude::*;

/// The public start page.
#[component]
pub fn Home() -> impl IntoView {
    let code = flash_code("done");
    let left = move || code.get().filter(|code| code == "left").map(|_| strings::LEFT);
    let outbox = Outbox::current();
    effect(move || {
        if left().is_some() {
            outbox.finish_deletion();
        }
    });
    view! {
        <PageTitle text=""/>
        <SiteBar/>
        <main class="page home" id="content">
            <Flash text=Signal::derive(left)/>
            <h1>{strings::TAGLINE}</h1>
            <p class="lead">{strings::PITCH}</p>
            <p class="actions">
                <a class="button primary" href="/signin">{strings::SIGN_IN}</a>
                <a class="button" href="/register">{strings::CREATE_ACCOUNT}</a>
            </p>
            <ul class="link-list">
                <li><a href="/register?role=talent">{strings::JOIN_AS_TALENT}</a></li>
                <li><a href="/register?role=organizer">{strings::JOIN_AS_ORGANIZER}</a></li>
            </ul>
            <FeaturedTalents/>
            <ul class="features">
                {strings::POINTS.map(|(title, text)| view! { <li><h2>{title}</h2><p class="muted">{text}</p></li> })}
            </ul>
        </main>
    }
}
