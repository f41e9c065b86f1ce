use super::*;

const HERE: Uuid = Uuid::from_u128(1);
const ALICE: Uuid = Uuid::from_u128(2);
const BOB: Uuid = Uuid::from_u128(3);

/// What somebody tampers with.
struct Case {
    entries: Vec<Acknowledgement>,
    truth: Truth,
    readers: Vec<Reader>,
}

fn told(seq: i64) -> MessageEvent {
    let id = u128::try_from(seq).expect("a small number");
    MessageEvent { event: seq, conversation: HERE, seq, client_id: Uuid::from_u128(100 + id), body: 7 }
}

impl Case {
    /// Three messages by one writer after an opening, heard by two people.
    fn good() -> Self {
        let messages: Vec<MessageEvent> = (1..=4).map(told).collect();
        let row = |told: &MessageEvent| Row { seq: told.seq, client_id: told.client_id, body: told.body };
        let log = Log { head: 4, numbers: vec![1, 2, 3, 4], messages: messages.clone() };
        let entry = |told: &MessageEvent| {
            let (client_id, seq, body) = (told.client_id, told.seq, told.body);
            Acknowledgement { writer: 0, conversation: HERE, client_id, seq, body }
        };
        let reader = |person| Reader { person, last: 4, messages: messages.clone(), again: 0, gaps: 0 };
        Self {
            entries: messages[1..].iter().map(entry).collect(),
            truth: Truth {
                conversations: HashMap::from([(HERE, messages.iter().map(row).collect())]),
                logs: HashMap::from([(ALICE, log.clone()), (BOB, log)]),
            },
            readers: vec![reader(ALICE), reader(ALICE), reader(BOB)],
        }
    }

    fn rows(&mut self) -> &mut Vec<Row> {
        self.truth.conversations.get_mut(&HERE).expect("the conversation")
    }

    fn log(&mut self) -> &mut Log {
        self.truth.logs.get_mut(&BOB).expect("the log")
    }
}

/// Lost, doubled, in another order, gaps: after somebody has tampered with a good case.
fn judged(tamper: impl FnOnce(&mut Case)) -> [usize; 4] {
    let mut case = Case::good();
    tamper(&mut case);
    let verdict = Verdict::on(&case.entries, &case.truth, &case.readers, 1);
    [verdict.lost, verdict.doubled, verdict.disordered, verdict.gaps]
}

#[test]
fn all_agree_where_nobody_tampered() {
    assert_eq!(judged(|_| {}), [0; 4]);
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_lost() {
    let [lost, _, _, gaps] = judged(|case| _ = case.rows().remove(2));
    assert!(lost > 0 && gaps > 0);
    let [lost, ..] = judged(|case| _ = case.rows().pop());
    assert!(lost > 0, "the last leaves no gap");
    let [lost, ..] = judged(|case| case.entries[0].body = 8);
    assert!(lost > 0, "another text");
    let [lost, ..] = judged(|case| case.entries[0].conversation = BOB);
    assert!(lost > 0, "in another conversation");
}

#[test]
fn what_stands_twice_is_doubled() {
    let again = Row { seq: 5, ..Row { seq: 4, client_id: told(4).client_id, body: 7 } };
    let [_, doubled, ..] = judged(|case| case.rows().push(again));
    assert!(doubled > 0);
    let unknown = Row { seq: 5, client_id: ALICE, body: 7 };
    let [_, doubled, ..] = judged(|case| case.rows().push(unknown));
    assert!(doubled > 0, "under another client id");
    let [_, doubled, ..] = judged(|case| case.readers[1].again = 1);
    assert_eq!(doubled, 1);
    let [_, doubled, ..] = judged(|case| case.readers[1].messages.push(told(4)));
    assert_eq!(doubled, 1);
    let [_, doubled, ..] = judged(|case| case.log().numbers = vec![1, 2, 3, 3, 4]);
    assert_eq!(doubled, 1);
}

#[test]
fn another_order_is_seen() {
    let [_, _, disordered, _] = judged(|case| case.entries.swap(0, 1));
    assert_eq!(disordered, 1, "a writer's own messages changed places");
    let [_, _, disordered, _] = judged(|case| case.entries[2].seq = 9);
    assert_eq!(disordered, 1, "acknowledged for another place");
    let [_, _, disordered, _] = judged(|case| case.readers[2].messages.swap(1, 2));
    assert_eq!(disordered, 2, "one of three readers heard another order");
    let [_, _, disordered, _] = judged(|case| case.log().messages.swap(1, 2));
    assert!(disordered > 0, "one of two people was to be told another order");
}

#[test]
fn what_nobody_heard_of_is_missed() {
    assert_eq!(judged(|case| case.readers[0].gaps = 1), [0, 0, 0, 1]);
    let [lost, ..] = judged(|case| case.readers[0].last = 3);
    assert_eq!(lost, 1);
    let [lost, ..] = judged(|case| _ = case.readers[0].messages.pop());
    assert_eq!(lost, 1);
    let [lost, ..] = judged(|case| _ = case.log().messages.pop());
    assert!(lost > 0);
    let [_, _, _, gaps] = judged(|case| case.log().numbers = vec![1, 2, 4]);
    assert_eq!(gaps, 1);
    let [_, _, _, gaps] = judged(|case| case.log().numbers = vec![1, 2, 3]);
    assert_eq!(gaps, 1, "the counter is ahead of the log");
}
