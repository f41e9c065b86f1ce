//! The directory of talent.

use crate::support::{DemoData, Site, expect_api_error};
use model::{AccountInput, ApiError, Craft, FieldError, PersonId, Role};
use services::talents::TalentSearch;
use uuid::Uuid;

on_both! {
    the_directory_lists_talent_by_name,
    a_search_finds_part_of_a_name_in_any_case,
    a_search_finds_names_with_and_without_accents,
    search_finds_a_changed_name,
    search_finds_names_written_by_an_older_node,
    search_wildcards_are_escaped,
    a_craft_narrows_the_list,
    paging_yields_every_talent_once,
    an_invalid_search_is_refused,
    a_talent_is_loaded_by_id,
}

async fn search_names(site: &Site, demo: &DemoData, search: TalentSearch) -> Vec<String> {
    let found = site.greenroom.search_talents(&demo.eventpro, search).await.expect("a directory");
    found.talents.into_iter().map(|talent| talent.name).collect()
}

fn search_for(query: &str) -> TalentSearch {
    TalentSearch { query: Some(query.to_owned()), ..TalentSearch::default() }
}

async fn the_directory_lists_talent_by_name(site: Site) {
    let demo = site.demo().await;
    assert_eq!(search_names(&site, &demo, TalentSearch::default()).await, ["DJ Kamau", "MC Achieng", "Sarah Wanjiru"]);
    assert_eq!(search_names(&site, &demo, search_for("  ")).await.len(), 3);
    assert_eq!(search_names(&site, &demo, search_for("EventPro")).await, Vec::<String>::new());
}

async fn a_search_finds_part_of_a_name_in_any_case(site: Site) {
    let demo = site.demo().await;
    for (query, found) in [("wanj", "Sarah Wanjiru"), ("KAMAU", "DJ Kamau"), (" mc ", "MC Achieng")] {
        assert_eq!(search_names(&site, &demo, search_for(query)).await, [found]);
    }
    site.insert_talent("Élodie Ngũgĩ", Craft::Band).await;
    site.fold_texts().await;
    for query in ["Élodie", "Ngũgĩ", "lodie"] {
        assert_eq!(search_names(&site, &demo, search_for(query)).await, ["Élodie Ngũgĩ"], "{query}");
    }
}

/// Searches in every Unicode form and case, with and without accents.
async fn a_search_finds_names_with_and_without_accents(site: Site) {
    let demo = site.demo().await;
    for (name, queries) in [
        ("Élodie Ngũgĩ", &["NGUGI", "NGŨGĨ", "ngũgĩ", "Ngu\u{303}gi\u{303}", "élodie", "ÉLODIE", "E\u{301}lodie"][..]),
        ("Łukasz Søren", &["ŁUKASZ", "lukasz", "łukasz", "SØREN", "soren", "so\u{338}ren"]),
        ("Đặng Straße", &["dang", "ĐẶNG", "STRASSE", "straße", "STRAẞE"]),
        ("Ægir Þór", &["aegir", "ÆGIR", "thor", "ÞÓR"]),
        ("İpek Işık", &["ipek", "İPEK", "IŞIK", "isik"]),
        ("Wa Thiong’o", &["thiong'o", "THIONG’O", "wa  thiong"]),
        ("Αλέξης", &["ΑΛΈΞΗΣ", "αλεξης", "ΑΛΕΞΗΣ"]),
    ] {
        site.insert_talent(name, Craft::Band).await;
        site.fold_texts().await;
        for query in queries {
            assert_eq!(search_names(&site, &demo, search_for(query)).await, [name], "{query}");
        }
    }
    // Letters that differ by more than an accent don't match.
    assert_eq!(search_names(&site, &demo, search_for("ngugu")).await, Vec::<String>::new());
}

async fn search_finds_a_changed_name(site: Site) {
    let demo = site.demo().await;
    let change = AccountInput { name: Some("Żaneta Wójcik".to_owned()), ..AccountInput::default() };
    site.greenroom.change_account(&demo.achieng, change.parse(Role::Talent).expect("a change")).await.expect("changed");
    assert_eq!(search_names(&site, &demo, search_for("ZANETA WOJCIK")).await, ["Żaneta Wójcik"]);
    assert_eq!(search_names(&site, &demo, search_for("achieng")).await, Vec::<String>::new());
}

