use super::{Avatar, IsolatedText};
use crate::strings;
use leptos::prelude::*;
use model::Talent;

/// Talents as cards, each of which is a link to a profile.
#[component]
pub fn TalentCards(talents: Vec<Talent>) -> impl IntoView {
    let card = |talent: Talent| {
        let (person, path, craft) = (talent.person(), talent.path(), talent.craft.map(strings::craft_label));
        let line = talent.bio.lines().next().unwrap_or_default().to_owned();
        view! {
            <li class="talent-card">
                // The place of a photo.
                <Avatar person class="card-photo"/>
                <a href=path><IsolatedText text=talent.name/></a>
                <span class="card-craft">{craft}</span>
                <span class="card-line"><IsolatedText text=line/></span>
            </li>
        }
    };
    view! {
        <ul class="talent-cards" role="list" aria-label=strings::TALENT>{talents.into_iter().map(card).collect_view()}</ul>
    }
}
