use crate::{
    functions,
    parts::{Field, FormError, SiteBar, failure_of, local::Local},
    words,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Signing in. Without JavaScript the same form, answered with a redirect.
#[component]
pub fn SignIn() -> impl IntoView {
    let action = ServerAction::<functions::SignIn>::new();
    let pending = action.pending();
    let failure = Signal::derive(move || failure_of(action.value().get()));
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    let (local, shown) = (Local::current(), RwSignal::new(false));
    view! {
        <Title text=words::SIGN_IN/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{words::SIGN_IN}</h1>
            <p class="muted">{words::SIGN_IN_LEAD}</p>
            <FormError failure/>
            <ActionForm action attr:class="form">
                <input type="hidden" name="next" value=next/>
                <Field id="email" label=words::EMAIL error=None>
                    <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" autocapitalize="none"/>
                </Field>
                <Field id="password" label=words::PASSWORD error=None>
                    <span class="with-button">
                        <input id="password" name="password" autocomplete="current-password" required
                            type=move || if shown.get() { "text" } else { "password" }/>
                        {move || local.started().then(|| view! {
                            <button type="button" class="button" aria-controls="password" aria-pressed=move || shown.get().to_string()
                                on:click=move |_| shown.update(|shown| *shown = !*shown)>
                                {move || if shown.get() { words::HIDE_PASSWORD } else { words::SHOW_PASSWORD }}
                            </button>
                        })}
                    </span>
                </Field>
                <button class="button primary" type="submit" disabled=pending>
                    {move || if pending.get() { words::SIGNING_IN } else { words::SIGN_IN }}
                </button>
            </ActionForm>
        </main>
    }
}
