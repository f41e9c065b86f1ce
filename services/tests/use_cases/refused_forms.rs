//! What was typed into plain forms that were refused.

use crate::support::Site;
use services::{
    Greenroom, Viewer,
    accounts::Password,
    refused_forms::{FormBrowser, FormOwner, RefusedForm},
    seed::{KAMAU, PASSWORD, SARAH},
};
use std::{net::IpAddr, time::Duration};

on_both! {
    a_persons_form_is_shown_to_that_person_only,
    a_form_is_kept_for_the_person_whose_session_has_ended,
    a_visitors_form_is_shown_to_the_same_browser_only,
    a_form_is_kept_for_ten_minutes,
    a_form_that_was_sent_again_is_forgotten,
    strangers_cannot_fill_the_disk,
    deleting_an_account_deletes_its_refused_forms,
}

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14) Chrome/131.0";

fn browser<'a>(viewer: Option<&'a Viewer>, cookie: Option<&'a str>) -> FormBrowser<'a> {
    FormBrowser { viewer, cookie, user_agent: PHONE, address: IpAddr::from([203, 0, 113, 9]) }
}

fn form() -> RefusedForm {
    RefusedForm { path: "/fn/x".to_owned(), fields: vec![("title".to_owned(), "Kiambu wedding 💍".to_owned())] }
}

async fn keep(greenroom: &Greenroom, browser: FormBrowser<'_>, owner: FormOwner) -> Option<String> {
    greenroom.keep_refused_form(browser, owner, &form()).await.expect("a response")
}

async fn load(greenroom: &Greenroom, browser: FormBrowser<'_>, id: &str) -> Option<RefusedForm> {
    greenroom.load_refused_form(browser, id).await.expect("a response")
}

async fn a_persons_form_is_shown_to_that_person_only(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let sarahs = browser(Some(&demo.sarah), None);
    let id = keep(greenroom, sarahs, FormOwner::Person(demo.sarah.id())).await.expect("an id");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(load(greenroom, sarahs, &id).await, Some(form()));
    assert_eq!(load(greenroom, browser(Some(&demo.kamau), None), &id).await, None);
    assert_eq!(load(greenroom, browser(None, None), &id).await, None);
    assert_eq!(load(greenroom, sarahs, "0123").await, None);
    assert_eq!(keep(greenroom, sarahs, FormOwner::Person(demo.kamau.id())).await, None, "another person's page");
}

async fn a_form_is_kept_for_the_person_whose_session_has_ended(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let cookie = site.sign_in(SARAH.email).await.token;
    let ended = browser(None, Some(&cookie));
    let id = keep(greenroom, ended, FormOwner::Person(demo.sarah.id())).await.expect("an id");
    assert_eq!(load(greenroom, ended, &id).await, None, "before signing in again");
    assert_eq!(load(greenroom, browser(Some(&demo.sarah), None), &id).await, Some(form()));
    assert_eq!(load(greenroom, browser(Some(&demo.kamau), Some(&cookie)), &id).await, None);
    let kamaus = site.sign_in(KAMAU.email).await.token;
    for stranger in [None, Some("unknown"), Some(kamaus.as_str())] {
        let kept = keep(greenroom, browser(None, stranger), FormOwner::Person(demo.sarah.id())).await;
        assert_eq!(kept, None, "a stranger fills in Sarah's forms");
    }
}

async fn a_visitors_form_is_shown_to_the_same_browser_only(site: Site) {
    let greenroom = &site.greenroom;
    let phone = browser(None, None);
    let id = keep(greenroom, phone, FormOwner::Browser).await.expect("an id");
    assert_eq!(load(greenroom, phone, &id).await, Some(form()));
    let roamed = FormBrowser { address: IpAddr::from([203, 0, 7, 1]), ..phone };
    assert_eq!(load(greenroom, roamed, &id).await, Some(form()), "a phone's address changes");
    for other in [
        FormBrowser { user_agent: "Firefox", ..phone },
        FormBrowser { address: IpAddr::from([198, 51, 100, 7]), ..phone },
        browser(None, Some("cookie")),
    ] {
        assert_eq!(load(greenroom, other, &id).await, None, "{other:?}");
    }
    let id = keep(greenroom, browser(None, Some("cookie")), FormOwner::Browser).await.expect("an id");
    assert_eq!(load(greenroom, browser(None, Some("cookie")), &id).await, Some(form()));
    assert_eq!(load(greenroom, phone, &id).await, None);
}

async fn a_form_is_kept_for_ten_minutes(site: Site) {
    let (greenroom, phone) = (&site.greenroom, browser(None, None));
    let id = keep(greenroom, phone, FormOwner::Browser).await.expect("an id");
    site.clock.advance(Duration::from_secs(9 * 60));
    assert!(load(greenroom, phone, &id).await.is_some());
    site.clock.advance(Duration::from_secs(60));
    assert_eq!(load(greenroom, phone, &id).await, None);
    greenroom.purge_expired().await.expect("the cleanup");
    assert_eq!(site.count("SELECT count(*) AS count FROM refused_form").await, 0);
}

async fn a_form_that_was_sent_again_is_forgotten(site: Site) {
    let (greenroom, phone) = (&site.greenroom, browser(None, None));
    let id = keep(greenroom, phone, FormOwner::Browser).await.expect("an id");
    let forget = async |browser, path| greenroom.forget_refused_form(browser, path, &id).await.expect("a response");
    forget(browser(None, Some("other")), "/fn/x").await;
    assert!(load(greenroom, phone, &id).await.is_some(), "another browser deletes it");
    forget(phone, "/fn/y").await;
    assert!(load(greenroom, phone, &id).await.is_some(), "another form deletes it");
    forget(phone, "/fn/x").await;
    assert_eq!(load(greenroom, phone, &id).await, None);
}

async fn strangers_cannot_fill_the_disk(site: Site) {
    let (greenroom, phone) = (&site.greenroom, browser(None, None));
    let long = RefusedForm { fields: vec![("message".to_owned(), "x".repeat(65 * 1024))], ..form() };
    assert_eq!(greenroom.keep_refused_form(phone, FormOwner::Browser, &long).await.expect("a response"), None);
    for _ in 0..100 {
        assert!(keep(greenroom, phone, FormOwner::Browser).await.is_some());
    }
    assert_eq!(keep(greenroom, phone, FormOwner::Browser).await, None, "beyond the limit of a network");
    let elsewhere = FormBrowser { address: IpAddr::from([198, 51, 100, 7]), ..phone };
    assert!(keep(greenroom, elsewhere, FormOwner::Browser).await.is_some());
    site.clock.advance(Duration::from_secs(10 * 60));
    for left in [52, 3, 3] {
        assert!(keep(greenroom, phone, FormOwner::Browser).await.is_some());
        let stored = site.count("SELECT count(*) AS count FROM refused_form").await;
        assert_eq!(stored, left, "expired ones are deleted first, fifty at a time");
    }
}

async fn deleting_an_account_deletes_its_refused_forms(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    keep(greenroom, browser(Some(&demo.sarah), None), FormOwner::Person(demo.sarah.id())).await.expect("an id");
    greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    assert_eq!(site.count("SELECT count(*) AS count FROM refused_form").await, 0);
}
