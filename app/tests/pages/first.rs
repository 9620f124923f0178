//! What the page of all endpoints begins with, and where the rest of a long table is.

use crate::html::{env, tags};
use crate::samples::{everything, many, overview};
use skyports_app::page::{self, PageEnv};
use skyports_model::Query;

/// The endpoints of a page's rows, in their order.
fn endpoints(page: &str) -> Vec<String> {
    tags(page).iter().filter_map(|tag| tag.attribute("data-endpoint").map(str::to_owned)).collect()
}

#[test]
fn what_is_not_seen_first_is_for_the_program_or_for_who_has_none() {
    // Several users and contexts, one of them silent, and controllers.
    let clusters = everything().clusters.iter().chain(&many(60).clusters).cloned().collect();
    let mixed = overview(everything().contexts.clone(), clusters);
    for query in ["", "group=user", "group=context", "sort=-port", "q=train-4", "mode=ingress"] {
        let query = Query::parse(query);
        assert!(!page::overview(&many(3), &query, &env()).contains("<noscript><div"));
        for all in [&many(100), &mixed] {
            let page = page::overview(all, &query, &env());
            let whole = page::overview(all, &query, &PageEnv { is_still: true, ..env() });
            assert!(!whole.contains("<noscript><div") && !whole.contains("<script"));
            assert!(whole.contains("Without its program this page shows one moment"));
            assert_eq!(endpoints(&page), endpoints(&whole), "in the same order, and none twice");
            if let Some((first, rest)) = page.split_once("<noscript><div") {
                // The last group that begins within 24 lines is there whole.
                let lines = first.matches("data-fold").count() + endpoints(first).len();
                assert!(lines >= 18, "{lines} lines first");
                assert!(first.contains("href=\"#more\"") && rest.contains("id=\"more\""));
            }
        }
    }
    // Bunches, too, are left to it.
    let by_user = page::overview(&mixed, &Query::parse("group=user"), &env());
    let (_, rest) = by_user.split_once("<noscript><div").unwrap();
    assert!(rest.contains("class=\"of\""), "rows that tell their cluster");
}

#[test]
fn controllers_below_the_first_picture_have_their_own_table() {
    let clusters = everything().clusters.iter().chain(&many(40).clusters).cloned().collect();
    let page = page::overview(
        &overview(everything().contexts.clone(), clusters),
        &Query::default(),
        &env(),
    );
    let (first, rest) = page.split_once("<noscript><div").unwrap();
    assert!(!first.contains("SkyServe</span>"), "no controller among what is seen first");
    let (users, controllers) = rest.split_once("aria-label=\"SkyPilot controllers\"").unwrap();
    assert!(users.contains("More endpoints") && !users.contains("SkyServe</span>"));
    assert!(controllers.contains("SkyServe</span>"));
}

#[test]
fn without_assets_nothing_would_bring_the_rest() {
    let page = page::overview(&many(100), &Query::default(), &PageEnv { assets: None, ..env() });
    assert_eq!(endpoints(&page).len(), 300);
    assert!(!page.contains("<noscript><div"));
}
