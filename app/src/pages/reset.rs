use crate::{
    components::{ErrorSummary, Form, FormState, PageTitle, PasswordField, SiteBar, SubmitButton},
    page_resource::page_resource,
    reactive::memo,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;

/// The page to choose a new password, opened by a mailed link.
#[component]
pub fn Reset() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ResetPassword>("reset");
    let query = use_query_map();
    let token = memo(move || query.with(|query| query.get("token")));
    let alive = move || token.get().filter(|_| form.field_error("token").get().is_none());
    view! {
        <SiteBar/>
        <main class="page narrow" id="content">
            {move || match alive() {
                Some(token) => Either::Left(view! {
                    <PageTitle text=strings::FORGOT/>
                    <h1>{strings::FORGOT}</h1>
                    <p class="muted">{strings::RESET_LEAD}</p>
                    <ResetLoader token=token.clone()/>
                    <ErrorSummary form/>
                    <Form form class="form" id=form.id>
                        <input type="hidden" name="token" value=token/>
                        // The page doesn't know whose password it is; password managers look for a username field.
                        <input hidden type="text" autocomplete="username"/>
                        <PasswordField form field="password" label=strings::NEW_PASSWORD new=true/>
                        <SubmitButton form label=strings::SET_PASSWORD busy=strings::SETTING_PASSWORD/>
                    </Form>
                }),
                None => Either::Right(view! { <NoLink missing=token.get().is_none()/> }),
            }}
        </main>
    }
}

/// Names the account that the link belongs to.
#[component]
fn ResetLoader(token: String) -> impl IntoView {
    let found = page_resource(move || token.clone(), server_fns::load_mailed_link);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                found.await.ok().flatten().map(|link| view! {
                    <p>{strings::link_lead(&link.account)} " " {(link.own == Some(false)).then_some(strings::OTHER_SIGNED_IN)}</p>
                })
            })}
        </Transition>
    }
}

/// Explains how to proceed without a valid link.
#[component]
fn NoLink(missing: bool) -> impl IntoView {
    let (title, lead) =
        if missing { (strings::FORGOT, strings::RESET_NO_LINK) } else { (strings::LINK_BAD, strings::RESET_BAD_LEAD) };
    view! {
        <PageTitle text=title/>
        <div class="stack" role="alert">
            <h1>{title}</h1>
            <p class="muted">{lead}</p>
        </div>
        <p><a class="button primary" href="/forgot">{strings::NEW_LINK}</a></p>
    }
}
