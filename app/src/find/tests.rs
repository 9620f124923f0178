//! What the palette finds in the samples of the gallery.

use super::*;

#[path = "../../examples/gallery/samples.rs"]
#[expect(dead_code, reason = "the gallery uses the rest")]
mod samples;

fn found(text: &str) -> Vec<String> {
    let tell = |found: &Found| format!("{} · {}", found.name, found.place);
    find(&samples::everything(), text).iter().map(tell).collect()
}

#[test]
fn a_clusters_name_finds_the_cluster_alone() {
    assert_eq!(found("LLAMA"), ["llama-train · gke_acme-ml_us-central1_train / ml-team"]);
}

#[test]
fn a_port_or_an_app_finds_ports_and_words_narrow_them() {
    assert!(found("8000").len() > 1);
    assert_eq!(found("llama 8000"), ["8000 API server · llama-train"]);
    assert_eq!(found("llama nothing-like-it"), Vec::<String>::new());
}

#[test]
fn pages_and_actions_are_there_at_once_and_by_what_they_do() {
    assert_eq!(find(&samples::many(100), "").len(), MOST);
    let all = found("");
    assert!(all.ends_with(&["Keyboard shortcuts · Action".to_owned()]), "{all:?}");
    assert_eq!(found("dark"), ["Next theme · Action"]);
}
