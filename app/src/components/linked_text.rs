mod link;

use leptos::{either::Either, prelude::*};
use link::{Link, Part, split_links};

/// Renders text as typed, with its web addresses as links and no other markup.
///
/// Links run from left to right in any context. If a host has non-ASCII letters, which may imitate others, the
/// stylesheet shows its ASCII form next to it; the text itself stays as it was sent.
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
