use crate::{
    answer::Failure,
    functions,
    parts::{Done, Form, FormError, FormState, PageTitle, PasswordField, SiteBar, Submit, TextField, done_code},
    words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{ApiError, person::EMAIL_LIMIT};

/// Signing in. Without JavaScript the same form, answered with a redirect.
#[component]
pub fn SignIn() -> impl IntoView {
    let form = FormState::of::<functions::SignIn>("sign-in");
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    let code = done_code("done");
    let done = move || match code.get().as_deref() {
        _ if form.failure.get().is_some() => None,
        Some("verified") => Some(words::VERIFIED),
        Some("reset") => Some(words::PASSWORD_SET),
        _ => None,
    };
    let unverified = move || form.failure.get() == Some(Failure::Refused(ApiError::EmailUnverified));
    view! {
        <PageTitle text=words::SIGN_IN/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{words::SIGN_IN}</h1>
            <p class="muted">{words::SIGN_IN_LEAD}</p>
            <Done text=Signal::derive(done)/>
            <FormError failure=form.failure/>
            {move || unverified().then(|| view! { <p><a href="/verify">{words::SEND_AGAIN_LINK}</a></p> })}
            <Form form class="form" id=form.id>
                <input type="hidden" name="next" value=next/>
                <TextField form field="email" label=words::EMAIL kind="email" maxlength=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=words::PASSWORD/>
                <Submit form label=words::SIGN_IN busy=words::SIGNING_IN/>
            </Form>
            <ul class="ways">
                <li><a href="/forgot">{words::FORGOT_PASSWORD}</a></li>
                <li><span class="muted">{words::NEW_HERE}</span>" "<a href="/register">{words::CREATE_ACCOUNT}</a></li>
            </ul>
        </main>
    }
}
