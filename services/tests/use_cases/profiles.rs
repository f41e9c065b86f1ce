//! Profiles of talents: their slugs, and who sees them.

use crate::support::{Site, expect_api_error, soon, to_password};
use model::{Account, AccountInput, ApiError, Craft, FieldError, RegisterInput, Role, Talent};
use services::{Greenroom, Limits, Viewer, seed, talents::ProfileKey};
use std::{collections::BTreeSet, net::Ipv4Addr};
use tokio::task::JoinSet;

on_both! {
    a_slug_is_made_from_the_name_once,
    a_slug_changes_only_if_asked,
    people_with_the_same_name_get_different_slugs,
    concurrent_changes_give_different_slugs,
    a_new_talent_gets_a_slug_with_the_role,
    a_private_profile_is_hidden_from_visitors,
    a_deleted_account_has_no_profile,
    public_profiles_are_featured,
    the_name_of_the_site_is_reserved,
}

async fn change(greenroom: &Greenroom, viewer: &Viewer, input: AccountInput) -> Account {
    greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("changed")
}

fn name(name: &str) -> AccountInput {
    AccountInput { name: Some(name.to_owned()), ..AccountInput::default() }
}

fn renewed(text: &str) -> AccountInput {
    AccountInput { renew_slug: Some(true), ..name(text) }
}

async fn profile(site: &Site, viewer: Option<&Viewer>, key: &str) -> services::Result<Talent> {
    site.greenroom.load_profile(viewer, &key.parse::<ProfileKey>().expect("a key")).await
}

async fn a_slug_is_made_from_the_name_once(site: Site) {
    let demo = site.demo().await;
    for (viewer, slug) in [(&demo.sarah, "sarah-wanjiru"), (&demo.kamau, "dj-kamau"), (&demo.achieng, "mc-achieng")] {
        let by_slug = profile(&site, None, slug).await.expect("a profile");
        assert_eq!(by_slug, profile(&site, None, &viewer.id().to_string()).await.expect("a profile"));
        assert_eq!((by_slug.person(), by_slug.path()), (viewer.person().clone(), format!("/t/{slug}")));
    }
    assert_eq!(site.greenroom.load_account(&demo.eventpro).await.expect("an account").slug, None);
}

async fn a_slug_changes_only_if_asked(site: Site) {
    let demo = site.demo().await;
    let slug = async |input| change(&site.greenroom, &demo.sarah, input).await.slug;
    assert_eq!(slug(name("Sarah W.")).await.as_deref(), Some("sarah-wanjiru"));
    assert_eq!(slug(renewed("DJ Kamau")).await.as_deref(), Some("dj-kamau-2"));
    assert_eq!(slug(renewed("DJ Kamau")).await.as_deref(), Some("dj-kamau-2"), "it fits the name already");
    assert_eq!(slug(renewed("Settings")).await.as_deref(), Some("talent-settings"), "a word of the site");
    assert_eq!(slug(renewed("Settings 2")).await.as_deref(), Some("talent-settings-2"));
    let old = profile(&site, Some(&demo.sarah), "sarah-wanjiru").await;
    assert_eq!(expect_api_error(old), ApiError::NotFound);
}

async fn the_name_of_the_site_is_reserved(site: Site) {
    let demo = site.demo().await;
    let greenroom = &site.greenroom;
    let change = async |name| {
        let input = AccountInput { name: Some(name), bio: Some("Live".to_owned()), ..AccountInput::default() };
        greenroom.change_account(&demo.sarah, input.parse(Role::Talent).expect("a change")).await
    };
    let reserved = ApiError::for_field("name", FieldError::NameReserved);
    assert_eq!(expect_api_error(change("Greenroom Support".to_owned()).await), reserved);
    let registration = RegisterInput {
        email: Some("support@example.com".to_owned()),
        password: Some("a long enough secret".to_owned()),
        name: Some("GREENROOM".to_owned()),
        role: Some("talent".to_owned()),
        craft: None,
    };
    let registration = registration.parse().expect("a registration");
    let registered = greenroom.register_account(registration, Ipv4Addr::LOCALHOST.into()).await;
    assert_eq!(expect_api_error(registered.map(drop)), reserved);
    site.execute("UPDATE person SET name = 'Greenroom Ltd' WHERE slug = 'sarah-wanjiru'").await;
    change("Greenroom Ltd".to_owned()).await.expect("a name from before stays");
}

