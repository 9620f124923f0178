//! How a file is laid out: it says what it knows, has one subject, and a name of its own.

use super::tree::{File, Tree};

/// A file has one subject; more lines have two.
const LINES: usize = 600;
const WRITTEN_BY_HAND: [&str; 5] = [".rs", ".css", ".mjs", ".py", ".html"];

/// Sentences about what breaks these rules.
pub(crate) fn check(tree: &Tree) -> Vec<String> {
    let unexplained = tree.ending(".rs").filter(|file| !file.text.starts_with("//!"));
    let unexplained = unexplained
        .map(|file| format!("{} does not open with `//!`: say what it knows", file.path));
    let long = tree.files().filter(|file| by_hand(file) && file.text.lines().count() > LINES);
    let long = long.map(|file| {
        format!("{} has {} lines, more than {LINES}", file.path, file.text.lines().count())
    });
    let nameless = tree
        .ending("/mod.rs")
        .map(|file| format!("{}: name it after its folder, beside that", file.path));
    unexplained.chain(long).chain(nameless).collect()
}

fn by_hand(file: &File) -> bool {
    WRITTEN_BY_HAND.iter().any(|suffix| file.path.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_told() {
        let long = "//! x\n".repeat(LINES + 1);
        let tree = Tree::of(&[
            ("a/good.rs", "//! Good.\n"),
            ("a/mod.rs", "//! A.\n"),
            ("a/silent.rs", "fn a() {}\n"),
            ("a/long.rs", &long),
            ("Cargo.lock", &long),
        ]);
        let broken = check(&tree).join("\n");
        assert_eq!(broken.lines().count(), 3, "{broken}");
        for path in ["a/mod.rs", "a/silent.rs", "a/long.rs"] {
            assert!(broken.contains(path), "{path}: {broken}");
        }
    }
}
