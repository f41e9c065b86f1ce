use super::navigation_focus::focus_after_navigation;
use crate::{live::Live, platform::IN_BROWSER, reactive::effect, strings};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;
use model::text;

/// Sets the title of the document, after the number of unread messages. Every page has one as soon as it shows its
/// content, so it also moves the focus.
///
/// No other component uses the `Title` of leptos_meta: its server side (0.8.7) doesn't escape the text, so a name like
/// `</title><meta …>` would become part of the page. The browser sets the title through the DOM, where escaped text
/// would be shown as it is.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    let live = Live::current();
    let title = move || document_title(&text.get(), live.unread_messages(), IN_BROWSER);
    effect(focus_after_navigation);
    view! { <Title text=title/> }
}

fn document_title(page: &str, unread: i64, in_browser: bool) -> String {
    let title = if page.is_empty() { strings::SITE.to_owned() } else { strings::page_title(page) };
    let title = if unread > 0 { strings::title_with_unread(&title, unread) } else { title };
    if in_browser { title } else { text::escape_html(&title) }
}

#[cfg(test)]
mod tests {
    use super::document_title;

    #[test]
    fn a_title_is_escaped_on_the_server_only() {
        let name = "A & B </title><b>";
        assert_eq!(document_title(name, 0, false), "A &amp; B &lt;/title&gt;&lt;b&gt; · Greenroom");
        assert_eq!(document_title(name, 0, true), "A & B </title><b> · Greenroom");
        assert_eq!(document_title("", 0, false), "Greenroom");
        assert_eq!(document_title("Inbox", 2, true), "(2) Inbox · Greenroom");
        assert_eq!(document_title("", 100, true), "(99+) Greenroom");
    }
}
