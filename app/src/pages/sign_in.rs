use crate::{
    components::{
        ErrorSummary, Flash, Form, FormState, PageTitle, PasswordField, SiteBar, SubmitButton, TextField, fill_in,
        flash_code, on_address_in_fragment,
    },
    paths::NEW_BOOKING,
    request_error::RequestError,
    server_fns, strings,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{ApiError, person::EMAIL_LIMIT};

/// The sign-in page. Without JavaScript the same form is answered by a redirect.
#[component]
pub fn SignIn() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::SignIn>("sign-in");
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    let lead = move || if next().starts_with(NEW_BOOKING) { strings::SIGN_IN_TO_ASK } else { strings::SIGN_IN_LEAD };
    let code = flash_code("done");
    let done = move || match code.get().as_deref() {
        _ if form.failure.get().is_some() => None,
        Some("verified") => Some(strings::VERIFIED),
        Some("reset") => Some(strings::PASSWORD_SET),
        _ => None,
    };
    on_address_in_fragment(|address| fill_in("sign-in-email", &address));
    let unverified = move || form.failure.get() == Some(RequestError::Refused(ApiError::EmailUnverified));
    view! {
        <PageTitle text=strings::SIGN_IN/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{strings::SIGN_IN}</h1>
            <p class="muted">{lead}</p>
            <Flash text=Signal::derive(done)/>
            <ErrorSummary form/>
            {move || unverified().then(|| view! { <p><a href="/verify">{strings::SEND_AGAIN_LINK}</a></p> })}
            <Form form class="form" id=form.id>
                <input type="hidden" name="next" value=next/>
                <TextField form field="email" label=strings::EMAIL kind="email" limit=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=strings::PASSWORD/>
                <SubmitButton form label=strings::SIGN_IN busy=strings::SIGNING_IN/>
            </Form>
            <ul class="link-list">
                <li><a href="/forgot">{strings::FORGOT_PASSWORD}</a></li>
                <li><span class="muted">{strings::NEW_HERE}</span>" "<a href="/register">{strings::CREATE_ACCOUNT}</a></li>
            </ul>
        </main>
    }
}
