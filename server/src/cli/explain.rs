//! `skyports explain`: the chain of checks of one endpoint, in a terminal.

use std::collections::BTreeSet;
use std::io::Write as _;

use serde_json::{Value, json};
use skyports_app::dashboard::Dashboard as _;
use skyports_model::verdict::Exchange;
use skyports_model::{
    Chain, Cluster, Endpoint, EndpointId, Finding, Link, LinkResult, Mode, Port, Step,
};

use super::exit::{Exit, note, tell, tell_failure};
use super::find::{PATIENCE, find, tell_contexts};
use crate::cluster::contexts;
use crate::config::args::{CheckOutput, ExplainArgs};
use crate::dashboard::document::{self, Time};
use crate::dashboard::live::Live;

/// Looks once, and asks the endpoint.
pub fn run(args: ExplainArgs) -> Exit {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(explained(args)).unwrap_or_else(|exit| exit),
        Err(error) => {
            tell(format!("cannot start the runtime: {error}"), None);
            Exit::Usage
        }
    }
}

async fn explained(args: ExplainArgs) -> Result<Exit, Exit> {
    let ExplainArgs { cluster, port, mode, output, common } = args;
    let wanted = contexts::resolve(&common).await.map_err(|error| {
        tell(&error, error.hint().as_deref());
        Exit::Usage
    })?;
    let mut live = Live::checking(wanted, None);
    // Who has said nothing by then is told of as silent.
    let _ = tokio::time::timeout(PATIENCE, live.settled()).await;
    let overview = live.overview();
    let blind = tell_contexts(&overview) == overview.contexts.len();
    let cluster = find(&overview, &cluster, blind)?;
    let endpoint = the_one(cluster, port, mode)?;
    let described = live.describe(endpoint.id.clone(), true).await.map_err(|error| {
        tell_failure(&error);
        Exit::Cluster
    })?;
    for problem in &described.problems {
        note(problem.message());
    }
    let text = match output {
        CheckOutput::Text => text(cluster, &described.chain),
        CheckOutput::Json => format!("{:#}\n", of_chain(&described.chain)),
    };
    // Whoever reads has seen enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(Exit::Done)
}

/// The endpoint of that port, in that mode where one is named.
fn the_one(cluster: &Cluster, port: Port, mode: Option<Mode>) -> Result<&Endpoint, Exit> {
    let is_meant = |it: &&Endpoint| it.port() == port && mode.is_none_or(|mode| it.mode() == mode);
    let found: Vec<&Endpoint> = cluster.endpoints.iter().filter(is_meant).collect();
    match found.as_slice() {
        [endpoint] => Ok(endpoint),
        [] => {
            let open: BTreeSet<Port> = cluster.endpoints.iter().map(Endpoint::port).collect();
            let open: Vec<String> = open.iter().map(ToString::to_string).collect();
            let hint = match open.as_slice() {
                [] => "it has no open ports".to_owned(),
                open => format!("open are: {}", open.join(", ")),
            };
            let by = mode.map(|mode| format!(" in the mode {mode}")).unwrap_or_default();
            tell(format!("port {port} of {} is not open{by}", cluster.name), Some(&hint));
            Err(Exit::NoMatch)
        }
        several => {
            let modes: Vec<&str> = several.iter().map(|it| it.mode().as_str()).collect();
            let hint = format!("name one with --mode: {}", modes.join(", "));
            tell(format!("port {port} of {} is open in several modes", cluster.name), Some(&hint));
            Err(Exit::Usage)
        }
    }
}

/// A line a link, and below the first that does not hold why, and what to do.
fn text(cluster: &Cluster, chain: &Chain) -> String {
    let EndpointId { port, mode, .. } = &chain.endpoint;
    let asked = match chain.millis {
        Some(millis) => format!(", asked in {millis} ms"),
        None => String::new(),
    };
    let mut lines = vec![format!("{port} of {} in the mode {mode}{asked}", cluster.name)];
    lines.extend(chain.links().iter().flat_map(told));
    lines.push(verdict(chain));
    lines.join("\n") + "\n"
}

fn told(link: &Link) -> Vec<String> {
    let Link { kind, result, millis, told, finding, exchanges } = link;
    let time = millis.map(|millis| format!(" ({millis} ms)")).unwrap_or_default();
    let head = format!("  {:<11} {:<11} {told}{time}", word(*result), kind.as_str());
    let beneath = |what: &str| format!("{:26}{what}", "");
    let exchanges = exchanges.iter().map(|exchange| beneath(&exchange.to_string()));
    let finding = finding.iter().flat_map(of_finding).map(|line| beneath(&line));
    [head].into_iter().chain(exchanges).chain(finding).collect()
}

fn of_finding(finding: &Finding) -> Vec<String> {
    let mut lines = vec![finding.message()];
    lines.extend(finding.evidence.iter().map(|evidence| format!("evidence: {evidence}")));
    for Step { title, command, .. } in &finding.steps {
        lines.push(format!("next: {title}"));
        let command = command.iter().flat_map(|command| command.lines());
        lines.extend(command.map(|line| format!("  {line}")));
    }
    lines
}

/// The word that a terminal shows; `pass` and `fail` are as long as they are easily seen.
fn word(result: LinkResult) -> &'static str {
    match result {
        LinkResult::Pass => "ok",
        LinkResult::Warn => "warning",
        LinkResult::Wait => "waits",
        LinkResult::Fail => "FAILS",
        LinkResult::NotNeeded => "-",
        LinkResult::NotChecked => "not checked",
    }
}

