//! A style sheet belongs to a component of the same name, and the bundle lists each sheet once.

use super::tree::Tree;
use crate::web;

/// Sheets that belong to no single component, and why.
const SHARED: [(&str, &str); 5] = [
    ("tokens", "the values that all others use"),
    ("base", "elements without a class"),
    ("glyphs", "what is in the boxes of `icon`, and comes later"),
    ("shell", "the frame of every page"),
    ("utilities", "what overrides everything, such as hiding by width"),
];

/// Sentences about what breaks these rules.
pub(crate) fn check(tree: &Tree) -> Vec<String> {
    let lists = [web::FIRST, web::BUNDLE].map(|list| format!("style/{list}"));
    let lists = lists.iter().filter_map(|list| tree.file(list));
    let listed: Vec<&str> = lists.flat_map(|list| web::style_sheets(&list.text)).collect();
    let sheets = || tree.ending(".css").filter_map(|file| file.path.strip_prefix("style/"));
    let alone = sheets().filter_map(|sheet| sheet.strip_suffix(".css")).filter(|name| {
        let twin = format!("app/src/components/{name}.rs");
        SHARED.iter().all(|(shared, _)| shared != name) && tree.file(&twin).is_none()
    });
    let alone =
        alone.map(|name| format!("style/{name}.css has no twin app/src/components/{name}.rs"));
    let unlisted = sheets().filter(|sheet| listed.iter().filter(|it| it == &sheet).count() != 1);
    let unlisted =
        unlisted.map(|sheet| format!("style/first.txt or style/bundle.txt must list {sheet} once"));
    let dangling = listed.iter().filter(|name| !sheets().any(|sheet| sheet == **name));
    let dangling = dangling.map(|name| {
        format!("style/first.txt or style/bundle.txt lists {name}, which does not exist")
    });
    alone.chain(unlisted).chain(dangling).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_and_components_go_in_pairs() {
        let tree = Tree::of(&[
            ("app/src/components/table.rs", "//! T.\n"),
            ("style/first.txt", "tokens.css\n"),
            ("style/bundle.txt", "table.css\ngone.css\n"),
            ("style/table.css", ""),
            ("style/tokens.css", ""),
            ("style/lonely.css", ""),
        ]);
        let broken = check(&tree).join("\n");
        assert_eq!(broken.lines().count(), 3, "{broken}");
        assert!(
            broken.contains("lonely.css has no twin") && broken.contains("list lonely.css once"),
            "{broken}"
        );
        assert!(broken.contains("lists gone.css"), "{broken}");
    }
}
