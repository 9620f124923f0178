//! Bundles the style sheets in the order of `style/first.txt` and `style/bundle.txt`, and takes out
//! what only people read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The list of those that a page carries with it.
pub(crate) const FIRST: &str = "first.txt";
/// The list of the others.
pub(crate) const BUNDLE: &str = "bundle.txt";

/// The names in such a list, one a line; `#` begins a comment.
pub(crate) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
}

/// One style sheet of all that a list names.
pub(crate) fn bundle(style: &Path, list: &str) -> Result<String> {
    let list = style.join(list);
    let text = fs::read_to_string(&list).with_context(|| list.display().to_string())?;
    let mut all = String::new();
    for name in names(&text) {
        let path = style.join(name);
        all.push_str(&fs::read_to_string(&path).with_context(|| path.display().to_string())?);
        all.push('\n');
    }
    Ok(minify(&all))
}

/// Without comments, and without white space where none can matter: at a line's start, around
/// braces and semicolons, after commas. Strings stay as they are.
fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut space = false;
    let mut rest = css.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'*') => {
                rest.next();
                skip_comment(&mut rest);
                // A comment may stand between two words.
                space = true;
            }
            c if c.is_whitespace() => space = true,
            c => {
                let after = out.chars().next_back();
                if space && !"{};".contains(c) && !after.is_none_or(|a| "{};,".contains(a)) {
                    out.push(' ');
                }
                if c == '}' && after == Some(';') {
                    out.pop();
                }
                space = false;
                out.push(c);
                if c == '"' || c == '\'' {
                    copy_string(c, &mut rest, &mut out);
                }
            }
        }
    }
    out
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_comment(rest: &mut Rest<'_>) {
    let mut star = false;
    for c in rest.by_ref() {
        if star && c == '/' {
            return;
        }
        star = c == '*';
    }
}

fn copy_string(quote: char, rest: &mut Rest<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        out.push(c);
        if c == '\\' {
            out.extend(rest.next());
        } else if c == quote {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_stays() {
        let cases = [
            ("a { color: red; }\n", "a{color: red}"),
            ("/* one */ a b , c{ }", "a b ,c{}"),
            ("a :hover > b { margin: 0 -1px; }", "a :hover > b{margin: 0 -1px}"),
            (
                "@media (width < 40rem) and (hover: hover) { a { b: c } }",
                "@media (width < 40rem) and (hover: hover){a{b: c}}",
            ),
            (
                "a::before { content: \"  ;} /* no */ \\\"  \"; }",
                "a::before{content: \"  ;} /* no */ \\\"  \"}",
            ),
            ("a { width: calc(1px + 2px); x: y/**/z }", "a{width: calc(1px + 2px);x: y z}"),
            ("a { --empty: ; --b: 1 }", "a{--empty:;--b: 1}"),
            ("a { b: c }/* open", "a{b: c}"),
        ];
        for (css, expected) in cases {
            assert_eq!(minify(css), expected, "{css}");
        }
    }

    #[test]
    fn the_list_of_sheets_may_have_comments() {
        let list = "# order matters\ntokens.css\n\nbase.css # elements\n";
        assert_eq!(names(list).collect::<Vec<_>>(), ["tokens.css", "base.css"]);
    }
}
