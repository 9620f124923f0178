//! The kubeconfig of APIs that run, with one context each.

use std::net::SocketAddr;

use serde_json::{Value, json};

/// One context.
#[derive(Debug, Clone)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Where its API answers.
    pub address: SocketAddr,
    /// What it asks to be shown.
    pub token: String,
    /// The namespace that is meant when none is named.
    pub namespace: Option<String>,
}

/// The file's text: JSON, which is YAML too. The first context is the current one.
pub fn text(contexts: &[Context]) -> String {
    let named = |inner: fn(&Context) -> (&'static str, Value)| -> Vec<Value> {
        let entry = |context| {
            let (name, value) = inner(context);
            json!({"name": context.name, name: value})
        };
        contexts.iter().map(entry).collect()
    };
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts.first().map_or("", |context| &context.name),
        "contexts": named(context),
        "clusters": named(|it| ("cluster", json!({"server": format!("http://{}", it.address)}))),
        "users": named(|it| ("user", json!({"token": it.token}))),
    });
    format!("{document:#}\n")
}

fn context(context: &Context) -> (&'static str, Value) {
    let Context { name, address: _, token: _, namespace } = context;
    let value = match namespace {
        Some(namespace) => json!({"cluster": name, "user": name, "namespace": namespace}),
        None => json!({"cluster": name, "user": name}),
    };
    ("context", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_context_leads_to_its_own_server() {
        let context = |name: &str, port: u16| Context {
            name: name.to_owned(),
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            token: format!("{name}-token"),
            namespace: (port == 2).then(|| "ml".to_owned()),
        };
        let written: Value =
            serde_json::from_str(&text(&[context("a", 1), context("b", 2)])).unwrap();
        assert_eq!(written["current-context"], "a");
        assert_eq!(written["clusters"][1]["cluster"]["server"], "http://127.0.0.1:2");
        assert_eq!(written["users"][1], json!({"name": "b", "user": {"token": "b-token"}}));
        let wanted = json!({"cluster": "b", "user": "b", "namespace": "ml"});
        assert_eq!(written["contexts"][1]["context"], wanted);
        assert_eq!(written["contexts"][0]["context"], json!({"cluster": "a", "user": "a"}));
    }
}
