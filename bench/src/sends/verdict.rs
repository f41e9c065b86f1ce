//! Whether what was sent is there and was told: each message once, and in order.

use crate::{
    outbox::Sent,
    stage::{Conversation, Person, Stage, text},
};
use bench::site::Result;
use std::collections::HashMap;

/// What went wrong, in cases. All is well where nothing did.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Acknowledged messages that aren't in the history, or never came on a stream.
    pub(crate) lost: usize,
    /// Messages that are there more than once, and events that came again.
    pub(crate) doubled: usize,
    /// Messages of one writer that changed places; places where two views differ; and numbers that are missing.
    pub(crate) out_of_order: usize,
}

impl Verdict {
    pub(crate) fn is_good(&self) -> bool {
        self.lost + self.doubled + self.out_of_order == 0
    }

    /// Compares what was acknowledged with the database, and with what came on each stream.
    pub(crate) async fn on(stage: &Stage, sent: &[Sent]) -> Result<Self> {
        let mut verdict = Self::default();
        for conversation in &stage.conversations {
            let sent: Vec<&Sent> = sent.iter().filter(|sent| sent.conversation == conversation.id).collect();
            verdict.judge(stage, conversation, &sent).await?;
        }
        for person in &stage.people {
            let told = person.ear.told();
            verdict.doubled += told.again;
            verdict.out_of_order += told.gaps;
        }
        Ok(verdict)
    }

    async fn judge(&mut self, stage: &Stage, conversation: &Conversation, sent: &[&Sent]) -> Result<()> {
        let [organizer, talent] = &conversation.people;
        let history = self.read(stage, organizer, conversation).await?;
        let as_talent = self.read(stage, talent, conversation).await?;
        self.differ(&history, &as_talent);
        self.miss(&history, sent);
        for person in &conversation.people {
            let messages = person.ear.told().messages.clone();
            let heard: Vec<String> = messages
                .into_iter()
                .filter(|heard| heard.conversation == conversation.id)
                .map(|heard| heard.body)
                .collect();
            self.miss(&heard, sent);
            self.differ(&history, &heard);
        }
        Ok(())
    }

    /// All that was said, as somebody reads it.
    async fn read(
        &mut self,
        stage: &Stage,
        person: &Person,
        Conversation { id, .. }: &Conversation,
    ) -> Result<Vec<String>> {
        let (mut bodies, mut after) = (Vec::new(), 0);
        loop {
            let path = format!("/api/conversations/{id}/messages?after={after}&limit=100");
            let page = person.asks(&stage.site, &path).await?;
            for message in page["messages"].as_array().ok_or("no messages")? {
                let seq = message["seq"].as_i64().ok_or("no number")?;
                self.out_of_order += usize::from(seq != after + 1);
                after = seq;
                bodies.push(text(&message["body"])?);
            }
            if page["hasMore"] != true {
                return Ok(bodies);
            }
        }
    }

    /// Each message has to be there once, and each writer's in the order they were written.
    fn miss(&mut self, bodies: &[String], sent: &[&Sent]) {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, body) in bodies.iter().enumerate() {
            places.entry(body).or_default().push(place);
        }
        let mut last_of: HashMap<&str, usize> = HashMap::new();
        for sent in sent {
            match places.get(sent.body.as_str()).map(Vec::as_slice) {
                None | Some([]) => self.lost += 1,
                Some([first, more @ ..]) => {
                    self.doubled += more.len();
                    let last = last_of.insert(&sent.sender, *first);
                    self.out_of_order += usize::from(last.is_some_and(|last| last > *first));
                }
            }
        }
    }

    /// Counts where two views differ as far as both go; what one lacks is lost, and counted as such.
    fn differ(&mut self, one: &[String], other: &[String]) {
        self.out_of_order += one.iter().zip(other).filter(|(one, other)| one != other).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn sent(body: &str) -> Sent {
        Sent {
            conversation: String::new(),
            sender: String::new(),
            body: body.to_owned(),
            taken: Instant::now(),
            tries: 1,
            arrived_before: false,
        }
    }

    /// Lost, doubled, out of order: of one who wrote a, b and c.
    fn judged(found: &[&str]) -> (usize, usize, usize) {
        let written = ["a", "b", "c"].map(sent);
        let found: Vec<String> = found.iter().map(|body| body.to_string()).collect();
        let mut verdict = Verdict::default();
        verdict.miss(&found, &written.iter().collect::<Vec<_>>());
        (verdict.lost, verdict.doubled, verdict.out_of_order)
    }

    #[test]
    fn what_went_wrong_is_seen() {
        assert_eq!(judged(&["a", "other", "b", "c"]), (0, 0, 0));
        assert_eq!(judged(&["a", "c"]), (1, 0, 0));
        assert_eq!(judged(&["a", "b", "a", "c", "a"]), (0, 2, 0));
        assert_eq!(judged(&["b", "a", "c"]), (0, 0, 1));
    }
}
