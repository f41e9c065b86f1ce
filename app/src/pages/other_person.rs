use crate::words;

/// The page that answers a form without JavaScript that another person's page sent: nothing was done, and what was
/// typed can be copied. Plain text in a frame, like the page for when a page broke. All of it is escaped already.
pub fn other_person_page(nonce: &str, name: &str, typed: &str) -> String {
    let text = if typed.is_empty() {
        String::new()
    } else {
        let label = words::WHAT_YOU_WROTE;
        format!(
            "<p><label for=\"typed\">{label}</label></p><textarea id=\"typed\" readonly rows=\"8\">\n{typed}</textarea>"
        )
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · {site}</title>\
         <style nonce=\"{nonce}\">body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}\
         textarea{{box-sizing:border-box;width:100%;font:inherit}}</style></head>\
         <body><main><h1 dir=\"auto\">{title}</h1><p>{lead}</p>{text}<p><a href=\"/inbox\">{on}</a></p></main></body></html>",
        title = words::signed_in_as(name),
        site = words::SITE,
        lead = words::OTHER_PERSON_LEAD,
        on = words::go_on_as(name),
    )
}
