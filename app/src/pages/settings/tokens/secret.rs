use crate::{browser, components::focus_on, reactive::effect, strings};
use leptos::{prelude::*, task::spawn_local};

/// Shows a new token's secret, which can't be shown again.
#[component]
pub(super) fn Secret(secret: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let text = StoredValue::new(secret.clone());
    let copy = move |_| {
        spawn_local(async move {
            let written = browser::copy_text(&text.get_value()).await;
            copied.try_set(written);
        });
    };
    // Browsers permit clipboard access only in secure contexts.
    let can_copy = window().is_secure_context();
    effect(|| focus_on("#token-secret"));
    view! {
        <div class="field secret">
            <label for="token-secret">{strings::TOKEN_SECRET}</label>
            <span class="with-button">
                <input id="token-secret" readonly value=secret autocomplete="off" spellcheck="false" aria-describedby="token-secret-help"
                    on:focus:target=|event| event.target().select()/>
                {can_copy.then(|| view! {
                    <button class="button" type="button" on:click=copy>{move || if copied.get() { strings::COPIED } else { strings::COPY }}</button>
                })}
            </span>
            <p class="help" id="token-secret-help">{strings::TOKEN_ONCE}</p>
        </div>
    }
}
