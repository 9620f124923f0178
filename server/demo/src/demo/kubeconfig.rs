//! A kubeconfig's entry that cannot be used.

use serde_json::{Value, json};

/// The same kubeconfig with one more context, whose cluster names a file that does not exist.
pub(super) fn with_broken(text: &str, name: &str) -> String {
    // The text is our own document, written a moment ago.
    let mut document: Value = serde_json::from_str(text).unwrap_or_default();
    let cluster = json!({
        "server": "https://127.0.0.1:6443",
        "certificate-authority": "/nonexistent/demo-broken.pem",
    });
    for (list, entry) in [
        ("contexts", json!({ "name": name, "context": { "cluster": name, "user": name } })),
        ("clusters", json!({ "name": name, "cluster": cluster })),
        ("users", json!({ "name": name, "user": {} })),
    ] {
        if let Some(all) = document.get_mut(list).and_then(Value::as_array_mut) {
            all.push(entry);
        }
    }
    format!("{document:#}\n")
}
