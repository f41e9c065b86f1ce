use super::{EmptyState, Glyph, Icon, TalentCards};
use crate::{server_fns::FirstSteps, strings};
use leptos::{either::EitherOf3, prelude::*};
use model::Talent;

/// Where a talent edits their profile.
const PROFILE_SETTINGS: &str = "/settings#profile";

/// What to do before the first conversation: organizers choose from talents, talent complete and share their profile.
#[component]
pub fn NoConversations(
    /// `None` if they couldn't be loaded.
    first_steps: Option<FirstSteps>,
) -> impl IntoView {
    match first_steps {
        Some(FirstSteps { own: Some(own), url, .. }) => EitherOf3::A(view! { <Checklist own url/> }),
        Some(FirstSteps { suggested, .. }) => EitherOf3::B(view! { <Suggestions suggested/> }),
        None => EitherOf3::C(view! { <EmptyState title=strings::NO_CONVERSATIONS lead=""/> }),
    }
}

#[component]
fn Suggestions(suggested: Vec<Talent>) -> impl IntoView {
    view! {
        <div class="first-steps">
            <EmptyState title=strings::NO_CONVERSATIONS lead=strings::NO_CONVERSATIONS_ORGANIZER>
                <a class="button primary" href="/talents">{strings::FIND_TALENT}</a>
            </EmptyState>
            <TalentCards talents=suggested/>
        </div>
    }
}

#[component]
fn Checklist(own: Talent, url: String) -> impl IntoView {
    let item = |done: bool, label: &'static str| {
        view! {
            <li class:done=done>
                <span class="step-mark"><Icon glyph=Glyph::Check/></span>
                <a href=PROFILE_SETTINGS>{label}</a>
                {done.then(|| view! { <span class="visually-hidden">{strings::STEP_DONE}</span> })}
            </li>
        }
    };
    let (path, shown) = (own.path(), url.split_once("://").map_or(url.clone(), |(_, shown)| shown.to_owned()));
    view! {
        <div class="first-steps">
            <EmptyState title=strings::NO_CONVERSATIONS lead=strings::NO_CONVERSATIONS_TALENT/>
            <section class="checklist" aria-labelledby="first-steps">
                <h3 id="first-steps">{strings::FIRST_STEPS}</h3>
                <ol role="list">
                    {item(own.craft.is_some(), strings::STEP_CRAFT)}
                    {item(!own.bio.is_empty(), strings::STEP_BIO)}
                    <li>
                        <span class="step-mark"></span>
                        <span>{strings::STEP_SHARE} " " <a href=path>{shown}</a></span>
                    </li>
                </ol>
            </section>
        </div>
    }
}
