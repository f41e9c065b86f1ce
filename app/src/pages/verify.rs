use crate::{
    functions,
    parts::{Done, Form, FormError, FormState, PageTitle, SiteBar, Submit, TextField, done_code},
    reactive::memo,
    words,
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::person::EMAIL_LIMIT;

/// Confirming an address: with the link of a mail a button, since opening a page changes nothing; without it,
/// what to do until the mail is there.
#[component]
pub fn Verify() -> impl IntoView {
    let query = use_query_map();
    let token = memo(move || query.with(|query| query.get("token")));
    view! {
        <SiteBar/>
        <main class="page narrow" id="content">
            {move || match token.get() {
                Some(token) => Either::Left(view! { <Confirm token/> }),
                None => Either::Right(view! { <CheckMail/> }),
            }}
        </main>
    }
}

#[component]
fn Confirm(token: String) -> impl IntoView {
    let form = FormState::of::<functions::Verify>("verify");
    let dead = move || form.wrong("token").get().is_some();
    view! {
        {move || if dead() {
            Either::Left(view! {
                <PageTitle text=words::LINK_BAD/>
                <div class="stack" role="alert">
                    <h1>{words::LINK_BAD}</h1>
                    <p class="muted">{words::CONFIRM_BAD_LEAD}</p>
                </div>
                <p class="actions">
                    <a class="button primary" href="/signin" rel="external">{words::SIGN_IN}</a>
                    <a class="button" href="/verify">{words::NEW_LINK}</a>
                </p>
            })
        } else {
            let token = token.clone();
            Either::Right(view! {
                <PageTitle text=words::CONFIRM_TITLE/>
                <h1>{words::CONFIRM_TITLE}</h1>
                <p class="muted">{words::CONFIRM_LEAD}</p>
                <FormError failure=form.failure/>
                <Form form class="form" id=form.id>
                    <input type="hidden" name="token" value=token/>
                    <Submit form label=words::CONFIRM busy=words::CONFIRMING/>
                </Form>
            })
        }}
    }
}

#[component]
fn CheckMail() -> impl IntoView {
    let form = FormState::of::<functions::Resend>("resend");
    let again = done_code("again");
    let sent = move || again.get().filter(|_| form.failure.get().is_none()).map(|_| words::SENT_AGAIN);
    view! {
        <PageTitle text=words::CHECK_MAIL/>
        <h1>{words::CHECK_MAIL}</h1>
        <p>{words::CHECK_MAIL_LEAD}</p>
        <Done text=Signal::derive(sent)/>
        <h2>{words::NO_MAIL}</h2>
        <p class="muted">{words::NO_MAIL_LEAD}</p>
        <FormError failure=form.failure/>
        <Form form class="form" id=form.id>
            <TextField form field="email" label=words::EMAIL kind="email" maxlength=EMAIL_LIMIT autocomplete="username"/>
            <Submit form label=words::SEND_AGAIN busy=words::SENDING_LINK/>
        </Form>
    }
}