/// What all of it comes to, in a line.
fn verdict(chain: &Chain) -> String {
    match chain.first_trouble() {
        Some(link) => {
            let lead = link.finding.as_ref().map_or(link.told.as_str(), |it| it.lead.as_str());
            let what = match link.result {
                LinkResult::Wait => "It waits at",
                LinkResult::Warn => "It works, with a warning at",
                _ => "The first link that fails is",
            };
            format!("{what} {}: {lead}", link.kind.label())
        }
        None if chain.holds() => "Every link holds.".to_owned(),
        None => "Nothing was found that does not hold; it was not asked from here.".to_owned(),
    }
}

/// The same for scripts.
fn of_chain(chain: &Chain) -> Value {
    let trouble = chain.first_trouble().map(|link| link.kind.as_str());
    json!({
        "endpoint": chain.endpoint.to_string(),
        "as_of": Time(chain.as_of),
        "millis": chain.millis,
        "holds": chain.holds(),
        "first_trouble": trouble,
        "links": chain.links().iter().map(of_link).collect::<Vec<_>>(),
    })
}

fn of_link(link: &Link) -> Value {
    let Link { kind, result, millis, told, finding, exchanges } = link;
    let finding =
        finding.as_ref().map(|Finding { code, evidence, steps, .. }| (code, evidence, steps));
    json!({
        "kind": kind,
        "result": result,
        "millis": millis,
        "told": told,
        "code": finding.map(|(code, ..)| code.as_str()),
        "message": link.finding.as_ref().map(Finding::message),
        "evidence": finding.and_then(|(_, evidence, _)| evidence.as_ref()),
        "next": finding.map(|(_, _, steps)| steps.iter().map(document::Step::of).collect::<Vec<_>>()).unwrap_or_default(),
        "exchanges": exchanges.iter().map(of_exchange).collect::<Vec<_>>(),
    })
}

fn of_exchange(Exchange { request, answer, note, is_fault }: &Exchange) -> Value {
    json!({ "request": request, "answer": answer, "note": note, "is_fault": is_fault })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::testing::{cluster, open_port};
    use skyports_model::{LinkKind, Timestamp};

    fn broken() -> (Cluster, Chain) {
        let cluster = cluster("prod", "ml", "train", "train-2ea4");
        let endpoint = open_port(&cluster.id, 8888, &["203.0.113.7"]);
        let failure = skyports_model::Failure {
            kind: skyports_model::FailureKind::NothingListens,
            port: endpoint.port(),
            cluster: cluster.name.clone(),
            object: endpoint.object.clone(),
            host: "203.0.113.7:8888".to_owned(),
            evidence: "GET http://203.0.113.7:8888/: connection refused".to_owned(),
        };
        let links = vec![
            Link::new(LinkKind::Object, LinkResult::Pass, "Service train"),
            Link::new(LinkKind::Controller, LinkResult::Pass, "gave it an address"),
            Link::new(LinkKind::Address, LinkResult::Pass, "203.0.113.7:8888"),
            Link::new(LinkKind::Dns, LinkResult::NotNeeded, "not needed: a plain address"),
            Link::new(LinkKind::Tcp, LinkResult::Fail, "connection refused")
                .because(failure.finding(&cluster.id.context)),
        ];
        let chain = Chain::of(endpoint.id, links, Timestamp(1_764_000_000), None);
        (cluster, chain)
    }

    #[test]
    fn people_read_why_and_what_to_do_below_the_link() {
        let (cluster, chain) = broken();
        insta::assert_snapshot!(text(&cluster, &chain), @r"
        8888 of train in the mode loadbalancer
          ok          object      Service train
          ok          controller  gave it an address
          ok          address     203.0.113.7:8888
          -           dns         not needed: a plain address
          FAILS       tcp         connection refused
                                  Nothing answers on port 8888. The app is not started, or not bound to 0.0.0.0.
                                  evidence: GET http://203.0.113.7:8888/: connection refused
                                  next: Start the app, or bind it to 0.0.0.0: what listens on 127.0.0.1 alone is not reached
                                  next: See what listens on the head
                                    ssh train ss -ltn
          not checked tls         not checked
          not checked http        not checked
          not checked app         not checked
        The first link that fails is TCP: Nothing answers on port 8888.
        ");
    }

    #[test]
    fn scripts_get_every_link_and_the_first_that_fails() {
        let document = of_chain(&broken().1);
        assert_eq!(document["first_trouble"], "tcp");
        assert_eq!(document["holds"], false);
        let links = document["links"].as_array().unwrap();
        assert_eq!(links.len(), 8);
        assert_eq!(links[4]["code"], "nothing_listens");
        assert!(links[4]["next"][0]["title"].as_str().unwrap().contains("0.0.0.0"));
        assert_eq!(links[7]["result"], "not_checked");
    }

    #[test]
    fn a_port_in_several_modes_wants_one_named() {
        let mut cluster = cluster("prod", "ml", "train", "train-2ea4");
        let one = open_port(&cluster.id, 8888, &["203.0.113.7"]);
        let mut other = one.clone();
        other.id.mode = Mode::Ingress;
        cluster.endpoints = vec![one, other];
        let port = cluster.endpoints[0].port();
        assert_eq!(the_one(&cluster, port, None).err(), Some(Exit::Usage));
        let ingress = the_one(&cluster, port, Some(Mode::Ingress)).unwrap();
        assert_eq!(ingress.mode(), Mode::Ingress);
        let nowhere = the_one(&cluster, Port::new(1).unwrap(), None).err();
        assert_eq!(nowhere, Some(Exit::NoMatch));
    }
}
