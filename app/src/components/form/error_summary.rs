use super::{FormState, field::failure_text};
use crate::{
    components::{Glyph, Icon, focus_on},
    request_error::RequestError,
    strings,
};
use leptos::{either::Either, prelude::*};
use model::ApiError;

/// Says above a form why it was refused, with a link to each invalid field. Receives the focus: without JavaScript by
/// `autofocus`, else by [`FormState`].
#[component]
pub fn ErrorSummary(
    form: FormState,
    /// The failure, if it isn't simply the form's.
    #[prop(into, optional)]
    failure: Option<Signal<Option<RequestError>>>,
) -> impl IntoView {
    let failure = failure.unwrap_or(form.failure);
    view! {
        <div class="error-summary" role="alert" id=format!("{}-summary", form.id) tabindex="-1" autofocus=failure.with_untracked(Option::is_some)>
            {move || failure.get().map(|failure| match failure {
                RequestError::Refused(error @ ApiError::Invalid { .. }) => Either::Left(show_fields(form, &error)),
                failure => Either::Right(view! { <p class="form-error"><Icon glyph=Glyph::Warning/> {failure_text(&failure)}</p> }),
            })}
        </div>
    }
}

fn show_fields(form: FormState, error: &ApiError) -> impl IntoView + use<> {
    let described = form.described_fields();
    let links = described.iter().filter_map(|field| {
        let text = strings::field_error_text(field.name, error.field_error(field.name)?);
        let (href, id) = (format!("#{}", field.id), field.id.clone());
        Some(view! {
            <li><a href=href on:click=move |event| { event.prevent_default(); focus_on(format!("[id='{id}']")); }>{strings::error_of_field(field.label, text)}</a></li>
        })
    });
    let links = links.collect_view();
    let is_known = |name: &str| described.iter().any(|field| field.name == name);
    let others = error.fields().into_iter().flatten().filter(|(name, _)| !is_known(name));
    let others =
        others.map(|(name, error)| view! { <li>{strings::field_error_text(name, *error)}</li> }).collect_view();
    let is_blank = error.fields().is_none_or(|fields| fields.is_empty());
    view! {
        <div class="form-error">
            <Icon glyph=Glyph::Warning/>
            <div>
                <p class="error-title">{if is_blank { failure_text(&RequestError::Refused(error.clone())) } else { strings::PROBLEM.to_owned() }}</p>
                <ul>{links}{others}</ul>
            </div>
        </div>
    }
}
