//! Parts of pages that are left out if they can't be loaded: the page has the status of the rest.

use crate::support::{Site, actions::event_day};

#[tokio::test]
async fn an_inbox_without_its_first_steps_is_no_failure() {
    let site = Site::new().await;
    site.execute("UPDATE person SET role = 'organizer', craft = NULL WHERE name = 'MC Achieng'").await;
    let newcomer = site.achieng();
    let inbox = newcomer.get("/inbox").await;
    assert!(inbox.status == 200 && inbox.text().contains("Sarah Wanjiru"), "talents are suggested");
    site.execute("UPDATE person SET craft = 'broken' WHERE name = 'DJ Kamau'").await;
    let without = newcomer.get("/inbox").await;
    assert_eq!(without.status, 200);
    assert!(!without.text().contains("Sarah Wanjiru"), "they couldn't be loaded");
    site.process.wait_for_log("craft").await;
}

#[tokio::test]
async fn a_request_without_its_clashes_is_no_failure() {
    let site = Site::new().await;
    let (eventpro, sarah) = (site.eventpro(), site.sarah());
    let asked = eventpro.book(&site.people.sarah, "Dinner").await["booking"].clone();
    assert_eq!(asked["eventDate"], event_day());
    let page = format!("/bookings/{}", asked["id"].as_str().expect("an id"));
    site.execute(
        "INSERT INTO booking (id, organizer_id, talent_id, title, event_date, venue, fee_amount, fee_currency, status, \
         created_at) SELECT randomblob(16), organizer_id, talent_id, 'Taken already', event_date, venue, 100, \
         fee_currency, 'accepted', created_at FROM booking WHERE title = 'Dinner'",
    )
    .await;
    let clashing = sarah.get(&page).await;
    assert!(clashing.status == 200 && clashing.text().contains("Taken already"), "a warning");
    site.execute("UPDATE booking SET fee_amount = 'broken' WHERE title = 'Taken already'").await;
    let without = sarah.get(&page).await;
    assert_eq!(without.status, 200);
    assert!(!without.text().contains("Taken already"), "it couldn't be loaded");
    site.process.wait_for_log("fee_amount").await;
}
