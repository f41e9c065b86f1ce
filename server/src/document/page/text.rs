use model::text::escape_html;
use serde_json::Value;

/// A line of text.
pub(super) fn words(value: &Value) -> String {
    escape_html(value.as_str().unwrap_or_default())
}

/// Paragraphs, with the little of Markdown that the document uses: `code` and **weight**.
pub(super) fn prose(value: &Value) -> String {
    let text = words(value);
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", marked(paragraph))).collect()
}

fn marked(text: &str) -> String {
    let coded = between(text, "`", |part| between(part, "**", str::to_owned, "strong"), "code");
    coded.trim().to_owned()
}

/// Puts every second part into an element, and the others through `plain`.
fn between(text: &str, mark: &str, plain: impl Fn(&str) -> String, element: &str) -> String {
    let parts = text.split(mark).enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { plain(part) } else { format!("<{element}>{part}</{element}>") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_marked_up_and_nothing_else_is() {
        let told = Value::from("**Who**: `a<b>` & *you*\n\n\"Next\"");
        let html = "<p><strong>Who</strong>: <code>a&lt;b&gt;</code> &amp; *you*</p><p>&quot;Next&quot;</p>";
        assert_eq!(prose(&told), html);
    }
}
