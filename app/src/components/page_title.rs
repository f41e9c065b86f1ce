use crate::{live::IN_BROWSER, strings};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;
use model::text;

/// Sets the title of the page.
///
/// The only place that uses the `Title` of leptos_meta: its server (0.8.7) writes the text between the tags without
/// escaping it, so a name such as `</title><meta …>` would become part of the page. In the browser the title is set
/// through the DOM, where escaping would show.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    let title = move || document_title(&text.get(), IN_BROWSER);
    view! { <Title text=title/> }
}

fn document_title(page: &str, in_browser: bool) -> String {
    let title = if page.is_empty() { strings::SITE.to_owned() } else { strings::page_title(page) };
    if in_browser { title } else { text::escape_html(&title) }
}

#[cfg(test)]
mod tests {
    use super::document_title;

    #[test]
    fn a_title_is_escaped_on_the_server_only() {
        let name = "A & B </title><b>";
        assert_eq!(document_title(name, false), "A &amp; B &lt;/title&gt;&lt;b&gt; · Greenroom");
        assert_eq!(document_title(name, true), "A & B </title><b> · Greenroom");
        assert_eq!(document_title("", false), "Greenroom");
    }
}
