//! Words for the commands that people copy: names come from clusters.

/// A word as a POSIX shell takes it, quoted where it must be.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_split_or_run_is_quoted() {
        assert_eq!(shell_word("arn:aws:eks:x/y"), "arn:aws:eks:x/y");
        assert_eq!(shell_word("gke_acme-ml_us-central1_train"), "gke_acme-ml_us-central1_train");
        assert_eq!(shell_word("a'; rm -rf ~ #"), "'a'\\''; rm -rf ~ #'");
        assert_eq!(shell_word(""), "''");
    }
}
