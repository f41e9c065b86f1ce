use crate::{
    components::{ErrorSummary, Flash, Form, FormState, PageTitle, SiteBar, SubmitButton, TextField, flash_code},
    server_fns, strings,
};
use leptos::prelude::*;
use model::person::EMAIL_LIMIT;

/// The page to request a password reset. Its response doesn't depend on whether the address is known.
#[component]
pub fn Forgot() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::RequestPasswordReset>("forgot");
    let code = flash_code("sent");
    let sent = move || code.get().filter(|_| form.failure.get().is_none()).map(|_| strings::LINK_SENT);
    view! {
        <PageTitle text=strings::FORGOT/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{strings::FORGOT}</h1>
            <p class="muted">{strings::FORGOT_LEAD}</p>
            <Flash text=Signal::derive(sent)/>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <TextField form field="email" label=strings::EMAIL kind="email" limit=EMAIL_LIMIT autocomplete="username"/>
                <SubmitButton form label=strings::SEND_LINK busy=strings::SENDING_LINK/>
            </Form>
            <p class="link-list"><a href="/signin">{strings::BACK_TO_SIGN_IN}</a></p>
        </main>
    }
}