async fn search_finds_names_written_by_an_older_node(site: Site) {
    let demo = site.demo().await;
    site.execute("UPDATE person SET name = 'Zoë Achieng', search_name = NULL WHERE name = 'MC Achieng'").await;
    assert_eq!(search_names(&site, &demo, search_for("zoe")).await, Vec::<String>::new());
    site.fold_texts().await;
    assert_eq!(search_names(&site, &demo, search_for("ZOE")).await, ["Zoë Achieng"]);
}

async fn search_wildcards_are_escaped(site: Site) {
    let demo = site.demo().await;
    for name in ["100% Band", "Snake_Case", "Back\\slash", "O'Clock"] {
        site.insert_talent(name, Craft::Band).await;
    }
    site.fold_texts().await;
    for (query, found) in
        [("%", "100% Band"), ("_", "Snake_Case"), ("\\", "Back\\slash"), ("'", "O'Clock"), ("0% b", "100% Band")]
    {
        assert_eq!(search_names(&site, &demo, search_for(query)).await, [found], "{query}");
    }
    for query in ["%%", "S%h", "S_rah", "\\%", "' OR 1=1 --"] {
        assert_eq!(search_names(&site, &demo, search_for(query)).await, Vec::<String>::new(), "{query}");
    }
}

async fn a_craft_narrows_the_list(site: Site) {
    let demo = site.demo().await;
    let of = |craft, query: &str| TalentSearch { craft: Some(craft), ..search_for(query) };
    assert_eq!(search_names(&site, &demo, of(Craft::Dj, "")).await, ["DJ Kamau"]);
    assert_eq!(search_names(&site, &demo, of(Craft::Photographer, "a")).await, ["Sarah Wanjiru"]);
    assert_eq!(search_names(&site, &demo, of(Craft::Photographer, "kamau")).await, Vec::<String>::new());
    assert_eq!(search_names(&site, &demo, of(Craft::Band, "")).await, Vec::<String>::new());
}

async fn paging_yields_every_talent_once(site: Site) {
    let demo = site.demo().await;
    for number in 0..62 {
        // Some have the same name and are ordered by id.
        site.insert_talent(&format!("Band {:02} Ngũgĩ", number / 4), Craft::Band).await;
    }
    site.fold_texts().await;
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut search = TalentSearch { query: Some("band".to_owned()), craft: Some(Craft::Band), page: None };
    loop {
        let found = site.greenroom.search_talents(&demo.kamau, search.clone()).await.expect("a directory");
        seen.extend(found.talents.into_iter().map(|talent| (talent.name, talent.id)));
        pages += 1;
        search.page = found.next_page;
        if search.page.is_none() {
            break;
        }
    }
    assert_eq!((pages, seen.len()), (3, 62));
    assert!(seen.is_sorted_by(|before, after| before < after), "not in the order of name and id, or duplicate");
}

async fn an_invalid_search_is_refused(site: Site) {
    let demo = site.demo().await;
    let page = TalentSearch { page: Some("2".to_owned()), ..TalentSearch::default() };
    let refused = async |search| expect_api_error(site.greenroom.search_talents(&demo.eventpro, search).await);
    assert_eq!(refused(page).await.field_error("page"), Some(FieldError::Invalid));
    assert!(refused(search_for(&"a".repeat(101))).await.field_error("query").is_some());
    assert!(refused(search_for("a\0b")).await.field_error("query").is_some());
    assert_eq!(search_names(&site, &demo, search_for(&"é".repeat(100))).await, Vec::<String>::new());
}

async fn a_talent_is_loaded_by_id(site: Site) {
    let demo = site.demo().await;
    assert_eq!(
        site.greenroom.load_talent(&demo.eventpro, demo.sarah.id()).await.expect("talent"),
        *demo.sarah.person()
    );
    for not_a_talent in [PersonId(Uuid::now_v7()), demo.safari.id()] {
        assert_eq!(
            expect_api_error(site.greenroom.load_talent(&demo.eventpro, not_a_talent).await),
            ApiError::NotFound
        );
    }
    let by_talent = site.greenroom.load_talent(&demo.kamau, demo.sarah.id()).await;
    assert_eq!(expect_api_error(by_talent), ApiError::WrongRole);
}
