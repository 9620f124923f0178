//! Whatever is put into a manifest's slot is read back as itself, and no template can do otherwise.

use std::fs;
use std::path::Path as FilePath;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Texts that mean something to YAML, to a template or to a reader's eye.
const ODD: [&str; 24] = [
    "",
    " ",
    "~",
    "null",
    "on",
    "no",
    "1e3",
    "0x1f",
    "2026-11-24",
    "*a",
    "&a b",
    "!!binary aGk=",
    "{a: b}",
    "- a",
    "a: b",
    "a #b",
    "\"",
    "\\",
    "{{ meta.name() }}",
    "x\n  externalIPs: [1.2.3.4]",
    "y\n---\nkind: ClusterRoleBinding",
    "a\u{85}b\u{2028}c\u{2029}d",
    "\u{feff}\u{202e}\u{0}\u{7f}\u{9f}",
    "\u{fffe}\u{ffff}\u{e0001}\u{10ffff}",
];

/// Characters that mean something somewhere, beyond ASCII.
const STRANGE: [char; 16] = [
    'é',
    'ß',
    '字',
    '✓',
    '😀',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{200b}',
    '\u{202e}',
    '\u{2028}',
    '\u{feff}',
    '\u{fffe}',
    '\u{ffff}',
    '\u{e0001}',
    '\u{10ffff}',
];

/// Any text, half of the time an odd one. From plain bytes: a hundred thousand strings by
/// regular expressions take a quarter of a minute.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let character = |byte: u8| match byte {
        0..128 => char::from(byte),
        _ => STRANGE[usize::from(byte) % STRANGE.len()],
    };
    let any = prop::collection::vec(any::<u8>(), 0..20)
        .prop_map(move |bytes| bytes.into_iter().map(character).collect());
    let odd = prop::collection::vec(prop::sample::select(&ODD[..]), 1..3);
    prop_oneof![any, odd.prop_map(|parts| parts.concat())]
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    Quoted.write_escaped_str(&mut quoted, text).unwrap();
    quoted
}

#[test]
fn odd_texts_are_one_string_on_one_line() {
    for text in ODD {
        let line = quoted(text);
        assert!(!line.chars().any(is_unseen), "{line}");
        assert_eq!(serde_yaml_ng::from_str::<Value>(&line).unwrap(), json!(text));
    }
}

proptest! {
    #[test]
    fn a_slot_holds_one_string_whatever_it_is(texts in prop::collection::vec(texts(), 10)) {
        let items = texts.iter().map(|text| format!("- {}: {}\n  n: 1\n", quoted("key"), quoted(text)));
        let read: Value = serde_yaml_ng::from_str(&items.collect::<String>()).unwrap();
        let planned: Vec<Value> = texts.iter().map(|text| json!({"key": text, "n": 1})).collect();
        prop_assert_eq!(read, Value::Array(planned));
    }
}

#[test]
fn what_the_type_does_not_know_is_found() {
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  type: ClusterIP\n";
    assert!(read::<Service>(text).is_ok());
    let places = |text: &str| read::<Service>(text).unwrap_err().to_string();
    assert_eq!(
        places(&format!("{text}  externalIP: [1.2.3.4]\n")),
        "the text and the plan differ at /spec/externalIP"
    );
    assert!(places(&format!("{text}  type: NodePort\n")).contains("duplicate entry"));
    assert!(places(&format!("{text}---\n{text}")).contains("more than one document"));
    assert!(places("kind: [").starts_with("the text is no manifest"));
}

#[test]
fn where_two_objects_differ_is_told() {
    let differ = |a: Value, b: Value| difference(&a, &b, "");
    assert_eq!(differ(json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 2}]})), None);
    assert_eq!(
        differ(json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 3}]})),
        Some("/a/1/b".into())
    );
    assert_eq!(differ(json!({"a": 1}), json!({})), Some("/a".into()));
    assert_eq!(differ(json!({}), json!({"a": 1})), Some("/a".into()));
    assert_eq!(differ(json!([1]), json!([1, 2])), Some("/".into()));
    assert_eq!(differ(json!("8888"), json!(8888)), Some("/".into()));
}

/// A filter could take the quotes off: `safe` does, and `escape` names another escaper.
#[test]
fn no_template_has_a_filter() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let mut slots = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(path.to_string_lossy().ends_with(".yml.j2"), "the escaper goes by the ending");
        assert!(!text.contains("{% filter") && !text.contains("{%- filter"), "{path:?}");
        for slot in text.split("{{").skip(1) {
            let slot = slot.split("}}").next().unwrap();
            assert!(!slot.contains('|'), "{path:?}: {slot}");
            slots += 1;
        }
    }
    assert!(slots > 20, "{slots}");
}
