//! Whether the book, the database and all readers agree.
//!
//! Each is compared with the database: what was acknowledged, what everybody was to be told, and what each reader
//! heard. So readers who agree with it agree with each other.

use crate::{
    ack_log::Acknowledgement,
    truth::{Log, Row, Truth},
};
use bench::stream_client::MessageEvent;
use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Display, Formatter},
};
use uuid::Uuid;

/// Cases that are told in full.
const TOLD: usize = 20;

/// What a reader heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) person: Uuid,
    /// The last number that arrived.
    pub(crate) last: i64,
    pub(crate) messages: Vec<MessageEvent>,
    /// Events that came again.
    pub(crate) again: usize,
    /// Numbers that were passed over, and streams that began anew.
    pub(crate) gaps: usize,
}

/// What went wrong, in cases. All is well where nothing did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Acknowledged and not there as it was acknowledged; there and not told; told and not heard.
    pub(crate) lost: usize,
    /// There, told or heard more than once, or though nobody wrote it.
    pub(crate) doubled: usize,
    /// In another place than acknowledged, than in the database, or than for other readers.
    pub(crate) disordered: usize,
    /// Numbers that are missing.
    pub(crate) gaps: usize,
    /// The first of those cases, in words.
    pub(crate) cases: Vec<String>,
}

impl Verdict {
    /// Compares everything. `before` messages stood in each conversation before anybody wrote.
    pub(crate) fn on(entries: &[Acknowledgement], truth: &Truth, readers: &[Reader], before: i64) -> Self {
        let mut verdict = Self::default();
        let mut acknowledged: HashMap<Uuid, Vec<&Acknowledgement>> = HashMap::new();
        for entry in entries {
            acknowledged.entry(entry.conversation).or_default().push(entry);
        }
        for (id, rows) in &truth.conversations {
            verdict.numbers(&format!("conversation {id}"), rows.iter().map(|row| row.seq));
            verdict.conversation(*id, rows, &acknowledged.remove(id).unwrap_or_default(), before);
        }
        let elsewhere: usize = acknowledged.values().map(Vec::len).sum();
        verdict.add(|it| &mut it.lost, elsewhere, || "conversations that aren't there".to_owned());
        verdict.writers(entries);
        for (person, log) in &truth.logs {
            verdict.log(*person, log, truth);
        }
        for reader in readers {
            verdict.reader(reader, &truth.logs[&reader.person]);
        }
        verdict
    }

    pub(crate) fn is_good(&self) -> bool {
        self.lost + self.doubled + self.disordered + self.gaps == 0
    }

    /// From 1 on, each once.
    fn numbers(&mut self, whose: &str, numbers: impl Iterator<Item = i64>) {
        let mut last = 0;
        for number in numbers {
            if number <= last {
                self.add(|it| &mut it.doubled, 1, || format!("{whose} has a second {number}"));
            } else if number > last + 1 {
                self.add(|it| &mut it.gaps, 1, || format!("{whose} has {number} behind {last}"));
            }
            last = number;
        }
    }

    fn conversation(&mut self, id: Uuid, rows: &[Row], acknowledged: &[&Acknowledgement], before: i64) {
        let mut there: HashMap<Uuid, Vec<&Row>> = HashMap::new();
        for row in rows {
            there.entry(row.client_id).or_default().push(row);
        }
        for entry in acknowledged {
            let name = || format!("message {} of conversation {id}", entry.seq);
            match there.get(&entry.client_id).map(Vec::as_slice) {
                None | Some([]) => self.add(|it| &mut it.lost, 1, || format!("{} isn't there", name())),
                Some([row, more @ ..]) => {
                    self.add(|it| &mut it.doubled, more.len(), || format!("{} is there again", name()));
                    let other_text = usize::from(row.body != entry.body);
                    self.add(|it| &mut it.lost, other_text, || format!("{} says something else", name()));
                    let moved = usize::from(row.seq != entry.seq);
                    self.add(|it| &mut it.disordered, moved, || format!("{} stands at {}", name(), row.seq));
                }
            }
        }
        let written: HashSet<Uuid> = acknowledged.iter().map(|entry| entry.client_id).collect();
        for row in rows.iter().filter(|row| row.seq > before && !written.contains(&row.client_id)) {
            self.add(|it| &mut it.doubled, 1, || format!("nobody wrote {} of conversation {id}", row.seq));
        }
    }

    /// What somebody wrote stands in the order they wrote it.
    fn writers(&mut self, entries: &[Acknowledgement]) {
        let mut last: HashMap<usize, i64> = HashMap::new();
        for Acknowledgement { writer, seq, .. } in entries {
            let before = last.insert(*writer, *seq).unwrap_or_default();
            let back = usize::from(before >= *seq);
            self.add(|it| &mut it.disordered, back, || format!("writer {writer} got {seq} after {before}"));
        }
    }

    /// Everything that stands in somebody's conversations is in what they were to be told, in its order.
    fn log(&mut self, person: Uuid, log: &Log, truth: &Truth) {
        self.numbers(&format!("the log of {person}"), log.numbers.iter().copied());
        let last = log.numbers.last().copied().unwrap_or_default();
        let off = usize::from(last != log.head);
        self.add(|it| &mut it.gaps, off, || format!("the log of {person} ends at {last}, not {}", log.head));
        let mut told: HashMap<Uuid, Vec<Row>> = HashMap::new();
        for message in &log.messages {
            let row = Row { seq: message.seq, client_id: message.client_id, body: message.body };
            told.entry(message.conversation).or_default().push(row);
        }
        for (id, told) in told {
            let rows = truth.conversations.get(&id).map(Vec::as_slice).unwrap_or_default();
            self.same(&format!("what {person} was to be told of conversation {id}"), rows, &told);
        }
    }

    fn reader(&mut self, reader: &Reader, log: &Log) {
        let Reader { person, last, messages, again, gaps } = reader;
        self.add(|it| &mut it.doubled, *again, || format!("a reader of {person} heard {again} events again"));
        self.add(|it| &mut it.gaps, *gaps, || format!("a reader of {person} had {gaps} gaps or new beginnings"));
        let lacking = usize::try_from(log.head - last).unwrap_or_default();
        self.add(|it| &mut it.lost, lacking, || format!("a reader of {person} is at {last} of {}", log.head));
        self.same(&format!("what a reader of {person} heard"), &log.messages, messages);
    }

    /// The same in the same order.
    fn same<T: PartialEq + fmt::Debug>(&mut self, what: &str, right: &[T], found: &[T]) {
        let lacking = right.len().saturating_sub(found.len());
        self.add(|it| &mut it.lost, lacking, || format!("{what} lacks {lacking} messages"));
        let surplus = found.len().saturating_sub(right.len());
        self.add(|it| &mut it.doubled, surplus, || format!("{what} has {surplus} messages too many"));
        let mut differing = right.iter().zip(found).filter(|(right, found)| right != found);
        let (count, first) = (differing.clone().count(), differing.next());
        self.add(|it| &mut it.disordered, count, || format!("{what} differs first at {first:?}"));
    }

    fn add(&mut self, kind: impl Fn(&mut Self) -> &mut usize, count: usize, told: impl Fn() -> String) {
        *kind(self) += count;
        if count > 0 && self.cases.len() < TOLD {
            self.cases.push(told());
        }
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { lost, doubled, disordered, gaps, cases } = self;
        write!(f, "lost {lost}, doubled {doubled}, in another order {disordered}, gaps {gaps}")?;
        cases.iter().try_for_each(|case| write!(f, "\n  {case}"))
    }
}

#[cfg(test)]
mod tests;
