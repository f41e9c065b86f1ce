mod link;

use leptos::{either::Either, prelude::*};
use link::{Link, Part, split_links};

/// Text as it was typed, with web addresses to follow. Nothing else in it means anything.
///
/// A link stands from left to right, whatever is around it. Where its host is written in letters of which some look like
/// others, the stylesheet shows beside it what the browser will ask for; the text itself stays as it was sent.
#[component]
pub fn LinkedText(text: String) -> impl IntoView {
    let parts = split_links(&text).into_iter().map(|part| match part {
        Part::Text(text) => Either::Left(text.to_owned()),
        Part::Link(Link { typed, href, foreign_host }) => {
            let shown = typed.to_owned();
            Either::Right(view! {
                <a href=href dir="ltr" data-host=foreign_host target="_blank" rel="noopener noreferrer nofollow ugc">{shown}</a>
            })
        }
    });
    parts.collect_view()
}
