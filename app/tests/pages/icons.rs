//! That the style sheet's icons and the pages agree.

use std::collections::BTreeMap;

use crate::html::{all_pages, tags};

const ICONS: &str = include_str!("../../../style/icon.css");
const THIN: &str = include_str!("../../../style/empty_state.css");

/// The pictures of icons by their names, as the rules that begin with `before` give them.
fn pictures<'a>(sheet: &'a str, before: &str) -> BTreeMap<&'a str, &'a str> {
    let mut pictures = BTreeMap::new();
    for line in sheet.lines() {
        let Some(rule) = line.trim().strip_prefix(before) else { continue };
        let Some((name, rest)) = rule.split_once(" { mask-image: url(\"") else { continue };
        let picture = rest.strip_suffix("\"); }").unwrap_or_default();
        assert_eq!(pictures.insert(name, picture), None, "{name} is there twice");
    }
    pictures
}

#[test]
fn every_icon_is_a_picture_of_its_own() {
    let icons = pictures(ICONS, ".i-");
    assert!(icons.len() > 40, "only {} icons", icons.len());
    for (name, picture) in &icons {
        let svg =
            picture.strip_prefix("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' ");
        let svg = svg.unwrap_or_else(|| panic!("{name}: {picture}"));
        assert!(svg.ends_with("</svg>"), "{name}: {picture}");
        // What ends a string or an address, or begins an escape that is none.
        assert!(!svg.contains(['"', '#', '\\', '\n']), "{name}: {picture}");
        assert_eq!(svg.matches('%').count(), svg.matches("%23").count(), "{name}: {picture}");
        let twin = icons.iter().find(|(other, it)| *other != name && *it == picture);
        assert_eq!(twin, None, "{name} looks like another one");
    }
}

#[test]
fn larger_icons_are_the_same_in_thinner_lines() {
    let (icons, thin) = (pictures(ICONS, ".i-"), pictures(THIN, ".empty > .i-"));
    assert!(!thin.is_empty());
    for (name, picture) in thin {
        assert_eq!(picture.replace("stroke-width='1.5'", "stroke-width='1.9'"), icons[name]);
    }
}

#[test]
fn what_the_pages_show_is_in_the_style_sheet() {
    let icons = pictures(ICONS, ".i-");
    let mut shown = 0;
    for (page, html) in all_pages() {
        for tag in tags(&html).iter().filter(|tag| tag.name == "i") {
            let classes = tag.attribute("class").unwrap_or_default();
            let name = classes.split(' ').find_map(|class| class.strip_prefix("i-"));
            assert!(name.is_some_and(|name| icons.contains_key(name)), "{page}: {classes}");
            shown += 1;
        }
    }
    assert!(shown > 100, "only {shown} icons");
}
