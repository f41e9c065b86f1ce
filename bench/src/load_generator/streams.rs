//! Thousands of streams: a task and a socket each, with one shared buffer.

use crate::mark_counter::MarkCounter;
use bench::{latencies::Latencies, site::Result};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    io::ErrorKind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::Instant,
};

/// Connections being established at the same time: more would overflow the server's listen backlog.
const MAX_CONNECTING: usize = 256;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 << 10]);
}

/// Counters over all streams.
#[derive(Clone, Debug, Default)]
pub(crate) struct StreamStats {
    opened: u64,
    /// Streams that have received a mark.
    marked: u64,
    marks: u64,
    ended: u64,
    error: String,
}

/// State that the streams of one command share.
struct StreamGroup {
    began: Instant,
    state: watch::Sender<StreamStats>,
    /// Time until the first mark of each stream.
    times: Mutex<Latencies>,
}

#[derive(Default)]
pub(crate) struct Streams {
    port: u16,
    /// Copied for each stream.
    mark_counter: MarkCounter,
    tasks: JoinSet<()>,
    group: Option<Arc<StreamGroup>>,
}

impl Streams {
    pub(crate) async fn open_streams(&mut self, port: u16, mark: &str, requests: Vec<String>) -> Result<Value> {
        (self.port, self.mark_counter) = (port, MarkCounter::new(mark)?);
        let count = requests.len() as u64;
        let group = self.replace_streams(requests).await;
        let opened = group.wait_for(|state| state.opened == count).await?;
        Ok(json!({ "opened": opened.opened, "seconds": group.began.elapsed().as_secs_f64() }))
    }

    pub(crate) async fn resume_streams(&mut self, requests: Vec<String>) -> Result<Value> {
        let count = requests.len() as u64;
        let group = self.replace_streams(requests).await;
        group.wait_for(|state| state.marked == count).await?;
        let seconds = group.began.elapsed().as_secs_f64();
        let times = group.lock_latencies();
        let (p50, p99) = (times.percentile_millis(50), times.percentile_millis(99));
        Ok(json!({ "resumed": count, "seconds": seconds, "p50": p50, "p99": p99 }))
    }

    pub(crate) async fn wait_marks(&self, count: u64) -> Result<Value> {
        let group = self.group.as_ref().ok_or("no streams")?;
        let state = group.wait_for(|state| state.marks >= count).await?;
        Ok(json!({ "marks": state.marks }))
    }

    pub(crate) fn describe_state(&self) -> String {
        self.group.as_ref().map_or_else(String::new, |group| format!("{:?}", *group.state.borrow()))
    }

    /// Resets the existing streams, and opens others.
    async fn replace_streams(&mut self, requests: Vec<String>) -> Arc<StreamGroup> {
        let began = Instant::now();
        self.tasks.shutdown().await;
        let group = Arc::new(StreamGroup { began, state: watch::Sender::default(), times: Mutex::default() });
        let connecting = Arc::new(Semaphore::new(MAX_CONNECTING));
        for request in requests {
            let (port, mark_counter) = (self.port, self.mark_counter.clone());
            let (group, connecting) = (group.clone(), connecting.clone());
            self.tasks.spawn(async move {
                let Err(error) = group.read_stream(port, request, mark_counter, &connecting).await;
                group.state.send_modify(|state| {
                    state.ended += 1;
                    state.error = error.to_string();
                });
            });
        }
        self.group = Some(group.clone());
        group
    }
}

impl StreamGroup {
    /// Reads a stream; returns only on errors.
    async fn read_stream(
        &self,
        port: u16,
        request: String,
        mut mark_counter: MarkCounter,
        connecting: &Semaphore,
    ) -> Result<std::convert::Infallible> {
        let permit = connecting.acquire().await?;
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        drop(permit);
        // Dropping the socket sends a reset, as a broken connection does, and leaves no port in TIME_WAIT.
        socket.set_zero_linger()?;
        socket.write_all(request.as_bytes()).await?;
        drop(request);
        let (mut open, mut marked) = (false, false);
        loop {
            socket.readable().await?;
            let Some((ok, marks)) = read_available(&socket, &mut mark_counter)? else { continue };
            if !open && !ok {
                return Err("a stream was rejected".into());
            }
            self.record_read(marks, !open, marks > 0 && !marked);
            (open, marked) = (true, marked || marks > 0);
        }
    }

    fn record_read(&self, marks: u64, opened: bool, marked: bool) {
        if marked {
            self.lock_latencies().record(self.began.elapsed());
        }
        self.state.send_if_modified(|state| {
            state.marks += marks;
            state.opened += u64::from(opened);
            state.marked += u64::from(marked);
            marks > 0 || opened
        });
    }

    async fn wait_for(&self, is_reached: impl Fn(&StreamStats) -> bool) -> Result<StreamStats> {
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| state.ended > 0 || is_reached(state)).await?.clone();
        if state.ended > 0 {
            return Err(format!("{} streams have ended: {}", state.ended, state.error).into());
        }
        Ok(state)
    }

    fn lock_latencies(&self) -> MutexGuard<'_, Latencies> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads available data: whether it starts with a 200 response, and its number of marks. `None` if there is no data.
fn read_available(socket: &TcpStream, mark_counter: &mut MarkCounter) -> Result<Option<(bool, u64)>> {
    BUFFER.with_borrow_mut(|buffer| match socket.try_read(buffer) {
        Ok(0) => Err("a stream has ended".into()),
        Ok(length) => {
            let data = &buffer[..length];
            Ok(Some((data.starts_with(b"HTTP/1.1 200"), mark_counter.count_in(data))))
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    })
}
