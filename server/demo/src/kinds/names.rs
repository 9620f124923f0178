//! Which names, labels and port names Kubernetes allows, and how it says that one is wrong
//! (`k8s.io/apimachinery/pkg/util/validation`, 1.36).

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters \
    or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', \
    regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
    characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
    'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must \
    start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', \
    regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED: &str = "a valid label key must consist of alphanumeric characters, '-', '_' or '.', \
    and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or \
    '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an \
    optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, \
    '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
    'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// What is wrong with a name of one word.
pub(super) fn label(name: &str) -> Vec<String> {
    let mut wrong = longer(name, 63, "characters");
    if !is_label(name) {
        // Where words between dots would do, the dots are what is wrong.
        let dotted = name.split('.').all(is_label);
        wrong.push(if dotted { "must not contain dots".to_owned() } else { LABEL.to_owned() });
    }
    wrong
}

/// What is wrong with a name of words between dots.
pub(super) fn subdomain(name: &str) -> Vec<String> {
    let mut wrong = longer(name, 253, "characters");
    if !name.split('.').all(is_label) {
        wrong.push(SUBDOMAIN.to_owned());
    }
    wrong
}

/// What is wrong with the key of a label or an annotation.
pub(super) fn key(key: &str) -> Vec<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((_, name)) if name.contains('/') => return vec![QUALIFIED.to_owned()],
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let mut wrong: Vec<String> = vec![];
    if let Some(prefix) = prefix {
        let of_prefix = subdomain(prefix);
        wrong.extend(of_prefix.into_iter().map(|why| format!("prefix part {why}")));
    }
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    }
    let of_name = longer(name, 63, "bytes");
    wrong.extend(of_name.into_iter().map(|why| format!("name part {why}")));
    if !is_word(name) {
        wrong.push(KEY.to_owned());
    }
    wrong
}

/// What is wrong with the value of a label.
pub(super) fn value(value: &str) -> Vec<String> {
    let mut wrong = longer(value, 63, "bytes");
    if !value.is_empty() && !is_word(value) {
        wrong.push(VALUE.to_owned());
    }
    wrong
}

/// What is wrong with the name of a container's port.
pub(super) fn port(name: &str) -> Vec<String> {
    let mut wrong = longer(name, 15, "characters");
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    if !name.chars().all(is_plain) {
        wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !name.chars().any(|it| it.is_ascii_lowercase()) {
        wrong.push("must contain at least one letter (a-z)".into());
    }
    if name.contains("--") {
        wrong.push("must not contain consecutive hyphens".into());
    }
    if name.starts_with('-') || name.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".into());
    }
    wrong
}

fn longer(name: &str, most: usize, of: &str) -> Vec<String> {
    let is_longer = name.len() > most;
    is_longer.then(|| format!("must be no more than {most} {of}")).into_iter().collect()
}

fn is_label(name: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    !name.is_empty()
        && name.starts_with(is_plain)
        && name.ends_with(is_plain)
        && name.chars().all(|it| is_plain(it) || it == '-')
}

fn is_word(word: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric();
    word.starts_with(is_plain)
        && word.ends_with(is_plain)
        && word.chars().all(|it| is_plain(it) || ['-', '_', '.'].contains(&it))
}
