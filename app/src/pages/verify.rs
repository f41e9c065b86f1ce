use crate::{
    ask::loaded,
    functions,
    parts::{
        Done, Failed, Form, FormError, FormState, PageTitle, PasswordField, SiteBar, Skeleton, Submit, TextField,
        WhoFields, done_code,
    },
    reactive::memo,
    words,
};
use leptos::{either::Either, either::EitherOf3, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{LinkAction, MailedLink, person::EMAIL_LIMIT};

/// Confirming an address: with the link of a mail a button, since opening a page changes nothing; without it,
/// what to do until the mail is there.
#[component]
pub fn Verify() -> impl IntoView {
    let query = use_query_map();
    let token = memo(move || query.with(|query| query.get("token")));
    let other = done_code("done");
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

/// What the link does. Whether it works at all is told once it is followed.
#[component]
fn Link(token: String) -> impl IntoView {
    let form = FormState::of::<functions::Verify>("verify");
    // A memo: what is typed is lost with the view, and a refusal of another field must not draw it again.
    let dead = memo(move || form.wrong("token").get().is_some());
    let wanted = token.clone();
    let found = loaded(move || wanted.clone(), functions::load_link);
    view! {
        <Transition fallback=|| view! { <Skeleton rows=2/> }>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match found.await {
                        Ok(link) => Either::Left(move || {
                            let (link, token) = (link.clone(), token.clone());
                            if dead.get() {
                                Either::Left(view! { <Dead/> })
                            } else {
                                Either::Right(view! { <Confirm form token link/> })
                            }
                        }),
                        Err(failure) => Either::Right(view! { <Failed failure/> }),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Dead() -> impl IntoView {
    view! {
        <PageTitle text=words::LINK_BAD/>
        <div class="stack" role="alert">
            <h1>{words::LINK_BAD}</h1>
            <p class="muted">{words::CONFIRM_BAD_LEAD}</p>
        </div>
        <p class="actions">
            <a class="button primary" href="/signin" rel="external">{words::SIGN_IN}</a>
            <a class="button" href="/verify">{words::NEW_LINK}</a>
        </p>
    }
}

#[component]
fn Confirm(form: FormState, token: String, link: Option<MailedLink>) -> impl IntoView {
    let does = |action| link.as_ref().is_some_and(|link| link.action == action);
    let (asks, moves) = (does(LinkAction::Introduce), does(LinkAction::MoveAddress));
    let moves = link.as_ref().filter(|_| moves).map(|link| words::moves(&link.account));
    let others = link.filter(|link| link.own == Some(false)).map(|link| words::link_of(&link.account));
    // The address may be contested after this page was opened.
    let introduces = memo(move || asks || form.wrong("role").get().is_some());
    let title = if moves.is_some() { words::MOVE_TITLE } else { words::CONFIRM_TITLE };
    let lead = move || match &moves {
        Some(moves) => moves.clone(),
        None if introduces.get() => words::INTRODUCE_LEAD.to_owned(),
        None => words::CONFIRM_LEAD.to_owned(),
    };
    view! {
        <PageTitle text=title/>
        <h1>{title}</h1>
        <p class="muted">{lead}</p>
        {others.map(|whose| view! { <p>{whose} " " {words::OTHER_SIGNED_IN}</p> })}
        <FormError failure=form.failure/>
        <Form form class="form" id=form.id>
            <input type="hidden" name="token" value=token/>
            {move || introduces.get().then(|| view! {
                <WhoFields form/>
                // Whose password it is, for whatever keeps passwords: the whole address isn't shown here.
                <input hidden type="text" autocomplete="username"/>
                <PasswordField form field="password" label=words::PASSWORD new=true/>
            })}
            <Submit form label=words::CONFIRM busy=words::CONFIRMING/>
        </Form>
    }
}

/// Says that another account's address was confirmed, not the viewer's.
#[component]
fn OtherConfirmed() -> impl IntoView {
    view! {
        <PageTitle text=words::OTHER_CONFIRMED/>
        <h1>{words::OTHER_CONFIRMED}</h1>
        <p class="muted">{words::OTHER_STAYS}</p>
        <p><a class="button" href="/inbox" rel="external">{words::OPEN_INBOX}</a></p>
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
