//! What a page says where it has no cluster to show.

use skyports_model::Filter;

use super::code_block::code_block;
use super::finding::prose;
use super::icon::icon;
use super::skeleton::skeleton;
use crate::board::Empty;
use crate::node::{Element, el};
use crate::words::count;

/// Why there is nothing, and what to do.
pub(crate) fn empty_state(empty: &Empty, filter: &Filter) -> Element {
    let Said { icon: name, title, text, command, link } = said(empty, filter);
    let is_filtered = matches!(empty, Empty::Filtered(_));
    let command = command.map(|command| code_block(command, "the command"));
    let link = link.map(|text| {
        let link = el("a").class("btn").attr("href", "/").flag("data-query", is_filtered);
        el("p").with(link.with(text))
    });
    let said = el("div")
        .class("empty")
        .with(icon(name))
        .with(el("h2").with(title))
        .with(prose(el("p"), &text))
        .with(command)
        .with(link);
    let is_connecting = matches!(empty, Empty::Connecting);
    el("div").class("sheet").with(said).with(is_connecting.then(skeleton))
}

struct Said {
    icon: &'static str,
    title: String,
    text: String,
    command: Option<&'static str>,
    link: Option<&'static str>,
}

fn said(empty: &Empty, filter: &Filter) -> Said {
    let say = |icon, title: &str, text: &str| Said {
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
        command: None,
        link: None,
    };
    match empty {
        Empty::Connecting => say(
            "refresh",
            "Connecting",
            "No context has answered yet. Clusters appear here as soon as one does; without JavaScript, \
             when you reload this page.",
        ),
        Empty::NoContexts => Said {
            command: Some("kubectl config get-contexts"),
            ..say("contexts", "No contexts", "The kubeconfig names no context to look at.")
        },
        Empty::NoClusters(contexts) => Said {
            command: Some("sky launch -c my-cluster --infra k8s --ports 8888 task.yaml"),
            ..say(
                "pod",
                "No SkyPilot clusters yet",
                &format!(
                    "skyports looks for pods with the label `skypilot-cluster-name` in {} and found none. \
                     Launch a cluster and it appears here by itself.",
                    count(*contexts, "context")
                ),
            )
        },
        Empty::Filtered(hidden) => {
            let Filter { text, state: _, owner, context, mode } = filter;
            let is_narrowed = !owner.is_empty() || !context.is_empty() || mode.is_some();
            let text = text.trim();
            let title = match (text, filter.state.as_str()) {
                _ if is_narrowed => "Nothing matches this filter".to_owned(),
                ("", _) => "Nothing is in that state".to_owned(),
                (text, "") => format!("Nothing matches “{text}”"),
                (text, _) => format!("Nothing in that state matches “{text}”"),
            };
            let verb = if *hidden == 1 { "is" } else { "are" };
            Said {
                link: Some("Clear filters"),
                ..say(
                    "filter",
                    &title,
                    &format!("{} {verb} hidden by this filter.", count(*hidden, "endpoint")),
                )
            }
        }
        Empty::Forbidden => say(
            "lock",
            "skyports may not list clusters",
            "The notes above say which right is missing, and hold the role to grant it.",
        ),
        Empty::Unreachable => say(
            "cloud",
            "No context answers",
            "Nothing is known of their clusters. skyports keeps trying; the notes above say what failed.",
        ),
        Empty::Gone(id) => Said {
            link: Some("All endpoints"),
            ..say(
                "pod",
                &format!("No cluster “{}” in {}", id.name, id.namespace),
                "It was probably removed with `sky down`; its ports went with it.",
            )
        },
    }
}
