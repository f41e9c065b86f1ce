use crate::{
    functions,
    parts::{Form, FormError, FormState, PageTitle, PasswordField, SiteBar, Submit, TextField, WhoFields},
    words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::person::EMAIL_LIMIT;

/// Joining. A link may say as what, by `?role=`.
#[component]
pub fn Register() -> impl IntoView {
    let form = FormState::of::<functions::Register>("register");
    let role = use_query_map().with_untracked(|query| query.get("role")).unwrap_or_default();
    view! {
        <PageTitle text=words::CREATE_ACCOUNT/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{words::CREATE_ACCOUNT}</h1>
            <p class="muted">{words::REGISTER_LEAD}</p>
            <FormError failure=form.failure/>
            <Form form class="form" id=form.id>
                <WhoFields form role/>
                <TextField form field="email" label=words::EMAIL kind="email" maxlength=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=words::PASSWORD new=true/>
                <Submit form label=words::CREATE_ACCOUNT busy=words::CREATING_ACCOUNT/>
            </Form>
            <p class="ways"><span class="muted">{words::HAVE_ACCOUNT}</span>" "<a href="/signin">{words::SIGN_IN}</a></p>
        </main>
    }
}
