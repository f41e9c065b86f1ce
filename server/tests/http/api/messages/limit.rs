use crate::support::{Site, actions::inquiry};

#[tokio::test]
async fn sending_too_much_is_rate_limited_with_retry_after() {
    let site = Site::with(&[("GREENROOM_SENDS_PER_MINUTE", "4")]).await;
    let safari = site.safari();
    for number in 0..3 {
        safari.send_message(&site.sundowner, &format!("Number {number}")).await;
    }
    safari.book(&site.people.achieng, "A booking is a message too").await;
    safari.try_send_message(&site.sundowner, "Too much").await.rate_limited();
    safari.post("/api/bookings", &inquiry(&site.people.achieng, "Too much")).await.rate_limited();
    assert_eq!(site.kamau().load_whole_thread(&site.sundowner).await.len(), 8, "refused messages aren't stored");
    site.kamau().send_message(&site.sundowner, "Others may send").await;
    safari.get("/api/messages").await.ok(200);
}

#[tokio::test]
async fn by_default_a_person_sends_300_a_minute() {
    let site = Site::new().await;
    let senders = (0..4).map(|_| {
        let (eventpro, launch) = (site.eventpro(), site.launch.clone());
        tokio::spawn(async move {
            for _ in 0..75 {
                eventpro.send_message(&launch, "Habari").await;
            }
        })
    });
    for sender in futures::future::join_all(senders).await {
        sender.expect("all messages are accepted");
    }
    site.eventpro().try_send_message(&site.launch, "Too much").await.rate_limited();
}
