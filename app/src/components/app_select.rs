//! Which app it is, for the reader to say: a form of its own, which works without JavaScript, too.
//!
//! Only ever drawn on the server. What is said is kept in the browser and is for its reader alone.

use skyports_model::{AppGuess, Confidence, Endpoint};

use crate::node::{Element, el};

/// The form; `apps` are those that can be named.
pub(crate) fn app_select(endpoint: &Endpoint, apps: &[AppGuess]) -> Element {
    let known = endpoint.app.as_ref();
    let said = known.filter(|app| app.confidence == Confidence::Said);
    let unsaid = match known {
        Some(AppGuess { name, confidence: Confidence::Seen, .. }) => {
            format!("{name}, as its answers tell")
        }
        Some(AppGuess { name, confidence: Confidence::Guess, .. }) => {
            format!("{name}, as the port number suggests")
        }
        Some(AppGuess { confidence: Confidence::Said, .. }) => "As skyports sees it".to_owned(),
        None => "Not known".to_owned(),
    };
    let mut apps: Vec<_> = apps.iter().collect();
    apps.sort_by_key(|app| app.name.to_lowercase());
    let options = apps.into_iter().map(|app| {
        let is_said = said.is_some_and(|said| said.id == app.id);
        option(app.id.clone(), app.name.clone(), is_said)
    });
    let options: Vec<_> =
        [option(String::new(), unsaid, said.is_none())].into_iter().chain(options).collect();
    let select = el("select")
        .class("select")
        .attr("name", "app")
        .attr("id", "app-select")
        .attr("aria-describedby", "app-select-hint")
        .with(options);
    let id = &endpoint.id;
    let action = format!("{}/{}/app?mode={}", id.cluster.path(), id.port, id.mode);
    let hint = el("p")
        .class("hint")
        .attr("id", "app-select-hint")
        .with("Its advice follows what you say. Only this browser remembers it.");
    el("form")
        .class("app-select")
        .attr("method", "post")
        .attr("action", action)
        .with(el("label").attr("for", "app-select").with("What app is this?"))
        .with(select)
        .with(el("button").class("btn small").attr("type", "submit").with("Say so"))
        .with(hint)
}

fn option(value: String, name: String, is_chosen: bool) -> Element {
    el("option").attr("value", value).flag("selected", is_chosen).with(name)
}
