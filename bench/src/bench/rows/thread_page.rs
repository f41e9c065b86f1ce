//! Row 7: how many pages of a thread with 50 messages one core serves to a signed-in person.

use crate::{
    load_generator::{LOAD_CORE, LoadGenerator, SERVER_CORE, elapsed_seconds},
    measurement::{Aim, Claim, Row, Sample, Spread},
    peers::{
        baseline::Baseline,
        next::{COOKIE, Next, THREAD},
    },
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    history, http_client, people,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use std::{fs, time::Duration};

const MESSAGES: usize = 50;
const CONNECTIONS: usize = 16;
const DURATION: Duration = Duration::from_secs(6);
/// Runs before each round, so that caches and connections are warm.
const WARM_UP: Duration = Duration::from_secs(1);

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (site, page, database) = start_site().await?;
    let file = tempfile::NamedTempFile::new()?;
    let text = fetch_page(site.port, &page).await?;
    fs::write(file.path(), &text)?;
    let baseline = Baseline::start(Some(SERVER_CORE), file.path(), Some(&database)).await?;
    let next = Next::start(Some(SERVER_CORE)).await?;
    let thread = http_client::get_request(THREAD, &[("cookie", COOKIE)]);
    let theirs = fetch_page(next.port, &thread).await?;
    let count_messages = |text: &str| text.matches("data-seq=").count();
    if count_messages(&text) != MESSAGES || count_messages(&theirs) < MESSAGES {
        return Err(
            format!("the pages differ: {} and {} messages", count_messages(&text), count_messages(&theirs)).into()
        );
    }
    let baseline_request = page.replacen("/conversations/", "/thread/", 1);
    let (mut next_rounds, mut axum_rounds, mut from_memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scale.rounds() {
        let ours = measure_pages(scale, site.id(), site.port, &page).await?;
        next_rounds.push((ours, measure_pages(scale, next.id(), next.port, &thread).await?));
        axum_rounds.push((ours, measure_pages(scale, baseline.id(), baseline.port, &baseline_request).await?));
        from_memory.push(
            measure_pages(scale, baseline.id(), baseline.port, &http_client::get_request("/page", &[])).await?.value,
        );
    }
    let claim = |peer, least, rounds| Claim {
        work: format!("pages of a thread of {MESSAGES}, on a core"),
        unit: "a CPU second",
        peer,
        aim: Aim::AtLeast(least),
        rounds,
        error: None,
    };
    let claims = vec![
        claim("Next.js, from memory", 20.0, next_rounds),
        claim("axum, from the same rows by hand", 0.5, axum_rounds),
    ];
    let sizes = format!("Greenroom's page has {} bytes, that of Next.js {}", text.len(), theirs.len());
    let from_memory = format!("axum, the same text from memory: {} a CPU second", Spread::of(from_memory));
    Ok(Row { claims, notes: vec![sizes, from_memory] })
}

/// Starts a site on its own core; returns it with the request for a thread's page and its database URL.
async fn start_site() -> Result<(Site, String, String)> {
    let prepared = PreparedSite::seed(&[])?;
    let database = prepared.database_url();
    let mut inserts = BulkInsert::connect_to(&database).await?;
    people::insert_people(&mut inserts, 2, 1).await?;
    history::insert_history(&mut inserts, 0, MESSAGES).await?;
    let site = prepared.start_server(Some(SERVER_CORE)).await?;
    Ok((site, thread_request(0), database))
}

/// Builds the request for the page of a person's conversation.
pub(super) fn thread_request(person: usize) -> String {
    http_client::get_request(
        &format!("/conversations/{}", people::conversation_id(person)),
        &[("cookie", &people::session_cookie(person, 0))],
    )
}

async fn fetch_page(port: u16, request: &str) -> Result<String> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut head = request.lines();
    let path = head.next().and_then(|line| line.split(' ').nth(1)).ok_or("the request has no path")?;
    let cookie = head.find_map(|line| line.strip_prefix("cookie: ")).unwrap_or_default();
    let request = client.get(format!("http://127.0.0.1:{port}{path}")).header("cookie", cookie);
    Ok(request.send().await?.error_for_status()?.text().await?)
}

async fn measure_pages(scale: Scale, server: u32, port: u16, request: &str) -> Result<Sample> {
    let mut load_generator = LoadGenerator::start_on(Some(LOAD_CORE))?;
    let millis = |time: Duration| u64::try_from(scale.scale_duration(time).as_millis());
    load_generator.send_repeatedly(port, CONNECTIONS, millis(WARM_UP)?, request.to_owned()).await?;
    let cpu_before = cpu_seconds(server)?;
    let answer = load_generator.send_repeatedly(port, CONNECTIONS, millis(DURATION)?, request.to_owned()).await?;
    // Divides by the server's CPU time, because the load generator may be slower than the server.
    let (completed, cpu) =
        (answer["completed"].as_f64().ok_or("the answer has no `completed`")?, cpu_seconds(server)? - cpu_before);
    Ok(Sample { value: completed / cpu, cpu, wall: elapsed_seconds(&answer)? })
}
