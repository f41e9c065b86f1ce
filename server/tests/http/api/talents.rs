//! Tests of `/api/talents`.

use crate::support::{Site, TestResponse, UNKNOWN_ID, actions::pluck, actor::escaped, json_shapes};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_directory_lists_talent_by_name() {
    let site = Site::new().await;
    for actor in [site.eventpro(), site.sarah()] {
        let directory = actor.get("/api/talents").await.ok(200);
        json_shapes::keys(&directory, &["talents", "nextPage"]);
        assert_eq!(pluck(&directory["talents"], "name"), ["DJ Kamau", "MC Achieng", "Sarah Wanjiru"]);
        directory["talents"].as_array().expect("a list").iter().for_each(json_shapes::talent);
        assert!(directory["nextPage"].is_null());
        assert!(!directory.to_string().contains('@'), "e-mail addresses are private");
    }
}

#[tokio::test]
async fn a_search_narrows_it() {
    let site = Site::new().await;
    for (query, names) in [
        ("query=sarah", vec!["Sarah Wanjiru"]),
        ("query=A", vec!["DJ Kamau", "MC Achieng", "Sarah Wanjiru"]),
        ("query=%20kamau%20", vec!["DJ Kamau"]),
        ("query=unknown", vec![]),
        ("query=%25", vec![]),
        ("query=_", vec![]),
        ("query=%5C", vec![]),
        ("query=%27%3B--", vec![]),
        ("query=%F0%9F%92%83", vec![]),
        ("craft=mc", vec!["MC Achieng"]),
        ("craft=band", vec![]),
        ("craft=dj&query=sarah", vec![]),
        ("query=&craft=", vec!["DJ Kamau", "MC Achieng", "Sarah Wanjiru"]),
    ] {
        let directory = site.eventpro().get(&format!("/api/talents?{query}")).await.ok(200);
        assert_eq!(pluck(&directory["talents"], "name"), names, "{query}");
    }
}

#[tokio::test]
async fn an_invalid_search_is_refused() {
    let site = Site::new().await;
    let eventpro = site.eventpro();
    eventpro.get("/api/talents?craft=juggler").await.field_errors(&[("craft", "invalid")]);
    eventpro.get("/api/talents?page=2").await.field_errors(&[("page", "invalid")]);
    eventpro.get("/api/talents?page=").await.field_errors(&[("page", "invalid")]);
    eventpro.get(&format!("/api/talents?query={}", "x".repeat(101))).await.field_errors(&[("query", "too_long")]);
    let nul = eventpro.get("/api/talents?query=a%00b").await;
    assert_eq!((nul.status, nul.json()["fields"]["query"].is_string()), (422, true));
}

#[tokio::test]
async fn a_long_directory_comes_in_pages() {
    let site = Site::new().await;
    // 70 more, all but two with the same name: a page can't be continued by the name alone.
    site.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70) \
         INSERT INTO person (id, email, name, role, craft, password_hash, email_verified, created_at) \
         SELECT randomblob(16), 'band' || i || '@example.com', CASE WHEN i < 69 THEN 'Band' ELSE 'Zulu ' || i END, \
         'talent', 'band', '', 1, 0 FROM n",
    )
    .await;
    let (mut ids, mut names, mut page) = (Vec::new(), Vec::new(), String::new());
    let mut pages = 0;
    loop {
        let directory = site.eventpro().get(&format!("/api/talents{page}")).await.ok(200);
        ids.extend(pluck(&directory["talents"], "id"));
        names.extend(pluck(&directory["talents"], "name"));
        pages += 1;
        let Some(next) = directory["nextPage"].as_str() else { break };
        page = format!("?page={}", escaped(next));
    }
    assert_eq!((pages, names.len()), (3, 73));
    assert!(names.is_sorted());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 73, "no duplicates");
}

#[tokio::test]
async fn a_public_profile_is_shown_to_anyone() {
    let site = Site::new().await;
    let path = format!("/api/talents/{}", site.people.sarah);
    for actor in [site.anonymous(), site.eventpro(), site.sarah()] {
        let profile = actor.get(&path).await.ok(200);
        json_shapes::keys(&profile, &["talent"]);
        json_shapes::talent(&profile["talent"]);
        assert_eq!(profile["talent"]["slug"], "sarah-wanjiru");
        assert!(!profile.to_string().contains('@'), "e-mail addresses are private");
        let page = actor.get("/t/sarah-wanjiru").await;
        assert_eq!(page.status, 200);
        for tag in ["og:title", "og:description", "og:url", "og:type"] {
            assert!(page.text().contains(&format!("property=\"{tag}\"")), "{tag}: {}", page.text());
        }
        assert!(!page.text().contains("sarah.photographer"), "e-mail addresses are private");
        assert_eq!(page.text().matches("name=\"description\"").count(), 1);
    }
}

#[tokio::test]
async fn a_private_profile_looks_like_a_missing_one_to_visitors() {
    let site = Site::new().await;
    let change = site.sarah().request(Method::PATCH, "/api/account").json(&json!({ "publicProfile": false }));
    let account = TestResponse::to(change).await.ok(200);
    assert_eq!((&account["publicProfile"], &account["slug"]), (&false.into(), &"sarah-wanjiru".into()));
    let get = async |id: &str| site.anonymous().get(&format!("/api/talents/{id}")).await;
    let (hidden, missing) = (get(&site.people.sarah).await, get(UNKNOWN_ID).await);
    hidden.problem(404, "not_found");
    assert_eq!(hidden.problem_but_id(), missing.problem_but_id());
    get(&site.people.eventpro).await.problem(404, "not_found");
    site.eventpro().get(&format!("/api/talents/{}", site.people.sarah)).await.ok(200);
    for (path, status) in
        [("sarah-wanjiru", 404), (site.people.sarah.as_str(), 404), ("dj-kamau", 200), ("nobody", 404)]
    {
        assert_eq!(site.anonymous().get(&format!("/t/{path}")).await.status, status, "{path}");
    }
    assert_eq!(site.eventpro().get("/t/sarah-wanjiru").await.status, 200);
}
