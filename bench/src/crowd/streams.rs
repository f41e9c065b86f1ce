//! Streams by the thousand: a task and a socket each, and no buffer of their own.

use bench::{site::Result, times::Times};
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

/// Connections that are being made at once: more would overflow the queue of whoever lets them in.
const AT_ONCE: usize = 256;
const MARK: u8 = b'~';

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 << 10]);
}

/// What the streams have come to so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    opened: u64,
    /// Those that have heard a mark.
    reached: u64,
    marks: u64,
    ended: u64,
    fault: String,
}

/// What the streams of one opening share.
struct Shared {
    began: Instant,
    state: watch::Sender<State>,
    /// How long it took each to hear its first mark.
    times: Mutex<Times>,
}

#[derive(Default)]
pub(crate) struct Streams {
    port: u16,
    tasks: JoinSet<()>,
    shared: Option<Arc<Shared>>,
}

impl Streams {
    pub(crate) async fn open(&mut self, port: u16, questions: Vec<String>) -> Result<Value> {
        self.port = port;
        let count = questions.len() as u64;
        let shared = self.begin(questions).await;
        let opened = shared.until(|state| state.opened == count).await?;
        Ok(json!({ "opened": opened.opened, "seconds": shared.began.elapsed().as_secs_f64() }))
    }

    pub(crate) async fn resume(&mut self, questions: Vec<String>) -> Result<Value> {
        let count = questions.len() as u64;
        let shared = self.begin(questions).await;
        shared.until(|state| state.reached == count).await?;
        let seconds = shared.began.elapsed().as_secs_f64();
        let times = shared.times();
        let (p50, p99) = (times.percentile(50), times.percentile(99));
        Ok(json!({ "resumed": count, "seconds": seconds, "p50": p50, "p99": p99 }))
    }

    pub(crate) async fn hear(&self, count: u64) -> Result<Value> {
        let shared = self.shared.as_ref().ok_or("no streams")?;
        let state = shared.until(|state| state.marks >= count).await?;
        Ok(json!({ "marks": state.marks }))
    }

    pub(crate) fn state(&self) -> String {
        self.shared.as_ref().map_or_else(String::new, |shared| format!("{:?}", *shared.state.borrow()))
    }

    /// Ends the streams there are, with a reset, and begins others.
    async fn begin(&mut self, questions: Vec<String>) -> Arc<Shared> {
        let began = Instant::now();
        self.tasks.shutdown().await;
        let shared = Arc::new(Shared { began, state: watch::Sender::default(), times: Mutex::default() });
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        for question in questions {
            let (port, shared, gate) = (self.port, shared.clone(), gate.clone());
            self.tasks.spawn(async move {
                let Err(fault) = shared.listen(port, question, &gate).await;
                shared.state.send_modify(|state| {
                    state.ended += 1;
                    state.fault = fault.to_string();
                });
            });
        }
        self.shared = Some(shared.clone());
        shared
    }
}

impl Shared {
    /// Follows a stream. It never ends well.
    async fn listen(&self, port: u16, question: String, gate: &Semaphore) -> Result<std::convert::Infallible> {
        let turn = gate.acquire().await?;
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        drop(turn);
        // A cut is a reset, as of a line that breaks, and leaves no port behind that has to wait.
        socket.set_zero_linger()?;
        socket.write_all(question.as_bytes()).await?;
        drop(question);
        let (mut open, mut reached) = (false, false);
        loop {
            socket.readable().await?;
            let Some((ok, marks)) = take(&socket)? else { continue };
            if !open && !ok {
                return Err("a stream was refused".into());
            }
            self.note(marks, !open, marks > 0 && !reached);
            (open, reached) = (true, reached || marks > 0);
        }
    }

    fn note(&self, marks: u64, opened: bool, reached: bool) {
        if reached {
            self.times().add(self.began.elapsed());
        }
        self.state.send_if_modified(|state| {
            state.marks += marks;
            state.opened += u64::from(opened);
            state.reached += u64::from(reached);
            marks > 0 || opened
        });
    }

    async fn until(&self, there: impl Fn(&State) -> bool) -> Result<State> {
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| state.ended > 0 || there(state)).await?.clone();
        if state.ended > 0 {
            return Err(format!("{} streams have ended: {}", state.ended, state.fault).into());
        }
        Ok(state)
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what has come: whether it begins as an answer that is well, and the marks in it. Nothing, where nothing has.
fn take(socket: &TcpStream) -> Result<Option<(bool, u64)>> {
    BUFFER.with_borrow_mut(|buffer| match socket.try_read(buffer) {
        Ok(0) => Err("a stream has ended".into()),
        Ok(length) => {
            let heard = &buffer[..length];
            let marks = heard.iter().filter(|byte| **byte == MARK).count() as u64;
            Ok(Some((heard.starts_with(b"HTTP/1.1 200"), marks)))
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    })
}
