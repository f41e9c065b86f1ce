use crate::{
    functions,
    parts::{Choice, Field, Form, FormError, FormState, PageTitle, PasswordField, Radios, SiteBar, Submit, TextField},
    words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    Craft, Role,
    person::{EMAIL_LIMIT, NAME_LIMIT},
};

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
                <Radios form field="role" legend=words::JOIN_AS choices=roles() chosen=role/>
                <CraftField form/>
                <TextField form field="name" label=words::NAME help=words::NAME_HELP maxlength=NAME_LIMIT autocomplete="name"/>
                <TextField form field="email" label=words::EMAIL kind="email" maxlength=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=words::PASSWORD new=true/>
                <Submit form label=words::CREATE_ACCOUNT busy=words::CREATING_ACCOUNT/>
            </Form>
            <p class="ways"><span class="muted">{words::HAVE_ACCOUNT}</span>" "<a href="/signin">{words::SIGN_IN}</a></p>
        </main>
    }
}

fn roles() -> Vec<Choice> {
    let choice =
        |role: Role| Choice { value: role.as_str(), label: words::role(role), help: Some(words::role_joins(role)) };
    Role::ALL.iter().copied().map(choice).collect()
}

/// Only talent have a craft: for organizers, the stylesheet takes it away.
#[component]
fn CraftField(form: FormState) -> impl IntoView {
    let kept = form.kept("craft").unwrap_or_default();
    view! {
        <div class="for-talent">
            <Field id="register-craft" label=words::CRAFT help=words::CRAFT_HELP error=form.wrong("craft")>
                <select id="register-craft" name="craft" aria-describedby="register-craft-help register-craft-error">
                    <option value="">{words::CRAFT_LATER}</option>
                    {Craft::ALL.iter().map(|&craft| view! { <option value=craft.as_str() selected=craft.as_str() == kept>{words::craft(craft)}</option> }).collect_view()}
                </select>
            </Field>
        </div>
    }
}
