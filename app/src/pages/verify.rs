use crate::{
    components::{
        ErrorSummary, Flash, Form, FormState, LoadError, PageTitle, PasswordField, ProfileFields, SiteBar, Skeleton,
        SubmitButton, TextField, fill_in, flash_code, on_address_in_fragment,
    },
    page_resource::page_resource,
    reactive::memo,
    server_fns, strings,
};
use leptos::{either::Either, either::EitherOf3, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{LinkAction, MailedLink, person::EMAIL_LIMIT};

/// The page to confirm an address: with a mailed link it shows a button, since GET changes nothing; without one it
/// explains how to get the mail.
#[component]
pub fn Verify() -> impl IntoView {
    let query = use_query_map();
    let token = memo(move || query.with(|query| query.get("token")));
    let other = flash_code("done");
    view! {
        <SiteBar/>
        <main class="page narrow" id="content">
            {move || match (token.get(), other.get()) {
                (Some(token), _) => EitherOf3::A(view! { <Link token/> }),
                (None, Some(_)) => EitherOf3::B(view! { <OtherConfirmed/> }),
                (None, None) => EitherOf3::C(view! { <CheckMail/> }),
            }}
        </main>
    }
}

/// Shows the link's action. Whether the link works becomes known only when it is used.
#[component]
fn Link(token: String) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::VerifyEmail>("verify");
    // A memo: an error of another field must not render the view again, which would lose the typed text.
    let dead = memo(move || form.field_error("token").get().is_some());
    let wanted = token.clone();
    let found = page_resource(move || wanted.clone(), server_fns::load_mailed_link);
    view! {
        <Transition fallback=|| view! { <Skeleton rows=2/> }>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match found.await {
                        Ok(link) => Either::Left(move || {
                            let (link, token) = (link.clone(), token.clone());
                            if dead.get() {
                                Either::Left(view! { <InvalidLink/> })
                            } else {
                                Either::Right(view! { <ConfirmForm form token link/> })
                            }
                        }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn InvalidLink() -> impl IntoView {
    view! {
        <PageTitle text=strings::LINK_BAD/>
        <div class="stack" role="alert">
            <h1>{strings::LINK_BAD}</h1>
            <p class="muted">{strings::CONFIRM_BAD_LEAD}</p>
        </div>
        <p class="actions">
            <a class="button primary" href="/signin" rel="external">{strings::SIGN_IN}</a>
            <a class="button" href="/verify">{strings::NEW_LINK}</a>
        </p>
    }
}

#[component]
fn ConfirmForm(form: FormState, token: String, link: Option<MailedLink>) -> impl IntoView {
    let does = |action| link.as_ref().is_some_and(|link| link.action == action);
    let (asks, moves) = (does(LinkAction::CompleteProfile), does(LinkAction::ChangeEmail));
    let moves = link.as_ref().filter(|_| moves).map(|link| strings::email_change_lead(&link.account));
    let others = link.filter(|link| link.own == Some(false)).map(|link| strings::link_lead(&link.account));
    // Another registration of the address may conflict after this page was opened.
    let introduces = memo(move || asks || form.field_error("role").get().is_some());
    let title = if moves.is_some() { strings::MOVE_TITLE } else { strings::CONFIRM_TITLE };
    let lead = move || match &moves {
        Some(moves) => moves.clone(),
        None if introduces.get() => strings::INTRODUCE_LEAD.to_owned(),
        None => strings::CONFIRM_LEAD.to_owned(),
    };
    view! {
        <PageTitle text=title/>
        <h1>{title}</h1>
        <p class="muted">{lead}</p>
        {others.map(|whose| view! { <p>{whose} " " {strings::OTHER_SIGNED_IN}</p> })}
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <input type="hidden" name="token" value=token/>
            {move || introduces.get().then(|| view! {
                <ProfileFields form/>
                // The username for password managers: the page doesn't show the whole address.
                <input hidden type="text" autocomplete="username"/>
                <PasswordField form field="password" label=strings::PASSWORD new=true/>
            })}
            <SubmitButton form label=strings::CONFIRM busy=strings::CONFIRMING/>
        </Form>
    }
}

/// Says that the address of another account was confirmed, not the viewer's.
#[component]
fn OtherConfirmed() -> impl IntoView {
    view! {
        <PageTitle text=strings::OTHER_CONFIRMED/>
        <h1>{strings::OTHER_CONFIRMED}</h1>
        <p class="muted">{strings::OTHER_STAYS}</p>
        <p><a class="button" href="/inbox" rel="external">{strings::OPEN_INBOX}</a></p>
    }
}

#[component]
fn CheckMail() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ResendVerification>("resend");
    let (resent, address) = (flash_code("again"), RwSignal::new(None));
    on_address_in_fragment(move |known| {
        fill_in("resend-email", &known);
        address.set(Some(known));
    });
    let sent = move || resent.get().filter(|_| form.failure.get().is_none()).map(|_| strings::SENT_AGAIN);
    view! {
        <PageTitle text=strings::CHECK_MAIL/>
        <h1>{strings::CHECK_MAIL}</h1>
        <p>
            {move || address.get().map_or_else(|| strings::CHECK_MAIL_LEAD.to_owned(), |address| strings::check_mail_of(&address))}
            {move || address.get().map(|_| view! { " " <a href="/register" rel="external">{strings::CHANGE}</a> })}
        </p>
        <Flash text=Signal::derive(sent)/>
        <h2>{strings::NO_MAIL}</h2>
        <p class="muted">{strings::NO_MAIL_LEAD}</p>
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <TextField form field="email" label=strings::EMAIL kind="email" limit=EMAIL_LIMIT autocomplete="username"/>
            <SubmitButton form label=strings::SEND_AGAIN busy=strings::SENDING_LINK/>
        </Form>
    }
}
