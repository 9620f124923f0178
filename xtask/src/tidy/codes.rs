//! `docs/codes.md` explains exactly the codes that exist, in their order.

use skyports_model::Code;

use super::tree::Tree;

const PAGE: &str = "docs/codes.md";

/// Sentences about what breaks this rule.
pub(crate) fn check(tree: &Tree) -> Vec<String> {
    let text = tree.file(PAGE).map(|file| file.text.as_str()).unwrap_or_default();
    compare(&explained(text), &Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>())
}

/// The headings that are a code: ``### `code` ``.
fn explained(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect()
}

fn compare(explained: &[&str], existing: &[&str]) -> Vec<String> {
    let missing = existing.iter().filter(|code| !explained.contains(code));
    let missing = missing.map(|code| format!("{PAGE} does not explain `{code}`: add ### `{code}`"));
    let unknown = explained.iter().filter(|code| !existing.contains(code));
    let unknown = unknown.map(|code| format!("{PAGE} explains `{code}`, which does not exist"));
    let mut broken: Vec<String> = missing.chain(unknown).collect();
    if broken.is_empty() && explained != existing {
        broken.push(format!("{PAGE} must have the order of `Code::ALL`: {}", existing.join(", ")));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_page_are_the_same() {
        let text = "# Codes\n### `a`\nText.\n### `b`\n";
        assert_eq!(explained(text), ["a", "b"]);
        assert!(compare(&["a", "b"], &["a", "b"]).is_empty());
        assert_eq!(compare(&["b", "a"], &["a", "b"]).len(), 1);
        assert_eq!(compare(&["a", "c"], &["a", "b"]).len(), 2);
        assert_eq!(compare(&["a", "a", "b"], &["a", "b"]).len(), 1);
    }
}
