//! Row 10: whether a long history makes operations slower; runs alternately on two sites.

use super::{memory::stream_request, thread_page::thread_request};
use crate::{
    load_generator::SERVER_CORE,
    measurement::{Aim, Claim, Row, Sample},
    messages::message_request,
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    history,
    http_client::{self, HttpConnection},
    latencies::Latencies,
    people,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use std::time::Instant;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const LONG: usize = 1_000_000;
const SHORT: usize = 1_000;
/// The operations; each is repeated [`REPETITIONS`] times per round.
const OPERATIONS: [&str; 4] = ["open the thread", "page back", "send", "resume"];
const REPETITIONS: usize = 200;
/// Events that a resumed stream has missed.
const MISSED: i64 = 10;

/// A site whose two people have exchanged many messages.
struct SiteWithHistory {
    site: Site,
    messages: usize,
    connection: HttpConnection,
}

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let mut long = SiteWithHistory::start_with(scale.scale_count(LONG)).await?;
    let mut short = SiteWithHistory::start_with(SHORT).await?;
    let mut rounds: [Vec<(Sample, Sample)>; 4] = Default::default();
    for _ in 0..scale.rounds() {
        let mut times: [[Latencies; 2]; 4] = Default::default();
        let cpu_before = [cpu_seconds(long.site.id())?, cpu_seconds(short.site.id())?];
        let began = Instant::now();
        for number in 0..scale.scale_count(REPETITIONS) {
            for (operation, times) in times.iter_mut().enumerate() {
                times[0].record(long.run_operation(operation, number).await?);
                times[1].record(short.run_operation(operation, number).await?);
            }
        }
        let all = [cpu_seconds(long.site.id())? - cpu_before[0], cpu_seconds(short.site.id())? - cpu_before[1]];
        let wall = began.elapsed().as_secs_f64();
        for (rounds, [long, short]) in rounds.iter_mut().zip(times) {
            let side = |times: &Latencies, cpu: f64| Sample {
                value: times.percentile_millis(50),
                cpu: cpu / 4.0,
                wall: wall / 8.0,
            };
            rounds.push((side(&long, all[0]), side(&short, all[1])));
        }
    }
    let claims = OPERATIONS.iter().zip(rounds).map(|(operation, rounds)| Claim {
        work: format!("{} messages: {operation}, median", scale.scale_count(LONG)),
        unit: "ms",
        peer: "1,000",
        aim: Aim::AtMost(1.2),
        rounds,
        error: None,
    });
    Ok(Row {
        claims: claims.collect(),
        notes: vec!["CPU and wall are a quarter of that of all four operations".to_owned()],
    })
}

impl SiteWithHistory {
    async fn start_with(messages: usize) -> Result<Self> {
        let prepared = PreparedSite::seed(&[("GREENROOM_SENDS_PER_MINUTE", "1000000")])?;
        let mut inserts = BulkInsert::connect_to(&prepared.database_url()).await?;
        people::insert_people(&mut inserts, 2, 1).await?;
        history::insert_history(&mut inserts, 0, messages).await?;
        let site = prepared.start_server(Some(SERVER_CORE)).await?;
        let connection = HttpConnection::connect_to(site.port).await?;
        Ok(Self { site, messages, connection })
    }

    async fn run_operation(&mut self, operation: usize, number: usize) -> Result<std::time::Duration> {
        let request = match operation {
            0 => thread_request(0),
            1 => {
                // Spreads the pages over the whole history; 7,919 is prime.
                let before = self.messages - (number * 7_919) % (self.messages - 50);
                let path = format!("/api/conversations/{}/messages?before={before}", people::conversation_id(0));
                http_client::get_request(&path, &[("cookie", &people::session_cookie(0, 0))])
            }
            2 => message_request(0, number),
            _ => return self.resume_stream().await,
        };
        let began = Instant::now();
        match self.connection.send_request(request.as_bytes()).await? {
            200..300 => Ok(began.elapsed()),
            status => Err(format!("{} failed with status {status}", OPERATIONS[operation]).into()),
        }
    }

    /// Opens a stream that has missed [`MISSED`] events, and returns the time until it has received them.
    async fn resume_stream(&mut self) -> Result<std::time::Duration> {
        let path = format!("/api/conversations/{}/messages?limit=1", people::conversation_id(0));
        self.connection
            .send_request(http_client::get_request(&path, &[("cookie", &people::session_cookie(0, 0))]).as_bytes())
            .await?;
        let answer = self.connection.last_response().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let cursor = serde_json::from_slice::<serde_json::Value>(answer)?["cursor"].as_i64().ok_or("no cursor")?;
        let request = stream_request(0, 0, Some(cursor - MISSED));
        let (began, mut buffer, mut marks) = (Instant::now(), vec![0; 16 << 10], 0);
        let mut socket = TcpStream::connect(("127.0.0.1", self.site.port)).await?;
        socket.set_nodelay(true)?;
        socket.write_all(request.as_bytes()).await?;
        while marks < MISSED {
            match socket.read(&mut buffer).await? {
                0 => return Err("the stream has ended".into()),
                length => marks += buffer[..length].iter().filter(|byte| **byte == b'~').count() as i64,
            }
        }
        Ok(began.elapsed())
    }
}
