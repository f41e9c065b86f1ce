//! Pages that the server renders without components, which could fail too. The nonce permits their style.

use super::html_head::render_head_tags;
use crate::strings;
use maud::{DOCTYPE, Markup, html};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}\
                     textarea{box-sizing:border-box;width:100%;font:inherit}";

/// Renders the page for a failed render.
pub fn render_error_page(nonce: &str) -> String {
    let main = html! {
        h1 { (strings::BROKEN) }
        p { (strings::BROKEN_LEAD) }
        p { a href="/" { (strings::HOME) } }
    };
    render_page(nonce, strings::BROKEN, main)
}

/// Renders the response to a form without JavaScript on another person's page: nothing was done, and the typed text can
/// be copied.
pub fn render_other_person_page(nonce: &str, name: &str, typed: &str) -> String {
    let title = strings::signed_in_as(name);
    let main = html! {
        h1 dir="auto" { (title) }
        p { (strings::OTHER_PERSON_LEAD) }
        (render_typed_text(typed))
        p { a href="/inbox" { (strings::continue_as(name)) } }
    };
    render_page(nonce, &title, main)
}

/// Renders the response to a form without JavaScript whose session has ended, if what was typed can't be kept until the
/// next one. It can be copied.
pub fn render_signed_out_page(nonce: &str, typed: &str, sign_in: &str) -> String {
    let main = html! {
        h1 { (strings::SIGNED_OUT) }
        p { (strings::SIGNED_OUT_LEAD) }
        (render_typed_text(typed))
        p { a href=(sign_in) { (strings::SIGN_IN) } }
    };
    render_page(nonce, strings::SIGN_IN, main)
}

fn render_typed_text(typed: &str) -> Markup {
    html! {
        @if !typed.is_empty() {
            p { label for="typed" { (strings::WHAT_YOU_WROTE) } }
            // A parser drops the first line break of a textarea.
            textarea id="typed" readonly dir="auto" rows="8" { "\n" (typed) }
        }
    }
}

fn render_page(nonce: &str, title: &str, main: Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (render_head_tags(&format!("{title} · {}", strings::SITE)))
                style nonce=(nonce) { (STYLE) }
            }
            body { main { (main) } }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::render_other_person_page;

    #[test]
    fn names_and_typed_text_are_escaped() {
        let page = render_other_person_page("nonce", "</title><b>", "</textarea><b>\n& more");
        assert!(!page.contains("<b>") && page.contains("&lt;/textarea&gt;&lt;b&gt;\n&amp; more"), "{page}");
    }
}
