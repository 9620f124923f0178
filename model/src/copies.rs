//! What people copy of an endpoint: its link, and commands that reach it or make it permanent.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::endpoint::{Endpoint, Owner};
use crate::id::ObjectKind;
use crate::kubectl::Kubectl;
use crate::net::Port;
use crate::ports::runs;
use crate::shell::{shell_option, shell_word};

/// Ports below this one need root on most machines.
const FIRST_FREE_PORT: u16 = 1_024;
/// What is added to a lower one: 80 becomes 8080, 443 becomes 8443.
const FREE_PORT_OFFSET: u16 = 8_000;

/// Everything that can be copied of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// What reaches it, best first.
    pub ways: Vec<Way>,
    /// What keeps it open over the next `sky launch`.
    pub permanent: Permanent,
}

/// One way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What kind of way.
    pub kind: WayKind,
    /// The text to copy.
    pub text: String,
}

/// The kinds of ways to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WayKind {
    /// The working URL.
    Url,
    /// `HOST:PORT`, for ports that speak no HTTP.
    Address,
    /// A request from a terminal.
    Curl,
    /// A tunnel through the Kubernetes API.
    PortForward,
    /// A tunnel through SSH.
    Ssh,
}

impl WayKind {
    /// The way's name in the menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Address => "Address",
            Self::Curl => "curl",
            Self::PortForward => "kubectl",
            Self::Ssh => "ssh",
        }
    }
}

/// What makes a port permanent: `SkyPilot` opens the ports that the task names, and a launch that
/// changes them drops all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permanent {
    /// Whether `SkyPilot`'s next launch that changes ports may drop it as it is. `false` where
    /// `SkyPilot` made the object itself: then these lines are what the task already says.
    pub is_needed: bool,
    /// The lines of the task: all open ports of the cluster, this one among them.
    pub task: String,
    /// The launch with that task.
    pub launch: String,
}

impl Copies {
    /// What can be copied of an endpoint of that cluster.
    pub fn of(cluster: &Cluster, endpoint: &Endpoint) -> Self {
        let url = endpoint.urls.first().map(ToString::to_string);
        let address = endpoint.addresses.first().filter(|_| url.is_none()).cloned();
        let curl = url.as_ref().map(|url| format!("curl -i {}", shell_word(url)));
        let ways = [
            (WayKind::Url, url),
            (WayKind::Address, address),
            (WayKind::Curl, curl),
            (WayKind::PortForward, Some(port_forward(cluster, endpoint))),
            (WayKind::Ssh, ssh(cluster, endpoint.port())),
        ];
        let ways = ways.into_iter().filter_map(|(kind, text)| Some(Way { kind, text: text? }));
        Self { ways: ways.collect(), permanent: Permanent::of(cluster, endpoint) }
    }
}

/// `kubectl port-forward` to the head, where the app runs: a Service would lead to any node.
fn port_forward(cluster: &Cluster, endpoint: &Endpoint) -> String {
    let object = &endpoint.object;
    // A controller with high availability is a Deployment, whose pods are named otherwise.
    let target = match object.kind {
        ObjectKind::Service if cluster.kind.is_controller() => format!("svc/{}", object.name),
        ObjectKind::Service | ObjectKind::Ingress | ObjectKind::IngressClass | ObjectKind::Pod => {
            format!("pod/{}-head", cluster.id.name)
        }
    };
    let ports = format!("{}:{}", local_port(endpoint.port()), endpoint.port());
    let kubectl = Kubectl::of(&cluster.id.context).within(&cluster.id.namespace);
    kubectl.command(["port-forward", &target, &ports])
}

/// `ssh -L` by the host entry that `SkyPilot` writes into `~/.ssh/sky/`, named by the cluster's
/// name. `None` for a name that `SkyPilot` would not have taken: no entry has it, and some would
/// be something else for ssh than a host.
fn ssh(cluster: &Cluster, port: Port) -> Option<String> {
    let name = &cluster.name;
    let local = local_port(port);
    is_cluster_name(name).then(|| format!("ssh -L {local}:localhost:{port} {name}"))
}

/// Whether `SkyPilot` takes a name for a cluster (`CLUSTER_NAME_VALID_REGEX` of 0.14.1:
/// `[a-zA-Z]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?`). Such a name is safe as a word and as a host.
pub fn is_cluster_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The port of the reader's machine: the same, where everybody may listen on it.
pub(crate) fn local_port(port: Port) -> u16 {
    let number = port.number();
    if number < FIRST_FREE_PORT { number + FREE_PORT_OFFSET } else { number }
}

impl Permanent {
    fn of(cluster: &Cluster, endpoint: &Endpoint) -> Self {
        let ports = cluster.endpoints.iter().map(Endpoint::port).chain([endpoint.port()]);
        Self {
            is_needed: endpoint.owner != Owner::SkyPilot,
            task: task_lines(ports.collect()),
            launch: format!("sky launch {} task.yaml", shell_option("-c", &cluster.name)),
        }
    }
}

