//! The chain of checks of an endpoint in its panel: a line a link, and at the one that does not hold
//! what it rests on.
//!
//! Drawn on the server only (`crate::draw`). What the panel's top says of the endpoint is not said
//! again here.

use skyports_model::time::clock_time;
use skyports_model::verdict::Exchange;
use skyports_model::{Chain, Endpoint, Finding, Link, LinkKind, LinkResult};

use super::code_block::titled_code;
use super::finding::claim;
use super::fix_list::fix_list;
use super::icon::drawn;
use crate::node::{Element, el};

/// The section; `endpoint` is how the panel's top tells it.
pub(crate) fn chain(chain: &Chain, endpoint: &Endpoint) -> Element {
    let time = clock_time(chain.as_of);
    let asked = match chain.millis {
        Some(millis) => format!("{time}, all in {millis} ms"),
        None => "from Kubernetes alone".to_owned(),
    };
    let title = el("h3").attr("id", "checks-title").with("Checks ").with(el("small").with(asked));
    // Nothing is encrypted: the link is no news.
    let is_shown =
        |link: &&Link| link.kind != LinkKind::Tls || link.result != LinkResult::NotNeeded;
    let links: Vec<_> = chain
        .links()
        .iter()
        .filter(is_shown)
        .map(|link| drawn_link(link, &time, endpoint))
        .collect();
    el("section")
        .attr("aria-labelledby", "checks-title")
        .with(title)
        .with(el("ol").class("chain").with(links))
}

fn drawn_link(link: &Link, time: &str, endpoint: &Endpoint) -> Element {
    let Link { kind, result, millis, told, finding, exchanges } = link;
    let state = state(*kind, *result);
    let class = if *result == LinkResult::Wait { "icon spin" } else { "icon" };
    let spoken = match result {
        LinkResult::NotNeeded | LinkResult::NotChecked => None,
        _ => Some(el("span").class("visually-hidden").with([result.label(), ": "].concat())),
    };
    let said = el("div")
        .with(spoken)
        .with(el("span").class("chain-name").with(kind.label()))
        .with(" ")
        .with(el("span").class("chain-fact").with(told.clone()));
    let took = millis.map(|millis| el("span").class("chain-time").with(format!("{millis} ms")));
    let finding = finding.as_ref().filter(|finding| !is_said(finding, endpoint));
    let more: Vec<_> = [seen(exchanges, time), finding.map(why)].into_iter().flatten().collect();
    let more = (!more.is_empty()).then(|| el("div").class("chain-more").with(more));
    el("li")
        .attr("data-state", state)
        .attr("data-link", kind.as_str())
        .with(drawn(class, state))
        .with(said)
        .with(took)
        .with(more)
}

/// The state whose sign the link wears. What Kubernetes or the app says is for a person to decide;
/// what a connection says has failed.
fn state(kind: LinkKind, result: LinkResult) -> &'static str {
    match (result, kind) {
        (LinkResult::Pass, _) => "ready",
        (LinkResult::Wait, _) => "pending",
        (LinkResult::Fail, LinkKind::Dns | LinkKind::Tcp | LinkKind::Tls | LinkKind::Http) => {
            "failed"
        }
        (LinkResult::Fail | LinkResult::Warn, _) => "attention",
        (LinkResult::NotNeeded | LinkResult::NotChecked, _) => "skipped",
    }
}

/// Whether the panel's top says the same.
fn is_said(finding: &Finding, endpoint: &Endpoint) -> bool {
    endpoint.state.reason() == Some(finding) || endpoint.warnings.contains(finding)
}

/// What is wrong, what that rests on, and what to do.
fn why(finding: &Finding) -> Element {
    let evidence = finding.evidence.as_ref().map(|evidence| {
        titled_code("Evidence".to_owned(), el("code").with(evidence.clone()), "the evidence")
    });
    let steps = (!finding.steps.is_empty()).then(|| fix_list("What to do", None, &finding.steps));
    let code = finding.code.as_str();
    el("div")
        .class("chain-why")
        .attr("data-code", code)
        .with(claim(finding))
        .with(evidence)
        .with(steps)
}

