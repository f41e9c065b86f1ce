//! Messages written in one batch have independent outcomes.

use crate::support::{Site, draft, draft_as, expect_api_error, new_client_id, soon};
use futures::future::join_all;
use model::ApiError;
use services::messages::{SendOutcome, Window};

on_both! {
    each_message_of_a_batch_has_its_own_outcome,
    a_failing_message_does_not_fail_its_batch,
}

async fn each_message_of_a_batch_has_its_own_outcome(site: Site) {
    let demo = site.demo().await;
    let (twice, reused) = (new_client_id(), new_client_id());
    let requests = [
        (&demo.sarah, draft(demo.launch, "One")),
        (&demo.kamau, draft(demo.launch, "A stranger")),
        (&demo.sarah, draft_as(twice, demo.launch, "Two")),
        (&demo.sarah, draft_as(twice, demo.launch, "Two")),
        (&demo.eventpro, draft_as(twice, demo.launch, "The other person's two")),
        (&demo.eventpro, draft_as(reused, demo.launch, "Three")),
        (&demo.eventpro, draft_as(reused, demo.launch, "Not three")),
        (&demo.kamau, draft(demo.sundowner, "Elsewhere")),
    ];
    let sends = requests.into_iter().map(|(by, draft)| site.greenroom.send_message(by, draft));
    let mut outcomes = soon("all sends", join_all(sends)).await.into_iter();
    let mut next = || outcomes.next().expect("an outcome for each");
    assert!(matches!(next(), Ok(SendOutcome::New(message)) if message.body == "One"));
    assert_eq!(expect_api_error(next()), ApiError::NotFound);
    let (Ok(first), Ok(again)) = (next(), next()) else { panic!("a retry failed") };
    assert!(matches!(
        (&first, &again),
        (SendOutcome::New(_), SendOutcome::Duplicate(_)) | (SendOutcome::Duplicate(_), SendOutcome::New(_))
    ));
    assert_eq!(first.into_message(), again.into_message());
    assert!(matches!(next(), Ok(SendOutcome::New(message)) if message.body == "The other person's two"));
    let (three, other) = (next(), next());
    let (three, other) = if three.is_ok() { (three, other) } else { (other, three) };
    assert!(matches!(three, Ok(SendOutcome::New(_))));
    assert_eq!(expect_api_error(other), ApiError::ClientIdReused);
    assert!(matches!(next(), Ok(SendOutcome::New(message)) if message.seq == 6));

    let history =
        site.greenroom.list_messages(&demo.sarah, demo.launch, Window::After(12), None).await.expect("a history");
    let places: Vec<i64> = history.messages.iter().map(|message| message.seq).collect();
    assert_eq!(places, [13, 14, 15, 16], "a refused message took a number");
}

async fn a_failing_message_does_not_fail_its_batch(site: Site) {
    let demo = site.demo().await;
    // Takes a later sequence number in advance, as only a corrupt database would have it.
    site.execute(
        "INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at) \
         SELECT client_id, conversation_id, 14, sender_id, id, 'Out of place', created_at FROM message \
         WHERE seq = 12",
    )
    .await;
    let requests = [(&demo.sarah, demo.launch), (&demo.sarah, demo.launch), (&demo.kamau, demo.sundowner)];
    let sends =
        requests.into_iter().map(|(by, conversation)| site.greenroom.send_message(by, draft(conversation, "Hello")));
    let outcomes = soon("all sends", join_all(sends)).await;
    assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
}
