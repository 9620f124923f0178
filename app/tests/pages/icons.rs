//! That the icons' font, the style sheets and the pages agree.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::html::{all_pages, tags};

const GLYPHS: &str = include_str!("../../../style/glyphs.css");
/// What draws the font.
const SCRIPT: &str = include_str!("../../../style/assets/icons.py");
/// Glyphs that are the second one of an icon.
const SECOND: [(&str, &str); 2] = [("brand-bow", "brand"), ("pending-rest", "pending")];

/// Code points by the names of icons, as the rules for `place` that begin with `before` give them.
fn glyphs<'a>(sheet: &'a str, before: &str, place: &str) -> BTreeMap<&'a str, u32> {
    let mut glyphs = BTreeMap::new();
    for line in sheet.lines() {
        let Some(rule) = line.trim().strip_prefix(before) else { continue };
        let Some((name, rest)) = rule.split_once(&format!("::{place} {{ content: \"\\")) else {
            continue;
        };
        let (code, rest) = rest.split_once('"').unwrap_or_default();
        // The same again with an empty text to read out.
        assert_eq!(rest, format!("; content: \"\\{code}\" / \"\"; }}"), "{line}");
        let code = u32::from_str_radix(code, 16).unwrap_or_else(|_| panic!("{line}"));
        assert_eq!(glyphs.insert(name, code), None, "{name} is there twice");
    }
    glyphs
}

/// The names that the script gives to the code points from `first` on.
fn drawn(list: &str, first: u32) -> BTreeMap<&'static str, u32> {
    let (_, rest) = SCRIPT.split_once(&format!("\n{list} = ")).unwrap();
    let names = rest.trim_start_matches('"').split('"').next().unwrap();
    names.split_whitespace().zip(first..).collect()
}

#[test]
fn every_glyph_of_the_font_is_in_the_style_sheet() {
    let mut icons = glyphs(GLYPHS, ".i-", "before");
    assert!(icons.len() > 30, "only {} icons", icons.len());
    let second = glyphs(GLYPHS, ".i-", "after");
    assert_eq!(second.len(), SECOND.len());
    for (name, icon) in SECOND {
        icons.insert(name, second[icon]);
    }
    assert_eq!(icons, drawn("NAMES", 0xe000));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style/assets/icons");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<_> = files.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(files, icons.keys().map(|name| format!("{name}.svg")).collect());
}

#[test]
fn larger_icons_are_the_same_in_thinner_lines() {
    let (icons, thin) = (glyphs(GLYPHS, ".i-", "before"), glyphs(GLYPHS, ".empty > .i-", "before"));
    assert_eq!(thin, drawn("THIN", 0xe080));
    assert!(!thin.is_empty() && thin.keys().all(|name| icons.contains_key(name)), "{thin:x?}");
    assert!(icons.values().all(|code| *code < 0xe080), "they are on one another");
}

#[test]
fn what_the_pages_show_is_in_the_style_sheet() {
    let icons = glyphs(GLYPHS, ".i-", "before");
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

#[test]
fn what_is_in_the_style_sheet_is_named_in_the_program() {
    let program = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for name in glyphs(GLYPHS, ".i-", "before").keys() {
        let named = [format!("\"{name}\""), format!("i-{name}\"")];
        assert!(named.iter().any(|it| program.contains(it)), "nothing shows {name}");
    }
}

/// All files in a folder and the folders in it.
fn read(folder: &Path) -> String {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|it| if it.is_dir() { read(&it) } else { std::fs::read_to_string(it).unwrap() })
        .collect()
}
