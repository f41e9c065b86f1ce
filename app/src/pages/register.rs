use crate::{
    components::{
        CraftField, ErrorSummary, Form, FormState, NameField, PageTitle, PasswordField, ProfileFields, SiteBar,
        SubmitButton, TextField, focus_on, has_typed, locale::Locale,
    },
    reactive::effect,
    request_error::RequestError,
    server_fns, strings,
};
use leptos::{either::Either, html, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{
    ApiError, Role,
    person::{EMAIL_LIMIT, NAME_LIMIT},
    text,
};

/// The parts of the form. The choice of a role comes before it, on the same page without a role in its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormPart {
    /// All of it, as the server sends it.
    Whole,
    Person,
    Address,
}

/// Counts the parts, of which the choice of a role is the first.
fn number_of(part: FormPart) -> Option<u8> {
    match part {
        FormPart::Whole => None,
        FormPart::Person => Some(2),
        FormPart::Address => Some(3),
    }
}

/// The registration page. `?role=` says which role was chosen.
#[component]
pub fn Register() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::RegisterAccount>("register");
    let role = use_query_map().with_untracked(|query| query.get("role")).and_then(|role| role.parse().ok());
    // A refused form is shown again, even if it was sent by a page that didn't ask for the role first.
    let choosing = role.is_none() && form.failure.get_untracked().is_none();
    view! {
        <PageTitle text=strings::CREATE_ACCOUNT/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{strings::CREATE_ACCOUNT}</h1>
            {match choosing {
                true => Either::Left(view! { <ChooseRole/> }),
                false => Either::Right(view! { <RegisterForm form role/> }),
            }}
            <p class="link-list"><span class="muted">{strings::HAVE_ACCOUNT}</span>" "<a href="/signin">{strings::SIGN_IN}</a></p>
        </main>
    }
}

/// The first question. Each answer loads a document, so that the focus starts at its top.
#[component]
fn ChooseRole() -> impl IntoView {
    let card = |role: Role| {
        let href = format!("/register?role={}", role.as_str());
        view! {
            <li class="choice-card">
                <a href=href rel="external">{strings::role_label(role)}</a>
                <p class="muted">{strings::role_description(role)}</p>
            </li>
        }
    };
    view! {
        <p class="muted">{strings::REGISTER_LEAD}</p>
        <p class="muted">{strings::step_of(1)}</p>
        <ul class="choice-cards" role="list" aria-label=strings::JOIN_AS>{[Role::Organizer, Role::Talent].map(card)}</ul>
    }
}

/// The form. With a program it shows one part after the other, unless something was typed before that ran.
#[component]
fn RegisterForm(form: FormState, role: Option<Role>) -> impl IntoView {
    let (locale, shown) = (Locale::current(), RwSignal::new(FormPart::Whole));
    let name: NodeRef<html::Div> = NodeRef::new();
    effect(move || {
        if locale.is_hydrated() && role.is_some() && form.failure.get_untracked().is_none() && !has_typed(form.id) {
            shown.set(FormPart::Person);
        }
    });
    effect(move || {
        if shown.get_untracked() != FormPart::Whole && form.failure.with(Option::is_some) {
            let of_person = ["name", "craft"].iter().any(|field| form.field_error(field).get_untracked().is_some());
            shown.set(if of_person { FormPart::Person } else { FormPart::Address });
        }
    });
    let hides = move |part: FormPart| move || ![FormPart::Whole, part].contains(&shown.get());
    let go_on = move || {
        let typed = name.get_untracked().and_then(|part| first_input_of(&part));
        match text::parse_line(typed.as_deref(), NAME_LIMIT) {
            Err(error) => form.result.set(Some(Err(RequestError::Refused(ApiError::for_field("name", error))))),
            Ok(_) => {
                form.result.set(None);
                shown.set(FormPart::Address);
                focus_on(format!("#{}-email", form.id));
            }
        }
    };
    let go_back = move |_| {
        shown.set(FormPart::Person);
        focus_on(format!("#{}-name", form.id));
    };
    view! {
        <div role="status">{move || number_of(shown.get()).map(|number| view! { <p class="muted">{strings::step_of(number)}</p> })}</div>
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <div class="step" node_ref=name hidden=hides(FormPart::Person)
                on:keydown=move |event| if event.key() == "Enter" && shown.get_untracked() == FormPart::Person { event.prevent_default(); go_on(); }>
                <PersonFields form role/>
                <button class="button primary" type="button" hidden=move || shown.get() != FormPart::Person on:click=move |_| go_on()>{strings::CONTINUE}</button>
            </div>
            <div class="step" hidden=hides(FormPart::Address)>
                <TextField form field="email" label=strings::EMAIL kind="email" limit=EMAIL_LIMIT autocomplete="username"/>
                <PasswordField form field="password" label=strings::PASSWORD new=true/>
                <SubmitButton form label=strings::CREATE_ACCOUNT busy=strings::CREATING_ACCOUNT/>
                <button class="button" type="button" hidden=move || shown.get() != FormPart::Address on:click=go_back>{strings::BACK}</button>
            </div>
        </Form>
    }
}

#[component]
fn PersonFields(form: FormState, role: Option<Role>) -> impl IntoView {
    let Some(role) = role else { return Either::Left(view! { <ProfileFields form/> }) };
    Either::Right(view! {
        <input type="hidden" name="role" value=role.as_str()/>
        <p>{strings::joining_as(role)} " " <a href="/register" rel="external">{strings::CHANGE}</a></p>
        <NameField form/>
        {(role == Role::Talent).then(|| view! {
            <CraftField form class=""/>
            <p class="help">{strings::PROFILE_IS_PUBLIC}</p>
        })}
    })
}

/// Returns the text of the first field in a part of the form.
fn first_input_of(part: &web_sys::HtmlElement) -> Option<String> {
    let input = part.query_selector("input:not([type=hidden])").ok()??;
    Some(wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(input).ok()?.value())
}
