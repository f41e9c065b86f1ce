mod secret;

use super::{
    access_lists::AccessLists, confirm_password::ConfirmPassword, devices::restore_focus, section::SettingsSection,
};
use crate::{
    components::{
        Choice, ErrorSummary, Field, Flash, Form, FormState, IsolatedText, RadioGroup, SubmitButton, TextField, Time,
        TimeFormat, locale::Locale,
    },
    json,
    reactive::{effect, keyed_list},
    request_error::RequestError,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::{
    AccessToken, ApiError, Scope,
    account::{TOKEN_DAYS, TOKEN_DAYS_DEFAULT, TOKEN_NAME_LIMIT},
};
use secret::Secret;

/// The section for access tokens.
#[component]
pub(super) fn Tokens(lists: AccessLists, email: String, confirmed: RwSignal<bool>) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::EndSession>("tokens-form");
    let locale = Locale::current();
    lists.reload_after(form.done);
    restore_focus(form, "#tokens");
    view! {
        <SettingsSection id="tokens" title=strings::TOKENS lead=strings::TOKENS_LEAD group=strings::ADVANCED>
            <ErrorSummary form/>
            <Flash text=form.done_text(strings::REVOKED)/>
            <ul class="credentials" role="list" aria-labelledby="tokens">
                {keyed_list(move || lists.tokens.get(), |token| (token.id, token.last_used_at), move |token| view! { <TokenRow token form/> }.into_any())}
            </ul>
            {move || locale.is_hydrated().then(|| match confirmed.get() {
                true => Either::Left(view! { <CreateToken lists confirmed/> }),
                false => Either::Right(view! { <ConfirmPassword id="confirm-tokens" email=email.clone() confirmed/> }),
            })}
            <noscript><p class="muted">{strings::TOKEN_NEEDS_SCRIPT}</p></noscript>
        </SettingsSection>
    }
}

#[component]
fn TokenRow(token: AccessToken, form: FormState) -> impl IntoView {
    let AccessToken { id, name, scope, created_at, last_used_at, expires_at } = token;
    let (label, about) = (strings::revoke_label(&name), format!("token-{id}"));
    let used = last_used_at != created_at;
    view! {
        <li class="credential">
            <p class="credential-name"><IsolatedText text=name/> " " <span class="chip">{strings::scope_label(scope)}</span></p>
            <p class="help" id=about.clone()>
                {strings::MADE} <Time at=created_at format=TimeFormat::Exact/> ", "
                {if used { strings::LAST_USED } else { strings::NEVER_USED }} {used.then(|| view! { <Time at=last_used_at format=TimeFormat::Exact/> })} ", "
                {strings::ENDS} <Time at=expires_at format=TimeFormat::Exact/>
            </p>
            <Form form>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button" type="submit" aria-label=label aria-describedby=about aria-disabled=form.aria_disabled()>{strings::REVOKE}</button>
            </Form>
        </li>
    }
}

/// The form to create a token. Only with JavaScript: a plain form would return the secret in a URL.
#[component]
fn CreateToken(lists: AccessLists, confirmed: RwSignal<bool>) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::CreateToken>("token");
    let secret = move || json::from_str::<String>(&form.result.get()?.ok()?).ok();
    let choice = |scope: Scope| Choice { value: scope.as_str(), label: strings::scope_label(scope), help: None };
    let choices = Scope::ALL.iter().copied().map(choice).collect::<Vec<_>>();
    lists.reload_after(form.done);
    // The confirmation's hour may end while the page is open.
    effect(move || {
        if form.failure.get() == Some(RequestError::Refused(ApiError::PasswordRequired)) {
            confirmed.set(false);
        }
    });
    view! {
        {move || secret().map(|secret| view! { <Secret secret/> })}
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <TextField form field="name" label=strings::TOKEN_NAME help=strings::TOKEN_NAME_HELP limit=TOKEN_NAME_LIMIT clears=true/>
            <RadioGroup form field="scope" legend=strings::TOKEN_SCOPE choices chosen=Scope::Read.as_str()/>
            {form.describe_field("expiresInDays", "token-expires", strings::TOKEN_EXPIRY)}
            <Field id="token-expires" label=strings::TOKEN_EXPIRY error=form.field_error("expiresInDays")>
                <select id="token-expires" name="expires_in_days" aria-describedby="token-expires-error">
                    {TOKEN_DAYS.iter().map(|&days| view! {
                        <option value=days.to_string() selected=days == TOKEN_DAYS_DEFAULT>{strings::token_days(days)}</option>
                    }).collect_view()}
                </select>
            </Field>
            <SubmitButton form label=strings::CREATE_TOKEN busy=strings::CREATING_TOKEN/>
        </Form>
    }
}
