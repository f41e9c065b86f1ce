//! Row 9: how many bytes a browser with an empty cache downloads until a thread can be read, and until the hydrated
//! page can send a message.

use super::thread_page::thread_request;
use crate::{
    measurement::{Aim, Claim, Row, Sample},
    peers::next::{EMPTY, Next},
};
use bench::{
    bulk_insert::BulkInsert,
    history,
    html::asset_paths,
    http_client::{HttpConnection, get_request},
    people,
    site::{PreparedSite, Result},
};

const MESSAGES: usize = 50;
/// Limits in thousands of bytes.
const READ: f64 = 30.0;
const SENT: f64 = 250.0;
const KILO: f64 = 1_000.0;

pub(crate) async fn measure() -> Result<Row> {
    let prepared = PreparedSite::seed(&[])?;
    let mut inserts = BulkInsert::connect_to(&prepared.database_url()).await?;
    people::insert_people(&mut inserts, 2, 1).await?;
    history::insert_history(&mut inserts, 0, MESSAGES).await?;
    let site = prepared.start_server(None).await?;
    let parts = fetch_assets(site.port, &thread_request(0), "br").await?;
    // The browser needs the document and its style sheets to draw the page.
    let readable = parts.iter().enumerate().filter(|(at, (path, _))| *at == 0 || path.ends_with(".css"));
    let readable: usize = readable.map(|(_, (_, bytes))| bytes).sum();
    let all: usize = parts.iter().map(|(_, bytes)| bytes).sum();
    let claim = |work: &str, bytes: usize, limit: f64| Claim {
        work: work.to_owned(),
        unit: "kB",
        peer: "the limit",
        aim: Aim::AtMost(1.0),
        rounds: vec![(Sample::of(bytes as f64 / KILO), Sample::of(limit))],
        error: None,
    };
    let claims = vec![
        claim("bytes until a thread can be read, with brotli", readable, READ),
        claim("bytes until a message can be sent, with brotli", all, SENT),
    ];
    let sizes = parts.iter().map(|(path, bytes)| format!("{} {bytes}", path.rsplit('.').next().unwrap_or(path)));
    let sizes: Vec<String> = sizes.collect();
    Ok(Row { claims, notes: vec![format!("its assets in bytes: {}", sizes.join(", ")), measure_empty_page().await?] })
}

/// Measures the scripts that Next.js ships for an empty page.
async fn measure_empty_page() -> Result<String> {
    let next = Next::start(None).await?;
    let parts = fetch_assets(next.port, &get_request(EMPTY, &[]), "gzip").await?;
    let scripts: usize = parts.iter().filter(|(path, _)| path.ends_with(".js")).map(|(_, bytes)| bytes).sum();
    Ok(format!("an empty page of Next.js ships {} kB of script, with gzip", scripts / 1_000))
}

/// Fetches a page and its assets; returns the size of each response in bytes, head included.
async fn fetch_assets(port: u16, request: &str, encoding: &str) -> Result<Vec<(String, usize)>> {
    let mut connection = HttpConnection::connect_to(port).await?;
    connection.send_request(request.as_bytes()).await?;
    let html = String::from_utf8_lossy(connection.last_response()).into_owned();
    let mut parts = Vec::new();
    let encoding_header = format!("accept-encoding: {encoding}\r\n\r\n");
    connection.send_request(request.replacen("\r\n\r\n", &format!("\r\n{encoding_header}"), 1).as_bytes()).await?;
    parts.push(("page".to_owned(), connection.last_response().len()));
    for path in asset_paths(&html) {
        connection.send_request(get_request(path, &[("accept-encoding", encoding)]).as_bytes()).await?;
        parts.push((path.to_owned(), connection.last_response().len()));
    }
    Ok(parts)
}
