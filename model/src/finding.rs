//! A finding: a reason or a warning as it is told to people and scripts.

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// Something that is so, why we say so, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about, for scripts.
    pub code: Code,
    /// The claim: a short sentence or clause, with its final punctuation.
    pub lead: String,
    /// The rest of the explanation; may be empty.
    pub detail: String,
    /// What the claim rests on: an event, a field, a label.
    pub evidence: Option<String>,
    /// What to do, best first.
    pub steps: Vec<Step>,
}

impl Finding {
    /// Claim and explanation as one text.
    pub fn message(&self) -> String {
        if self.detail.is_empty() {
            self.lead.clone()
        } else {
            format!("{} {}", self.lead, self.detail)
        }
    }
}

/// One thing to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does, as an imperative sentence.
    pub title: String,
    /// A command or a text to copy.
    pub command: Option<String>,
    /// The form by which skyports does it, filled in.
    pub form: Option<Form>,
}

/// A form that does something after its plan is shown ([`crate::repair`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The word on its button.
    pub label: String,
    /// Its address, filled in.
    pub address: String,
}

impl Step {
    /// Advice without a command.
    pub fn advice(title: impl Into<String>) -> Self {
        Self { title: title.into(), command: None, form: None }
    }

    /// Advice with a command or text to copy.
    pub fn command(title: impl Into<String>, command: impl Into<String>) -> Self {
        Self { title: title.into(), command: Some(command.into()), form: None }
    }
}

/// Whether a character shows nothing by itself: control characters, what turns the direction of
/// writing, and spaces of no or odd width. Names that look alike and are not hide in these.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Text that came from a cluster, made fit to show: one line, no control or direction-changing
/// characters, at most `longest` characters.
pub fn shown(text: &str, longest: usize) -> String {
    let one_line: String = text
        .chars()
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_unseen(*c))
        .take(longest.saturating_mul(4))
        .collect();
    let words = one_line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if words.chars().count() <= longest {
        return words;
    }
    let mut cut: String = words.chars().take(longest.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shown_text_is_one_short_line() {
        assert_eq!(shown("a\n  b\tc\u{202e}d", 80), "a b cd");
        assert_eq!(shown("abcdef", 4), "abc…");
    }

    proptest! {
        #[test]
        fn shown_text_keeps_its_bounds(text in "\\PC{0,100}|[\\x00-\\x20a]{0,50}", longest in 1_usize..30) {
            let shown = shown(&text, longest);
            prop_assert!(shown.chars().count() <= longest);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
