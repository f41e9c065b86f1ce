use crate::support::{Actor, Site, html::Document};
use model::{LocalTime, Timestamp};

/// Minutes east of UTC.
const NAIROBI: i32 = 180;

/// Returns the time zone of a page, and each time of day in it with the text that shows it.
async fn times_of(actor: &Actor, path: &str) -> (String, Vec<(Timestamp, String)>) {
    let page = Document::parse(&actor.get(path).await.text(), false);
    let zone = page.elements.iter().find_map(|element| element.attribute("data-time-zone")).expect("a time zone");
    let times = page.texts.iter().filter_map(|text| {
        let time = text.around.iter().rfind(|element| element.name == "time")?;
        let at = time.attribute("datetime")?.parse().ok()?;
        text.text.contains(':').then(|| (at, text.text.clone()))
    });
    (zone.to_owned(), times.collect())
}

fn clock(at: Timestamp, offset: i32) -> String {
    LocalTime::at_offset(at, offset).format_clock()
}

#[tokio::test]
async fn pages_show_times_in_the_zone_of_the_site_until_a_device_reports_its_own() {
    let site = Site::new().await;
    let (path, sarah) = (format!("/conversations/{}", site.launch), site.sarah());
    let (zone, times) = times_of(&sarah, &path).await;
    assert_eq!(zone, "Africa/Nairobi");
    assert!(times.len() >= 5, "the thread shows times: {times:?}");
    for (at, text) in times {
        assert_eq!(text, clock(at, NAIROBI), "{at}");
    }
    let dubai = [("time_zone", "Asia/Dubai")];
    sarah.post_form("/fn/time-zone", "/inbox", &dubai).await;
    let (zone, times) = times_of(&sarah, &path).await;
    assert_eq!(zone, "Asia/Dubai");
    for (at, text) in times {
        assert_eq!(text, clock(at, 240), "{at}");
    }
    assert_eq!(times_of(&site.eventpro(), &path).await.0, "Africa/Nairobi", "the zone of another person");
}

#[tokio::test]
async fn an_unknown_time_zone_changes_nothing() {
    let site = Site::new().await;
    let sarah = site.sarah();
    for name in ["Africa/Nowhere", "../../etc/passwd", ""] {
        let body = sarah.form_of_page(&crate::support::actor::form(&[("time_zone", name)]));
        let answer =
            sarah.send(reqwest::Method::POST, "/fn/time-zone", "application/x-www-form-urlencoded", body).await;
        assert_eq!(answer.status, 422, "{name:?}");
    }
    assert_eq!(times_of(&sarah, "/inbox").await.0, "Africa/Nairobi");
}

#[tokio::test]
async fn the_time_zone_of_the_site_is_a_setting() {
    let site = Site::with(&[("GREENROOM_TIME_ZONE", "Asia/Kathmandu")]).await;
    assert_eq!(times_of(&site.anonymous(), "/signin").await.0, "Asia/Kathmandu");
    let (zone, times) = times_of(&site.sarah(), &format!("/conversations/{}", site.launch)).await;
    assert_eq!(zone, "Asia/Kathmandu");
    for (at, text) in times {
        assert_eq!(text, clock(at, 345), "{at}");
    }
}
