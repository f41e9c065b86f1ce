use leptos::{either::Either, prelude::*};

/// Text as it was typed, with web addresses to follow. Nothing else in it means anything.
#[component]
pub fn LinkedText(text: String) -> impl IntoView {
    let parts = split(&text).into_iter().map(|part| match part {
        Part::Text(text) => Either::Left(text.to_owned()),
        Part::Link(url) => {
            let (href, shown) = (url.to_owned(), url.to_owned());
            Either::Right(view! { <a href=href target="_blank" rel="noopener noreferrer nofollow ugc">{shown}</a> })
        }
    });
    parts.collect_view()
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// Only `http` and `https` become links: an address of any other kind could do something.
fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let link = &rest[start..start + link_length(&rest[start..])];
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        parts.push(Part::Link(link));
        rest = &rest[start + link.len()..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn next_link(text: &str) -> Option<usize> {
    let starts = text.match_indices("http").map(|(start, _)| start);
    starts.into_iter().find(|start| {
        let rest = &text[*start..];
        let begins_a_word = !text[..*start].ends_with(char::is_alphanumeric);
        let host = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"));
        begins_a_word && host.is_some_and(|host| host.starts_with(char::is_alphanumeric))
    })
}

/// Up to white space or what can't stand in an address, without the punctuation of the sentence around it.
fn link_length(text: &str) -> usize {
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c)).unwrap_or(text.len());
    let link = &text[..end];
    let trimmed = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '…']);
    let open = trimmed.matches('(').count();
    let close = trimmed.matches(')').count();
    if close > open { trimmed.trim_end_matches(')').len() } else { trimmed.len() }
}

#[cfg(test)]
mod tests {
    use super::{
        Part::{Link, Text},
        split,
    };

    #[test]
    fn addresses_become_links_and_the_sentence_stays_text() {
        let parts = split("The plan (https://example.com/kicc?a=1&b=2). See http://example.com/a_(b)!");
        assert_eq!(
            parts,
            [
                Text("The plan ("),
                Link("https://example.com/kicc?a=1&b=2"),
                Text("). See "),
                Link("http://example.com/a_(b)"),
                Text("!"),
            ]
        );
    }

    #[test]
    fn nothing_but_the_web_is_a_link() {
        for text in
            ["javascript:alert(1)", "data:text/html,x", "http://", "https:// x", "xhttps://example.com", "ftp://a"]
        {
            assert_eq!(split(text), [Text(text)], "{text}");
        }
        assert_eq!(split("https://a.example\"><b>"), [Link("https://a.example"), Text("\"><b>")]);
        assert_eq!(split(""), []);
    }
}
