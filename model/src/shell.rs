//! Words for the commands that people copy: names come from clusters, and whoever may make a
//! cluster must not be able to run anything on the machine of those who look at it.

use crate::finding::is_unseen;

/// A word as a shell takes it, quoted where it must be.
///
/// Plain single quotes, which every shell understands, as far as they do. What cannot be seen, or
/// steers a terminal while it is pasted, is spelled out in `$'…'` (POSIX 2024, bash, zsh, ksh): no
/// name that anybody would choose has any of it.
pub fn shell_word(text: &str) -> String {
    // At the start of a word zsh takes `=` for the path of a program.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@=".contains(&b);
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(plain) {
        text.to_owned()
    } else if text.chars().any(is_unseen) {
        format!("$'{}'", text.chars().map(spelled).collect::<String>())
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// An option with its value. A value that begins with `-` is joined to it: quotes alone would not
/// keep a program from taking it for an option.
pub fn shell_option(option: &str, value: &str) -> String {
    let word = shell_word(value);
    match (value.starts_with('-') || value.is_empty(), option.starts_with("--")) {
        (false, _) => format!("{option} {word}"),
        (true, true) => format!("{option}={word}"),
        (true, false) => format!("{option}{word}"),
    }
}

/// A character within `$'…'`.
fn spelled(c: char) -> String {
    match c {
        '\'' | '\\' => format!("\\{c}"),
        _ if is_unseen(c) => {
            // Three octal digits a byte: unlike `\x` and `\u` these cannot run into what follows.
            let octal = |text: String, byte: u8| format!("{text}\\{byte:03o}");
            c.encode_utf8(&mut [0; 4]).bytes().fold(String::new(), octal)
        }
        _ => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_shell_would_split_or_run_is_quoted() {
        assert_eq!(shell_word("arn:aws:eks:x/y"), "arn:aws:eks:x/y");
        assert_eq!(shell_word("gke_acme-ml_us-central1_train"), "gke_acme-ml_us-central1_train");
        assert_eq!(shell_word("a'; rm -rf ~ #"), "'a'\\''; rm -rf ~ #'");
        assert_eq!(shell_word("größe 7"), "'größe 7'");
        assert_eq!(shell_word("a=b"), "a=b");
        assert_eq!(shell_word("=ls"), "'=ls'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        assert_eq!(shell_word("a\nb'\\"), r"$'a\012b\'\\'");
        assert_eq!(shell_word("\u{1b}[31m"), r"$'\033[31m'");
        assert_eq!(shell_word("a\u{202e}b"), r"$'a\342\200\256b'");
    }

    #[test]
    fn a_value_never_becomes_an_option() {
        assert_eq!(shell_option("--context", "prod"), "--context prod");
        assert_eq!(shell_option("--context", "-oProxyCommand=x"), "--context=-oProxyCommand=x");
        assert_eq!(shell_option("-c", "--help"), "-c--help");
        assert_eq!(shell_option("--context", ""), "--context=''");
    }

    /// What a shell makes of each word.
    #[expect(clippy::disallowed_methods, reason = "a shell decides whether a word is quoted")]
    fn read_by_a_shell(words: &[String]) -> Vec<String> {
        let quoted: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
        let script = format!("printf '%s\\0' {}", quoted.join(" "));
        let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_each_word_as_it_was(words in prop::collection::vec("[^\\x00]{0,12}|[-'\"\\\\$`!*~ \\n\\t#;&|<>(){}a]{0,12}", 1..20)) {
            prop_assert_eq!(read_by_a_shell(&words), words);
        }

        #[test]
        fn nothing_in_a_word_steers_a_terminal(text in "[^\\x00]{0,30}|\\PC{0,30}") {
            prop_assert!(!shell_word(&text).chars().any(char::is_control));
        }
    }
}