/// What was asked and answered, the fault marked.
fn seen(exchanges: &[Exchange], time: &str) -> Option<Element> {
    let code = exchanges.iter().enumerate().fold(el("code"), |code, (place, exchange)| {
        let Exchange { request, answer, note, is_fault } = exchange;
        let (verb, path) = request.split_once(' ').unwrap_or(("", request));
        let gap = if place > 0 { "\n\n" } else { "" };
        let code = code.with(gap).with(el("span").class("dim").with(verb.to_owned())).with(" ");
        let code = code.with([path, "\n", answer].concat());
        match note {
            Some(note) if *is_fault => code.with("\n").with(el("mark").with(note.clone())),
            Some(note) => code.with("   ").with(el("span").class("dim").with(note.clone())),
            None => code,
        }
    });
    let title = format!("Seen {time} from the server");
    (!exchanges.is_empty()).then(|| titled_code(title, code, "the evidence"))
}

#[cfg(test)]
mod tests {
    use skyports_model::{
        ClusterId, Code, ContextName, EndpointId, EndpointState, Mode, NameOnCloud, Namespace,
        ObjectKind, ObjectRef, Owner, Port, Route, Step, Timestamp,
    };

    use super::*;

    fn finding() -> Finding {
        Finding {
            code: Code::SubpathBreaksApp,
            lead: "It leaves its path.".to_owned(),
            detail: String::new(),
            evidence: Some("GET /x/: 302 Found".to_owned()),
            steps: vec![Step::advice("Give it an address of its own")],
        }
    }

    fn endpoint(state: EndpointState) -> Endpoint {
        let cluster = ClusterId {
            context: ContextName::parse("prod").unwrap(),
            namespace: Namespace::parse("ml").unwrap(),
            name: NameOnCloud::parse("train-2ea4").unwrap(),
        };
        let object = ObjectRef {
            kind: ObjectKind::Ingress,
            namespace: cluster.namespace.clone(),
            name: "train-2ea4-skypilot-ingress".to_owned(),
        };
        Endpoint {
            id: EndpointId { cluster, port: Port::new(8888).unwrap(), mode: Mode::Ingress },
            state,
            urls: vec![],
            addresses: vec![],
            future: None,
            owner: Owner::SkyPilot,
            object,
            opened: None,
            route: Route::Stripped,
            warnings: vec![],
            app: None,
        }
    }

    /// The drawn chain of an endpoint whose app leaves its path.
    fn drawn_for(endpoint: &Endpoint) -> String {
        let exchange =
            Exchange::fine("GET /x/", "302 Found").fault("Location: /lab? leaves /x/ <b>");
        let link = Link::new(LinkKind::App, LinkResult::Fail, "leaves its path").because(finding());
        let link = Link { exchanges: vec![exchange], ..link };
        let links = vec![Link::new(LinkKind::Tls, LinkResult::NotNeeded, "x"), link];
        let made = Chain::of(endpoint.id.clone(), links, Timestamp(0), Some(12));
        format!("{:?}", chain(&made, endpoint))
    }

    #[test]
    fn what_the_panels_top_says_is_not_said_again() {
        let reason = finding();
        let said = drawn_for(&endpoint(EndpointState::Attention { reason }));
        assert!(!said.contains("chain-why") && said.contains("chain-more"), "{said}");
        let unsaid = drawn_for(&endpoint(EndpointState::Open));
        assert!(unsaid.contains("chain-why") && unsaid.contains("What to do"), "{unsaid}");
    }

    #[test]
    fn the_fault_of_an_exchange_is_marked_and_stays_text() {
        let drawn = drawn_for(&endpoint(EndpointState::Open));
        let mark = el("mark").with("Location: /lab? leaves /x/ <b>".to_owned());
        assert!(drawn.contains(&format!("{mark:?}")), "{drawn}");
        assert!(drawn.contains("Seen 00:00 UTC from the server"), "{drawn}");
    }

    #[test]
    fn encryption_that_is_not_there_is_no_link() {
        let drawn = drawn_for(&endpoint(EndpointState::Open));
        assert!(!drawn.contains("\"tls\"") && drawn.contains("\"http\""), "{drawn}");
    }
}