/// The lines of a task that open these ports.
pub fn task_lines(ports: Vec<Port>) -> String {
    format!("resources:\n  ports: [{}]", runs(ports).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::ClusterKind;
    use crate::endpoint::Mode;
    use crate::id::ContextName;
    use crate::testing::{an_overview, cluster};

    fn texts(cluster: &Cluster, place: usize) -> Vec<(WayKind, String)> {
        let copies = Copies::of(cluster, &cluster.endpoints[place]);
        copies.ways.into_iter().map(|Way { kind, text }| (kind, text)).collect()
    }

    #[test]
    fn an_open_port_has_a_link_and_three_commands() {
        let overview = an_overview();
        let expected = [
            (WayKind::Url, "http://203.0.113.7:8888/"),
            (WayKind::Curl, "curl -i http://203.0.113.7:8888/"),
            (
                WayKind::PortForward,
                "kubectl --context prod -n ml port-forward pod/train-2ea4-head 8888:8888",
            ),
            (WayKind::Ssh, "ssh -L 8888:localhost:8888 train"),
        ];
        assert_eq!(
            texts(&overview.clusters[0], 0),
            expected.map(|(kind, text)| (kind, text.to_owned()))
        );
    }

    #[test]
    fn a_port_without_a_link_can_still_be_reached() {
        let overview = an_overview();
        let mut cluster = overview.clusters[0].clone();
        let kinds = |cluster: &Cluster| {
            texts(cluster, 1).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&cluster), [WayKind::PortForward, WayKind::Ssh]);
        cluster.endpoints[1].addresses = vec!["203.0.113.7:6006".to_owned()];
        assert_eq!(kinds(&cluster), [WayKind::Address, WayKind::PortForward, WayKind::Ssh]);
    }

    #[test]
    fn a_port_that_needs_root_is_another_one_here() {
        let cluster = cluster("train", &[(80, true), (443, true)]);
        assert!(texts(&cluster, 0)[2].1.ends_with(" 8080:80"), "{:?}", texts(&cluster, 0));
        assert_eq!(texts(&cluster, 1)[3].1, "ssh -L 8443:localhost:443 train");
    }

    #[test]
    fn a_controller_is_reached_by_its_service() {
        let mut cluster = cluster("sky-jobs-controller", &[(8888, true)]);
        cluster.kind = ClusterKind::JobsController;
        assert!(
            texts(&cluster, 0)[2].1.contains(" svc/sky-jobs-controller-2ea4--skypilot-lb "),
            "{:?}",
            texts(&cluster, 0)
        );
        cluster.endpoints[0].object.kind = ObjectKind::Ingress;
        assert!(texts(&cluster, 0)[2].1.contains(" pod/sky-jobs-controller-2ea4-head "));
    }

    #[test]
    fn names_are_quoted_and_hosts_are_only_names() {
        let mut cluster = cluster("train", &[(8888, true)]);
        cluster.id.context = ContextName::parse("it's; id").unwrap();
        for hostile in ["-oProxyCommand=id", "a b", "$(id)", "a@b", "é", "a-", "", "1a"] {
            hostile.clone_into(&mut cluster.name);
            let copies = Copies::of(&cluster, &cluster.endpoints[0]);
            assert!(copies.ways.iter().all(|way| way.kind != WayKind::Ssh), "{hostile}");
            let Way { text, .. } = &copies.ways[2];
            assert!(text.starts_with("kubectl --context 'it'\\''s; id' -n ml "), "{text}");
        }
        "-oProxyCommand=id".clone_into(&mut cluster.name);
        let copies = Copies::of(&cluster, &cluster.endpoints[0]);
        assert_eq!(copies.permanent.launch, "sky launch -c-oProxyCommand=id task.yaml");
    }

    #[test]
    fn the_task_names_every_port_once() {
        let mut cluster = cluster(
            "train",
            &[
                (30_001, true),
                (30_002, true),
                (30_003, true),
                (8888, true),
                (6006, true),
                (6007, true),
            ],
        );
        let mut twice = cluster.endpoints[3].clone();
        twice.id.mode = Mode::Ingress;
        cluster.endpoints.push(twice);
        let copies = Copies::of(&cluster, &cluster.endpoints[0]);
        assert_eq!(copies.permanent.task, "resources:\n  ports: [6006, 6007, 8888, 30001-30003]");
        assert_eq!(copies.permanent.launch, "sky launch -c train task.yaml");
        assert!(!copies.permanent.is_needed);
        cluster.endpoints[0].owner = Owner::Skyports;
        assert!(Copies::of(&cluster, &cluster.endpoints[0]).permanent.is_needed);
    }
}
