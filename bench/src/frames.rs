//! The frames of an event stream.

use std::time::Duration;

/// What stands between two blank lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// What kind it is.
    pub event: String,
    /// Its number, where it has one.
    pub id: Option<i64>,
    /// One line of JSON.
    pub data: String,
    /// How long to wait before coming back.
    pub retry: Option<Duration>,
}

/// Takes a stream as it comes, and gives what is complete.
#[derive(Debug, Default)]
pub struct Frames(Vec<u8>);

impl Frames {
    /// What is complete with these bytes.
    pub fn add(&mut self, chunk: &[u8]) -> Vec<Frame> {
        self.0.extend_from_slice(chunk);
        let mut frames = Vec::new();
        while let Some(end) = self.0.windows(2).position(|pair| pair == b"\n\n") {
            let rest = self.0.split_off(end + 2);
            frames.push(read(&String::from_utf8_lossy(&std::mem::replace(&mut self.0, rest))));
        }
        frames
    }
}

fn read(text: &str) -> Frame {
    let mut frame = Frame::default();
    for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
        match name {
            "event" => frame.event = value.to_owned(),
            "id" => frame.id = value.parse().ok(),
            "data" => frame.data = value.to_owned(),
            "retry" => frame.retry = value.parse().ok().map(Duration::from_millis),
            _ => {}
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_whole_however_they_are_cut() {
        let stream =
            "retry: 1500\nevent: ready\nid: 7\ndata: {\"cursor\":7}\n\nevent: heartbeat\ndata: {\"x\": \"ß\"}\n\n";
        let ready = Frame {
            event: "ready".into(),
            id: Some(7),
            data: "{\"cursor\":7}".into(),
            retry: Some(Duration::from_millis(1_500)),
        };
        let beat = Frame { event: "heartbeat".into(), data: "{\"x\": \"ß\"}".into(), ..Frame::default() };
        let mut frames = Frames::default();
        let cut: Vec<Frame> = stream.as_bytes().iter().flat_map(|byte| frames.add(&[*byte])).collect();
        assert_eq!(cut, [ready, beat]);
        assert_eq!(Frames::default().add(stream.as_bytes()), cut);
    }
}
