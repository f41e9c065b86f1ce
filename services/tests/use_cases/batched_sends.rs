//! Messages written in one batch have independent outcomes.

use crate::support::{Site, draft, draft_as, expect_api_error, new_client_id, with_timeout};
use futures::future::join_all;
use model::ApiError;
use services::messages::{SendOutcome, Window};

on_both! {
    each_message_of_a_batch_has_its_own_outcome,
    a_failing_message_does_not_fail_its_batch,
}

async fn each_message_of_a_batch_has_its_own_outcome(site: Site) {
    let cast = site.cast().await;
    let (twice, reused) = (new_client_id(), new_client_id());
    let asked = [
        (&cast.sarah, draft(cast.launch, "One")),
        (&cast.kamau, draft(cast.launch, "A stranger")),
        (&cast.sarah, draft_as(twice, cast.launch, "Two")),
        (&cast.sarah, draft_as(twice, cast.launch, "Two")),
        (&cast.eventpro, draft_as(twice, cast.launch, "The other person's two")),
        (&cast.eventpro, draft_as(reused, cast.launch, "Three")),
        (&cast.eventpro, draft_as(reused, cast.launch, "Not three")),
        (&cast.kamau, draft(cast.sundowner, "Elsewhere")),
    ];
    let posts = asked.into_iter().map(|(by, draft)| site.greenroom.send_message(by, draft));
    let mut fates = with_timeout(join_all(posts)).await.into_iter();
    let mut next = || fates.next().expect("an outcome for each");
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
        site.greenroom.list_messages(&cast.sarah, cast.launch, Window::After(12), None).await.expect("a history");
    let places: Vec<i64> = history.messages.iter().map(|message| message.seq).collect();
    assert_eq!(places, [13, 14, 15, 16], "a refused message took a number");
}

async fn a_failing_message_does_not_fail_its_batch(site: Site) {
    let cast = site.cast().await;
    // Takes a later sequence number in advance, as only a corrupt database would have it.
    site.execute(
        "INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at) \
         SELECT client_id, conversation_id, 14, sender_id, id, 'Out of place', created_at FROM message \
         WHERE seq = 12",
    )
    .await;
    let asked = [(&cast.sarah, cast.launch), (&cast.sarah, cast.launch), (&cast.kamau, cast.sundowner)];
    let posts =
        asked.into_iter().map(|(by, conversation)| site.greenroom.send_message(by, draft(conversation, "Hello")));
    let fates = with_timeout(join_all(posts)).await;
    assert_eq!(fates.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
}
