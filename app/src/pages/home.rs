mod example;

use crate::{
    components::{FeaturedTalents, Flash, PageTitle, SiteBar, flash_code},
    live::Outbox,
    reactive::effect,
    strings,
};
use example::Example;
use leptos::prelude::*;

/// The public start page. Its document loads no program, except after an account's deletion, which the browser has to
/// complete: `shell` decides. So nothing here may need one.
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
        <main class="home" id="content">
            <section class="hero">
                <div class="promise">
                    <Flash text=Signal::derive(left)/>
                    <h1>{strings::TAGLINE}</h1>
                    <p class="lead">{strings::PITCH}</p>
                    <p class="actions">
                        <a class="button lamp" href="/register">{strings::GET_STARTED}</a>
                        <a class="quiet-link" href="/signin">{strings::SIGN_IN}</a>
                    </p>
                </div>
                <Example/>
            </section>
            <div class="roles">
                <HowItWorks title=strings::FOR_ORGANIZERS steps=strings::ORGANIZER_STEPS href="/register?role=organizer" join=strings::JOIN_AS_ORGANIZER/>
                <HowItWorks title=strings::FOR_TALENT steps=strings::TALENT_STEPS href="/register?role=talent" join=strings::JOIN_AS_TALENT/>
            </div>
            <FeaturedTalents/>
            <p class="price">{strings::PRICE}</p>
        </main>
    }
}

/// How a role uses the site, in three steps.
#[component]
fn HowItWorks(
    title: &'static str,
    steps: [(&'static str, &'static str); 3],
    href: &'static str,
    join: &'static str,
) -> impl IntoView {
    view! {
        <section class="steps">
            <h2>{title}</h2>
            <ol role="list">
                {steps.map(|(step, text)| view! { <li><h3>{step}</h3><p class="muted">{text}</p></li> })}
            </ol>
            <p><a class="button" href=href>{join}</a></p>
        </section>
    }
}
