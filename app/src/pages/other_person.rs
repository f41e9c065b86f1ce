use crate::strings;
use model::text::escape_html;

/// Returns the response to a form without JavaScript on another person's page: nothing was done, and the typed text can
/// be copied. Built without components, like the page for a failed render.
pub fn other_person_page(nonce: &str, name: &str, typed: &str) -> String {
    let text = if typed.is_empty() {
        String::new()
    } else {
        let (label, typed) = (strings::WHAT_YOU_WROTE, escape_html(typed));
        format!(
            "<p><label for=\"typed\">{label}</label></p><textarea id=\"typed\" readonly dir=\"auto\" rows=\"8\">\n{typed}</textarea>"
        )
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · {site}</title>\
         <style nonce=\"{nonce}\">body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}\
         textarea{{box-sizing:border-box;width:100%;font:inherit}}</style></head>\
         <body><main><h1 dir=\"auto\">{title}</h1><p>{lead}</p>{text}<p><a href=\"/inbox\">{on}</a></p></main></body></html>",
        title = escape_html(&strings::signed_in_as(name)),
        site = strings::SITE,
        lead = strings::OTHER_PERSON_LEAD,
        on = escape_html(&strings::continue_as(name)),
    )
}

#[cfg(test)]
mod tests {
    use super::other_person_page;

    #[test]
    fn names_and_typed_text_are_escaped() {
        let page = other_person_page("nonce", "</title><b>", "</textarea><b>\n& more");
        assert!(!page.contains("<b>") && page.contains("&lt;/textarea&gt;&lt;b&gt;\n&amp; more"), "{page}");
    }
}
