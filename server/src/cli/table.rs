//! The table of `skyports list`: a line a port.

use skyports_model::finding::shown;
use skyports_model::time::age_in_words;
use skyports_model::{Cluster, Endpoint, Finding, Overview, Port, Timestamp};
use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

/// The overview as columns for people; a reason or warning follows its port, indented.
pub(super) fn table(overview: &Overview, now: Timestamp, wide: bool) -> String {
    if overview.clusters.is_empty() {
        return "No SkyPilot clusters.\n".to_owned();
    }
    let mut builder = Builder::default();
    let mut heads = vec!["CLUSTER", "PORT", "STATUS", "URL"];
    if wide {
        heads.extend(["MODE", "AGE", "USER", "NODES", "NAMESPACE", "CONTEXT", "OBJECT"]);
    }
    builder.push_record(heads);
    for cluster in &overview.clusters {
        if cluster.endpoints.is_empty() {
            builder.push_record(without_ports(cluster, wide));
        }
        for endpoint in &cluster.endpoints {
            for row in rows(cluster, endpoint, now, wide) {
                builder.push_record(row);
            }
        }
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    let lines: Vec<String> =
        table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    let mut text = lines.join("\n");
    text.push('\n');
    text.push_str(&notes(overview));
    text
}

fn without_ports(cluster: &Cluster, wide: bool) -> Vec<String> {
    let place =
        cluster.head_address.as_ref().map_or_else(|| "-".to_owned(), |ip| format!("(pod IP {ip})"));
    let mut row = vec![told(&cluster.name), "-".to_owned(), "No open ports".to_owned(), place];
    if wide {
        row.extend(["-".to_owned(), "-".to_owned()]);
        row.extend(whose(cluster));
        row.push("-".to_owned());
    }
    row
}

/// One line for each address of a port.
fn rows(cluster: &Cluster, endpoint: &Endpoint, now: Timestamp, wide: bool) -> Vec<Vec<String>> {
    let links: Vec<String> = if endpoint.urls.is_empty() {
        endpoint.addresses.clone()
    } else {
        endpoint.urls.iter().map(ToString::to_string).collect()
    };
    let first = links.first().cloned().unwrap_or_else(|| "-".to_owned());
    let mark = if endpoint.warnings.is_empty() { "" } else { " (!)" };
    let status = format!("{}{mark}", endpoint.state.label());
    let mut row = vec![told(&cluster.name), endpoint.port().to_string(), status, first];
    if wide {
        row.push(endpoint.mode().label().to_owned());
        row.push(
            endpoint.opened.map_or_else(|| "-".to_owned(), |opened| age_in_words(opened.age(now))),
        );
        row.extend(whose(cluster));
        row.push(format!("{}/{}", endpoint.object.kind.as_str(), endpoint.object.name));
    }
    let width = row.len();
    let mut rows = vec![row];
    for link in links.into_iter().skip(1) {
        let mut row = vec![String::new(), String::new(), String::new(), link];
        row.resize(width, String::new());
        rows.push(row);
    }
    rows
}

fn whose(cluster: &Cluster) -> [String; 4] {
    [
        cluster.user.as_deref().map_or_else(|| "-".to_owned(), told),
        format!("{}/{}", cluster.ready_nodes, cluster.nodes),
        cluster.id.namespace.to_string(),
        told(cluster.id.context.as_str()),
    ]
}

/// Why ports are not simply open, below the table; ports of a cluster with the same finding share it.
fn notes(overview: &Overview) -> String {
    let mut text = String::new();
    for cluster in &overview.clusters {
        let mut told_of: Vec<(&Finding, Vec<Port>)> =
            cluster.findings.iter().map(|f| (f, vec![])).collect();
        for endpoint in &cluster.endpoints {
            for finding in endpoint.state.reason().into_iter().chain(&endpoint.warnings) {
                match told_of.iter_mut().find(|(other, _)| *other == finding) {
                    Some((_, ports)) => ports.push(endpoint.port()),
                    None => told_of.push((finding, vec![endpoint.port()])),
                }
            }
        }
        for (finding, ports) in told_of {
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            let whose = format!("{} {}", told(&cluster.name), ports.join(", "));
            text.push_str(&note(whose.trim_end(), finding));
        }
    }
    text
}

fn note(whose: &str, finding: &Finding) -> String {
    let mut lines = vec![String::new(), format!("{whose}: {}", finding.message())];
    for step in &finding.steps {
        lines.push(format!("  - {}", step.title));
        let command = step.command.iter().flat_map(|command| command.lines());
        lines.extend(command.map(|line| format!("      {line}")));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Text of a cluster, fit for a terminal: no control characters, no endless names.
fn told(text: &str) -> String {
    shown(text, 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::testing::{cluster, open_port, overview, pending_port};

    #[test]
    fn a_port_is_a_line_and_a_reason_follows_below() {
        let mut train = cluster("prod", "ml", "train", "train-2ea4");
        train.endpoints = vec![
            pending_port(&train.id, 6006),
            open_port(&train.id, 8888, &["203.0.113.7", "2001:db8::1"]),
        ];
        let empty = cluster("prod", "ml", "idle\u{1b}[31m", "idle-2ea4");
        insta::assert_snapshot!(table(&overview(vec![train, empty]), Timestamp(3_600), false), @r"
        CLUSTER    PORT  STATUS         URL
        idle [31m  -     No open ports  -
        train      6006  Pending        -
        train      8888  Open           http://203.0.113.7:8888/
                                        http://[2001:db8::1]:8888/

        train 6006: Waiting for an address.
        ");
    }
}
