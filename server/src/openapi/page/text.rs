use maud::{Markup, html};
use serde_json::Value;

/// Returns the text of a JSON string; any other value becomes empty.
pub(super) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Renders paragraphs, with the only Markdown that the document uses: `code` and **bold**.
pub(super) fn render_prose(value: &Value) -> Markup {
    let paragraphs = text_of(value).split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    html! {
        @for paragraph in paragraphs { p { (render_inline(paragraph)) } }
    }
}

fn render_inline(text: &str) -> Markup {
    render_delimited(text, "`", render_bold, |code| html! { code { (code) } })
}

fn render_bold(text: &str) -> Markup {
    render_delimited(text, "**", |plain| html! { (plain) }, |bold| html! { strong { (bold) } })
}

/// Renders every second part by `marked`, and the others by `plain`.
fn render_delimited(text: &str, mark: &str, plain: impl Fn(&str) -> Markup, marked: impl Fn(&str) -> Markup) -> Markup {
    html! {
        @for (at, part) in text.split(mark).enumerate() {
            @if at % 2 == 0 { (plain(part)) } @else { (marked(part)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_and_emphasis_become_markup() {
        let markdown = Value::from("**Who**: `a<b>` & *you*\n\n\"Next\"");
        let html = "<p><strong>Who</strong>: <code>a&lt;b&gt;</code> &amp; *you*</p><p>&quot;Next&quot;</p>";
        assert_eq!(render_prose(&markdown).into_string(), html);
    }
}
