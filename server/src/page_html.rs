//! Corrects the HTML of pages, which Leptos leaves invalid in two places, and counts their elements.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};

const END: &str = "</body></html>";
/// How the script begins that starts the program, `StartScript` in the app. It is the last element of the body.
const START_SCRIPT: &str = "<script id=\"start\"";
const SCRIPT_END: &str = "</script>";
/// Leptos' placeholders. A parser reports an error for each, and reads it as the comment that replaces it here.
const PLACEHOLDER: (&str, &str) = ("<!>", "<!---->");

/// Corrects a page. Its body is in memory anyway: pages are rendered in full before the response begins.
pub(crate) async fn correct_pages(request: Request, next: Next) -> Response {
    let has_body = request.method() != Method::HEAD;
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !has_body || !kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The length is that of the body that was read.
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => std::str::from_utf8(&bytes).map_or_else(|_| bytes.clone().into(), |html| correct(html).into()),
        // The rest of the page failed, and so did its connection.
        Err(error) => Body::from_stream(futures::stream::once(async move { Err::<Vec<u8>, _>(error) })),
    };
    Response::from_parts(parts, body)
}

/// Moves the data that Leptos writes after `</html>` before the script that reads it, and tells this script how many
/// elements the body has. A page without the script needs no data.
fn correct(html: &str) -> String {
    let (from, to) = PLACEHOLDER;
    let Some((page, data)) = split_document(html) else { return html.replace(from, to) };
    let Some((content, start)) = page.rsplit_once(START_SCRIPT) else { return page.replace(from, to) + END };
    let start = start.rsplit_once(SCRIPT_END).map_or(start, |(start, _placeholder)| start);
    let head = content.find("<body").map_or(0, |body| body + "<body".len());
    let elements = count_elements(&content[head..]) + count_elements(data) + 1;
    let content = content.replace(from, to);
    format!("{content}{data}{START_SCRIPT} data-elements=\"{elements}\"{start}{SCRIPT_END}{END}")
}

/// Splits a page into the part before the end of its body, and what follows its end, both without placeholders between.
fn split_document(html: &str) -> Option<(&str, &str)> {
    let (page, data) = html.rsplit_once("</html>")?;
    let page = page.trim_end_matches(PLACEHOLDER.0).strip_suffix("</body>")?;
    Some((page, data.trim_start_matches(PLACEHOLDER.0)))
}

/// Counts the elements of a browser with JavaScript, to which the content of `noscript` is text.
fn count_elements(html: &str) -> usize {
    let (mut count, mut rest) = (0, html);
    while let Some((before, after)) = rest.split_once("<noscript") {
        count += count_start_tags(before) + 1;
        rest = after.split_once("</noscript>").map_or("", |(_, after)| after);
    }
    count + count_start_tags(rest)
}

/// Counts start tags. In text and attributes, `<` is escaped, and in the data of resources Leptos writes `\u003c`. No
/// other script in the body may have `<` before a letter.
fn count_start_tags(html: &str) -> usize {
    html.as_bytes().windows(2).filter(|pair| pair[0] == b'<' && pair[1].is_ascii_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use super::{correct, count_elements};

    #[test]
    fn data_and_placeholders_are_corrected() {
        let page = "<html><head><!></head><body><main><!><p>a &lt;b</p></main><script id=\"start\" nonce=\"n\">x</script><!>\
                    </body><!></html><!><script>1</script><script>2</script>";
        assert_eq!(
            correct(page),
            "<html><head><!----></head><body><main><!----><p>a &lt;b</p></main><script>1</script><script>2</script>\
             <script id=\"start\" data-elements=\"5\" nonce=\"n\">x</script></body></html>"
        );
    }

    #[test]
    fn the_content_of_noscript_is_text() {
        assert_eq!(count_elements("<p><b>a</b></p><noscript><a href=\"/\"><b>c</b></a></noscript><i>d</i>"), 4);
    }

    #[test]
    fn a_page_without_the_program_has_no_data() {
        assert_eq!(correct("<body><p>a</p><!></body></html><script>1</script>"), "<body><p>a</p><!----></body></html>");
        assert_eq!(correct("<p>another document</p>"), "<p>another document</p>");
    }
}
