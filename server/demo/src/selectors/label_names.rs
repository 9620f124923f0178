//! What a label's key and value may be, and how a real API server says that one is not.

const NAME: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and \
    end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used \
    for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
    characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
    'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, \
    '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
    'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
/// The longest name and the longest value.
const LONGEST: usize = 63;
/// The longest prefix.
const LONGEST_PREFIX: usize = 253;

/// Checks `name` or `prefix/name`.
pub(super) fn check_key(key: &str) -> Result<(), String> {
    let wrong = |why: String| Err(format!("<nil>: Invalid value: {key:?}: {why}"));
    let parts: Vec<&str> = key.split('/').collect();
    let (prefix, name) = match parts.as_slice() {
        [name] => (None, *name),
        [prefix, name] => (Some(*prefix), *name),
        _ => {
            return wrong(format!(
                "a valid label key {NAME} with an optional DNS subdomain prefix and '/' (e.g. \
                 'example.com/MyName')"
            ));
        }
    };
    let mut complaints = vec![];
    match prefix {
        None => {}
        Some("") => complaints.push("prefix part must be non-empty".to_owned()),
        Some(prefix) => {
            if prefix.len() > LONGEST_PREFIX {
                complaints.push(format!("prefix part must be no more than {LONGEST_PREFIX} bytes"));
            }
            if !is_subdomain(prefix) {
                complaints.push(format!("prefix part {SUBDOMAIN}"));
            }
        }
    }
    if name.is_empty() {
        complaints.push("name part must be non-empty".to_owned());
    }
    if name.len() > LONGEST {
        complaints.push(format!("name part must be no more than {LONGEST} bytes"));
    }
    if !is_name(name) {
        complaints.push(format!("name part {NAME}"));
    }
    if complaints.is_empty() { Ok(()) } else { wrong(complaints.join("; ")) }
}

/// Checks the value of a place in the list of them.
pub(super) fn check_value(key: &str, place: usize, value: &str) -> Result<(), String> {
    let mut complaints = vec![];
    if value.len() > LONGEST {
        complaints.push(format!("must be no more than {LONGEST} bytes"));
    }
    if !value.is_empty() && !is_name(value) {
        complaints.push(VALUE.to_owned());
    }
    if complaints.is_empty() {
        return Ok(());
    }
    let why = complaints.join("; ");
    Err(format!("values[{place}][{key}]: Invalid value: {value:?}: {why}"))
}

fn is_name(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(ends)
        && text.ends_with(ends)
        && text.chars().all(|c| ends(c) || "-_.".contains(c))
}

fn is_subdomain(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.split('.').all(|part| {
        part.starts_with(ends) && part.ends_with(ends) && part.chars().all(|c| ends(c) || c == '-')
    })
}
