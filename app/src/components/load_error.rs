use super::{Glyph, Icon, PageTitle};
use crate::{live::Live, reactive::effect, request_error::RequestError, strings};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::ApiError;

/// Shows why a part of a page couldn't be loaded, and how to proceed.
#[component]
pub fn LoadError(failure: RequestError) -> impl IntoView {
    let live = Live::current();
    let signed_out = failure == RequestError::Refused(ApiError::Unauthenticated);
    effect(move || {
        if signed_out {
            live.recheck_session();
        }
    });
    let (title, lead) = match &failure {
        RequestError::Refused(ApiError::NotFound) => {
            (strings::NOT_FOUND.to_owned(), strings::NOT_FOUND_LEAD.to_owned())
        }
        RequestError::Refused(ApiError::Unavailable | ApiError::Internal) => {
            (strings::BROKEN.to_owned(), strings::BROKEN_LEAD.to_owned())
        }
        RequestError::Refused(refusal) => (strings::error_text(refusal), String::new()),
        RequestError::Network | RequestError::TimedOut => (strings::UNREACHED.to_owned(), String::new()),
    };
    let in_inbox = use_location().pathname.with_untracked(|path| path == "/inbox");
    let may_help = !matches!(&failure, RequestError::Refused(ApiError::NotFound | ApiError::WrongRole));
    view! {
        <PageTitle text=title.clone()/>
        <div class="empty-state" role="alert">
            <Icon glyph=Glyph::Warning/>
            <h1>{title}</h1>
            <p class="muted">{lead}</p>
            {may_help.then(|| view! {
                <button class="button" type="button" on:click=move |_| live.reload_generation.update(|reload_generation| *reload_generation += 1)>
                    {strings::TRY_AGAIN}
                </button>
            })}
            {(!in_inbox).then(|| view! { <a class="button" href="/inbox">{strings::BACK_TO_INBOX}</a> })}
        </div>
    }
}

/// Explains an empty list, and how to proceed.
#[component]
pub fn EmptyState(
    title: &'static str,
    lead: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2>{title}</h2>
            <p class="muted">{lead}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// A placeholder while rows are loading. The stylesheet shows it only after a delay.
#[component]
pub fn Skeleton(rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{strings::LOADING}</span>
            {(0..rows).map(|_| view! { <span class="skeleton-row" aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}
