use crate::{
    components::{
        ErrorSummary, Form, FormState, PageTitle, PasswordField, ProfileFields, SiteBar, SubmitButton, TextField,
    },
    server_fns, strings,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::person::EMAIL_LIMIT;

/// The registration page. `?role=` preselects a role.
#[component]
pub fn Register() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::RegisterAccount>("register");
    let role = use_query_map().with_untracked(|query| query.get("role")).unwrap_or_default();
    view! {
        <PageTitle text=strings::CREATE_ACCOUNT/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{strings::CREATE_ACCOUNT}</h1>
            <p class="muted">{strings::REGISTER_LEAD}</p>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <ProfileFields form role/>
                <TextField form field="email" label=strings::EMAIL kind="email" limit=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=strings::PASSWORD new=true/>
                <SubmitButton form label=strings::CREATE_ACCOUNT busy=strings::CREATING_ACCOUNT/>
            </Form>
            <p class="link-list"><span class="muted">{strings::HAVE_ACCOUNT}</span>" "<a href="/signin">{strings::SIGN_IN}</a></p>
        </main>
    }
}
