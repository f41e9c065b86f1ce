use crate::{parts::SiteBar, words};
use leptos::prelude::*;
use leptos_meta::Title;

/// What Greenroom is, for whoever comes by.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Title text=""/>
        <SiteBar/>
        <main class="page home" id="content">
            <h1>{words::TAGLINE}</h1>
            <p class="lead">{words::PITCH}</p>
            <p><a class="button primary" href="/signin">{words::SIGN_IN}</a></p>
            <ul class="points">
                {words::POINTS.map(|(title, text)| view! { <li><h2>{title}</h2><p class="muted">{text}</p></li> })}
            </ul>
        </main>
    }
}
