//! That the strip of icons, the style sheet that names its cells, and the pages agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::html::{all_pages, tags};

const STRIP: &str = include_str!("../../../style/assets/icons.svg");
const CELLS: &str = include_str!("../../../style/icon.css");
const THIN: &str = include_str!("../../../style/empty_state.css");

/// The pairs of a text and a number that stand between these three in `text`.
fn pairs<'a>(text: &'a str, [open, between, close]: [&str; 3]) -> Vec<(&'a str, usize)> {
    let pair = |rest: &'a str| {
        let (name, rest) = rest.split_once(between)?;
        Some((name, rest.split_once(close)?.0.parse().ok()?))
    };
    text.split(open).skip(1).filter_map(pair).collect()
}

#[test]
fn every_icon_has_a_cell_of_its_own() {
    let drawn = pairs(STRIP, ["<g id=\"", "\" transform=\"translate(0 ", ")"]);
    let mut drawn: BTreeMap<&str, usize> = drawn.into_iter().collect();
    let thin = drawn.remove("thin").unwrap() / 24;
    let named = pairs(CELLS, ["  .i-", " { mask-position: 0 ", "%; }"]);
    let thinner = pairs(THIN, ["  .empty > .i-", " { mask-position: 0 ", "%; }"]);
    assert_eq!(STRIP.matches("<use ").count(), thinner.len());
    for (name, cell) in &thinner {
        assert!(STRIP.contains(&format!("<use href=\"#{name}\"/>")), "{name} is not drawn thinner");
        assert_eq!(named.iter().find(|(it, _)| it == name).unwrap().1 + thin, *cell, "{name}");
    }
    let cells: BTreeSet<usize> = named.iter().chain(&thinner).map(|(_, cell)| *cell).collect();
    assert_eq!(cells.len(), named.len() + thinner.len(), "two icons share a cell");
    assert!(cells.last() <= Some(&100), "a cell is below the end of the strip");
    let named = named.into_iter().map(|(name, cell)| (name, cell * 24)).collect();
    assert_eq!(drawn, named, "the strip and its style sheet differ");
}

#[test]
fn what_the_pages_show_is_in_the_strip() {
    let named = pairs(CELLS, ["  .i-", " { mask-position: 0 ", "%; }"]);
    let mut shown = 0;
    for (page, html) in all_pages() {
        for tag in tags(&html).iter().filter(|tag| tag.name == "i") {
            let classes = tag.attribute("class").unwrap_or_default();
            let name = classes.split(' ').find_map(|class| class.strip_prefix("i-"));
            assert!(named.iter().any(|(it, _)| Some(*it) == name), "{page}: {classes}");
            shown += 1;
        }
    }
    assert!(shown > 100, "only {shown} icons");
}
