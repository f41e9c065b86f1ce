//! Send and arrival times of messages, both taken in this process.

use bench::{latencies::Latencies, site::Result};
use std::sync::{Arc, OnceLock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};

/// How long a message may take: longer than the heartbeat interval, after which a lost event is found.
const DELIVERY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(40);

/// Times by message number.
#[derive(Clone)]
pub(crate) struct MessageTimes(Arc<Vec<OnceLock<Instant>>>);

impl MessageTimes {
    /// Allocates space for `count` messages.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self(Arc::new((0..count).map(|_| OnceLock::new()).collect()))
    }

    /// Records the current time, and returns whether it is the first for this number.
    pub(crate) fn record_now(&self, number: usize) -> bool {
        self.0.get(number).is_some_and(|moment| moment.set(Instant::now()).is_ok())
    }

    pub(crate) fn recorded_count(&self) -> usize {
        self.0.iter().filter(|moment| moment.get().is_some()).count()
    }

    /// Returns the differences to earlier times, for the numbers that have both.
    pub(crate) fn latencies_since(&self, earlier: &MessageTimes) -> Latencies {
        let mut times = Latencies::default();
        for (later, earlier) in self.0.iter().zip(earlier.0.iter()) {
            if let (Some(later), Some(earlier)) = (later.get(), earlier.get()) {
                times.record(later.saturating_duration_since(*earlier));
            }
        }
        times
    }
}

/// Streams on which messages arrive; a message is identified by the number after its mark.
pub(crate) struct StreamReaders {
    pub(crate) received: MessageTimes,
    count: watch::Sender<usize>,
    streams: JoinSet<Result<()>>,
}

impl StreamReaders {
    /// Opens one stream per request, and waits until all are open.
    pub(crate) async fn open_streams(
        port: u16,
        requests: impl IntoIterator<Item = String>,
        capacity: usize,
    ) -> Result<Self> {
        let mut readers = Self {
            received: MessageTimes::with_capacity(capacity),
            count: watch::Sender::new(0),
            streams: JoinSet::new(),
        };
        for request in requests {
            let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
            socket.set_nodelay(true)?;
            socket.write_all(request.as_bytes()).await?;
            let mut first = vec![0; 4 << 10];
            let length = socket.read(&mut first).await?;
            if !first[..length].starts_with(b"HTTP/1.1 200") {
                return Err("a stream was rejected".into());
            }
            readers.streams.spawn(read_marks(socket, readers.received.clone(), readers.count.clone()));
        }
        Ok(readers)
    }

    /// Waits until `count` different messages have arrived.
    pub(crate) async fn wait_received(&mut self, count: usize) -> Result<()> {
        let mut received = self.count.subscribe();
        tokio::select! {
            received = timeout(DELIVERY_TIMEOUT, received.wait_for(|received| *received >= count)) => match received {
                Ok(received) => received.map(drop).map_err(Into::into),
                Err(_) => Err(format!("{} of {count} messages have arrived", self.received.recorded_count()).into()),
            },
            Some(ended) = self.streams.join_next() => Err(format!("a stream has ended: {ended:?}").into()),
        }
    }
}

async fn read_marks(mut socket: TcpStream, received: MessageTimes, count: watch::Sender<usize>) -> Result<()> {
    let mut buffer = vec![0; 16 << 10];
    // The number being read; it may continue in the next chunk.
    let mut number: Option<usize> = None;
    loop {
        let length = socket.read(&mut buffer).await?;
        if length == 0 {
            return Err("the stream has ended".into());
        }
        for byte in &buffer[..length] {
            number = match (number, byte) {
                (_, b'~') => Some(0),
                (Some(so_far), b'0'..=b'9') => Some(so_far * 10 + usize::from(byte - b'0')),
                (Some(whole), _) => {
                    if received.record_now(whole) {
                        count.send_modify(|count| *count += 1);
                    }
                    None
                }
                (None, _) => None,
            };
        }
    }
}
