//! What forms are made of. Each works as a plain form: then its failure comes back in the address.

mod field;
mod long_field;
mod password_field;
mod radios;

pub use field::{Field, FormError, TextField};
pub use long_field::LongField;
pub use password_field::PasswordField;
pub use radios::{Choice, Radios};

use super::focus::focus;
use crate::{
    answer::{Answer, Failure},
    words,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// How it stands with a form's action, as the parts of the form need to know it.
#[derive(Clone, Copy)]
pub struct FormState {
    /// The id of the form, or of what stands around it. The ids of its fields begin with it.
    pub id: &'static str,
    /// Why it failed, if it did.
    pub failure: Signal<Option<Failure>>,
    /// Whether the answer is on its way.
    pub pending: Signal<bool>,
    /// Whether it was done the last time.
    pub done: Signal<bool>,
    query: Memo<ParamsMap>,
}

impl FormState {
    /// That of an action. Where the action fails, the keyboard goes to the first field at fault.
    pub fn of<S, T>(id: &'static str, action: ServerAction<S>) -> Self
    where
        S: ServerFn<Output = T, Error = Failure> + Clone + Send + Sync + 'static,
        T: Clone + Send + Sync + 'static,
    {
        let (value, pending) = (action.value(), action.pending());
        let failure = Signal::derive(move || failure_of(value.get()));
        let done = Signal::derive(move || !pending.get() && value.with(|value| matches!(value, Some(Ok(_)))));
        Effect::new(move || {
            if failure.with(Option::is_some) {
                focus(format!("#{id} [aria-invalid=true]:not(fieldset), #{id} fieldset[aria-invalid=true] input"));
            }
        });
        Self { id, failure, pending: pending.into(), done, query: use_query_map() }
    }

    /// What is wrong with one field.
    pub fn wrong(self, field: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || match self.failure.get() {
            Some(Failure::Refused(refusal)) => refusal.fault(field).map(words::fault),
            _ => None,
        })
    }

    /// What was typed into a field of a plain form that was refused: it comes back with the failure, in the address.
    pub fn kept(self, field: &str) -> Option<String> {
        let name = format!("kept.{field}");
        self.failure.with_untracked(Option::is_some).then(|| self.query.with_untracked(|query| query.get(&name)))?
    }

    /// A text for when it was done.
    pub fn says(self, text: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || self.done.get().then_some(text))
    }

    /// The id of one field.
    fn id_of(self, field: &str) -> String {
        format!("{}-{field}", self.id)
    }
}

/// Why a form's action failed, if it did.
pub fn failure_of<T>(value: Option<Answer<T>>) -> Option<Failure> {
    value.and_then(Result::err)
}

/// The button that sends a form, and says so while it is on its way.
#[component]
pub fn Submit(
    form: FormState,
    label: &'static str,
    busy: &'static str,
    #[prop(optional)] danger: bool,
) -> impl IntoView {
    view! {
        <button class="button" class:primary=!danger class:danger=danger type="submit" disabled=form.pending>
            {move || if form.pending.get() { busy } else { label }}
        </button>
    }
}
