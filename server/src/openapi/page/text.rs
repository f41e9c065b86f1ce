use model::text::escape_html;
use serde_json::Value;

/// Escapes a JSON string for HTML; any other value becomes empty.
pub(super) fn escape_value(value: &Value) -> String {
    escape_html(value.as_str().unwrap_or_default())
}

/// Renders paragraphs, with the only Markdown that the document uses: `code` and **bold**.
pub(super) fn render_prose(value: &Value) -> String {
    let text = escape_value(value);
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", render_inline(paragraph))).collect()
}

fn render_inline(text: &str) -> String {
    let coded = wrap_delimited(text, "`", |part| wrap_delimited(part, "**", str::to_owned, "strong"), "code");
    coded.trim().to_owned()
}

/// Wraps every second part in an element, and passes the others through `plain`.
fn wrap_delimited(text: &str, mark: &str, plain: impl Fn(&str) -> String, element: &str) -> String {
    let parts = text.split(mark).enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { plain(part) } else { format!("<{element}>{part}</{element}>") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_and_emphasis_become_markup() {
        let markdown = Value::from("**Who**: `a<b>` & *you*\n\n\"Next\"");
        let html = "<p><strong>Who</strong>: <code>a&lt;b&gt;</code> &amp; *you*</p><p>&quot;Next&quot;</p>";
        assert_eq!(render_prose(&markdown), html);
    }
}