async fn people_with_the_same_name_get_different_slugs(site: Site) {
    let demo = site.demo().await;
    for _ in 0..12 {
        site.insert_talent("Bendi Ya Taifa", Craft::Band).await;
    }
    site.fold_texts().await;
    let search = services::talents::TalentSearch { query: Some("taifa".to_owned()), ..Default::default() };
    let found = site.greenroom.search_talents(&demo.eventpro, search).await.expect("a directory").talents;
    let slugs: BTreeSet<String> = found.into_iter().map(|talent| talent.slug.expect("a slug")).collect();
    assert_eq!(slugs.len(), 12);
    assert!(slugs.contains("bendi-ya-taifa") && slugs.contains("bendi-ya-taifa-9"), "{slugs:?}");
    assert!(slugs.iter().all(|slug| slug.starts_with("bendi-ya-taifa")), "{slugs:?}");
}

async fn concurrent_changes_give_different_slugs(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let mut changes = JoinSet::new();
    for (greenroom, viewer) in [(&site.greenroom, demo.sarah), (&second, demo.kamau), (&second, demo.achieng)] {
        let greenroom = greenroom.clone();
        changes.spawn(async move { change(&greenroom, &viewer, renewed("Same Name")).await.slug.expect("a slug") });
    }
    let slugs = BTreeSet::from_iter(soon("all changes", changes.join_all()).await);
    assert_eq!(slugs, BTreeSet::from(["same-name", "same-name-2", "same-name-3"].map(str::to_owned)));
}

async fn a_new_talent_gets_a_slug_with_the_role(site: Site) {
    let demo = site.demo().await;
    let id = site.insert_talent("Wambui", Craft::Dj).await;
    site.execute("UPDATE person SET role = 'organizer', craft = NULL WHERE name = 'Wambui'").await;
    let email = format!("{id}@example.com");
    let wambui = site.greenroom.authenticate(&site.sign_in(&email).await.token).await.expect("a viewer");
    assert_eq!(site.greenroom.load_account(&wambui).await.expect("an account").slug, None);
    let becomes = AccountInput { role: Some(Role::Talent.as_str().to_owned()), ..AccountInput::default() };
    assert_eq!(change(&site.greenroom, &wambui, becomes).await.slug.as_deref(), Some("wambui"));
    profile(&site, Some(&demo.kamau), "wambui").await.expect("a profile");
    // It was made before profiles were public.
    assert_eq!(expect_api_error(profile(&site, None, "wambui").await), ApiError::NotFound);
}

async fn a_private_profile_is_hidden_from_visitors(site: Site) {
    let demo = site.demo().await;
    let private = AccountInput { public_profile: Some(false), ..AccountInput::default() };
    assert!(!change(&site.greenroom, &demo.sarah, private).await.public_profile);
    for key in ["sarah-wanjiru", &demo.sarah.id().to_string(), "nobody", &demo.eventpro.id().to_string()] {
        assert_eq!(expect_api_error(profile(&site, None, key).await), ApiError::NotFound, "{key}");
    }
    for viewer in [&demo.sarah, &demo.safari, &demo.kamau] {
        profile(&site, Some(viewer), "sarah-wanjiru").await.expect("a profile");
    }
    profile(&site, None, "dj-kamau").await.expect("another one's is public");
}

async fn a_deleted_account_has_no_profile(site: Site) {
    let demo = site.demo().await;
    site.greenroom.delete_account(&demo.achieng, to_password(seed::PASSWORD)).await.expect("deleted");
    assert_eq!(expect_api_error(profile(&site, Some(&demo.sarah), "mc-achieng").await), ApiError::NotFound);
    let named = change(&site.greenroom, &demo.sarah, renewed("MC Achieng")).await;
    assert_eq!(named.slug.as_deref(), Some("mc-achieng"), "the slug is free again");
}

async fn public_profiles_are_featured(site: Site) {
    let demo = site.demo().await;
    let featured = async || {
        let talents = site.greenroom.list_featured_talents().await.expect("talents");
        talents.into_iter().map(|talent| talent.name).collect::<Vec<_>>()
    };
    assert_eq!(featured().await, ["MC Achieng", "DJ Kamau", "Sarah Wanjiru"]);
    let private = AccountInput { public_profile: Some(false), ..AccountInput::default() };
    change(&site.greenroom, &demo.sarah, private).await;
    let silent = AccountInput { bio: Some(String::new()), ..AccountInput::default() };
    change(&site.greenroom, &demo.kamau, silent).await;
    assert_eq!(featured().await, ["MC Achieng"]);
}
