use super::{Field, FormState, field::described_by};
use crate::{components::locale::Locale, reactive::effect, strings};
use leptos::{ev::Event, html::Input, prelude::*};
use model::password::PasswordStrength;
use web_sys::HtmlInputElement;

/// A password field, which can be revealed. Cleared after a successful submission.
#[component]
pub fn PasswordField(
    form: FormState,
    /// Its name in the form and in validation errors.
    field: &'static str,
    label: &'static str,
    /// Whether a new password is chosen: then the rules and the strength are shown.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let (id, refused) = (form.field_id(field), form.field_error(field));
    let (locale, shown, typed) = (Locale::current(), RwSignal::new(false), RwSignal::new(None::<PasswordStrength>));
    // An error is about the password that was sent: from the first change on, only the strength counts.
    let edited = RwSignal::new(false);
    effect(move || {
        form.failure.track();
        edited.set(false);
    });
    let error = Signal::derive(move || refused.get().filter(|_| !edited.get()));
    form.describe_field(field, id.clone(), label);
    let input: NodeRef<Input> = NodeRef::new();
    let help = if new { strings::password_help() } else { String::new() };
    let measure = move |event: leptos::ev::Targeted<Event, HtmlInputElement>| {
        edited.set(true);
        let text = event.target().value();
        typed.set((new && !text.is_empty()).then(|| PasswordStrength::estimate(&text)));
    };
    effect(move || {
        if let Some(input) = input.get().filter(|_| form.done.get()) {
            input.set_value("");
            typed.set(None);
        }
    });
    let holds = move || typed.get() >= Some(PasswordStrength::Fair);
    let described = described_by(&id, &[(new, "help"), (new, "strength")]);
    let (controls, strength_id) = (id.clone(), format!("{id}-strength"));
    view! {
        <Field id=id.clone() label help error>
            <span class="with-button">
                <input node_ref=input id=id.clone() name=field required
                    autocomplete=if new { "new-password" } else { "current-password" }
                    type=move || if shown.get() { "text" } else { "password" }
                    autocapitalize="none" spellcheck="false" autofocus=error.get_untracked().is_some()
                    aria-describedby=described aria-invalid=move || error.get().map(|_| "true")
                    on:input:target=measure/>
                {move || locale.is_hydrated().then(|| view! {
                    <button type="button" class="button" aria-controls=controls.clone() aria-pressed=move || shown.get().to_string()
                        on:click=move |_| shown.update(|shown| *shown = !*shown)>
                        {move || if shown.get() { strings::HIDE_PASSWORD } else { strings::SHOW_PASSWORD }}
                    </button>
                })}
            </span>
            {new.then(|| view! {
                <p class="strength" id=strength_id aria-live="polite" class:strong=holds>
                    {move || typed.get().filter(|_| error.get().is_none()).map(strings::strength_label)}
                </p>
            })}
        </Field>
    }
}
