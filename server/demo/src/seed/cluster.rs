//! A cluster as it is described in a line or two, and the objects that `SkyPilot` makes of that.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::pod::{self, Fate, Pod, Release};
use super::{Seed, object};
use crate::apps::App;
use crate::apps::network::Place;
use crate::document::{fields, section};

/// What is wanted.
#[derive(Clone)]
pub(crate) struct Cluster {
    display: &'static str,
    owner: Owner,
    namespace: &'static str,
    age: SignedDuration,
    nodes: u16,
    cpu: &'static str,
    memory: &'static str,
    gpu: Option<(&'static str, u16)>,
    fate: Fate,
    release: Release,
    apps: Vec<(u16, App)>,
    exposed: Vec<Exposed>,
}

/// A user and the hash that ends the names of their clusters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) name: &'static str,
    pub(crate) hash: &'static str,
}

/// What somebody has changed in a Service, at the start of the demo.
type Edit = fn(&mut Value, Timestamp);

/// A way in which ports are open.
#[derive(Clone)]
enum Exposed {
    Balanced { ports: Vec<u16>, edit: Edit },
    Ingress { class: &'static str, ports: Vec<u16>, without: Missing },
}

/// What of the mode `ingress` somebody has taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Nothing,
    /// The path for this port; its Service stays.
    Path(u16),
    /// The Service for this port; its path stays.
    Service(u16),
}

impl Cluster {
    /// A cluster of one node.
    pub(super) fn new(display: &'static str, owner: Owner, age: SignedDuration) -> Self {
        Self {
            display,
            owner,
            namespace: "default",
            age,
            nodes: 1,
            cpu: "4",
            memory: "16G",
            gpu: None,
            fate: Fate::Running,
            release: Release::Current,
            apps: vec![],
            exposed: vec![],
        }
    }

    pub(super) fn within(self, namespace: &'static str) -> Self {
        Self { namespace, ..self }
    }

    pub(super) fn nodes(self, nodes: u16) -> Self {
        Self { nodes, ..self }
    }

    pub(super) fn sized(self, cpu: &'static str, memory: &'static str) -> Self {
        Self { cpu, memory, ..self }
    }

    pub(super) fn gpu(self, name: &'static str, count: u16) -> Self {
        Self { gpu: Some((name, count)), ..self }
    }

    pub(super) fn fate(self, fate: Fate) -> Self {
        Self { fate, ..self }
    }

    pub(super) fn made_by(self, release: Release) -> Self {
        Self { release, ..self }
    }

    /// An app that listens on the head.
    pub(super) fn runs(mut self, port: u16, app: App) -> Self {
        self.apps.push((port, app));
        self
    }

    /// Ports open in the mode `loadbalancer`.
    pub(super) fn balanced(self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.balanced_as(ports, |_, _| {})
    }

    /// The same, with a Service that somebody has changed.
    pub(super) fn balanced_as(mut self, ports: impl IntoIterator<Item = u16>, edit: Edit) -> Self {
        self.exposed.push(Exposed::Balanced { ports: ports.into_iter().collect(), edit });
        self
    }

    /// Ports open in the mode `ingress`.
    pub(super) fn ingress(self, ports: &[u16]) -> Self {
        self.ingress_without(ports, Missing::Nothing)
    }

    /// The same, with something missing.
    pub(super) fn ingress_without(mut self, ports: &[u16], without: Missing) -> Self {
        self.exposed.push(Exposed::Ingress { class: "nginx", ports: ports.to_vec(), without });
        self
    }

    /// Ports behind an Ingress of another class than `SkyPilot` asks for.
    pub(super) fn ingress_of_class(mut self, ports: &[u16], class: &'static str) -> Self {
        let (ports, without) = (ports.to_vec(), Missing::Nothing);
        self.exposed.push(Exposed::Ingress { class, ports, without });
        self
    }

    /// `C`, the name that its objects bear.
    fn on_cloud(&self) -> String {
        let hash = match self.release {
            Release::Current => self.owner.hash,
            Release::Old => self.owner.hash.get(..4).unwrap_or_default(),
        };
        // `SkyPilot` makes a controller's name of the user's hash already.
        let tail = format!("-{hash}");
        if self.display.ends_with(&tail) {
            self.display.to_owned()
        } else {
            format!("{}{tail}", self.display)
        }
    }

    pub(super) fn write(self, seed: &mut Seed) {
        let on_cloud = self.on_cloud();
        self.write_pods(seed, &on_cloud);
        for (port, app) in &self.apps {
            let pod = pod::name(&on_cloud, 0, self.release);
            let place = Place { namespace: self.namespace.to_owned(), pod, port: *port };
            seed.apps.push((place, *app, self.display.to_owned()));
        }
        for exposed in &self.exposed {
            match exposed {
                Exposed::Balanced { ports, edit } => {
                    self.write_balancer(seed, &on_cloud, ports, *edit);
                }
                Exposed::Ingress { class, ports, without } => {
                    self.write_ingress(seed, &on_cloud, class, ports, *without);
                }
            }
        }
    }

    fn write_pods(&self, seed: &mut Seed, on_cloud: &str) {
        let Self { namespace, display, owner, cpu, memory, gpu, fate, release, .. } = self;
        let created = seed.ago(self.age);
        for node in 0..self.nodes {
            let count = seed.objects.len();
            let pod = Pod {
                context: seed.context,
                namespace,
                on_cloud,
                display,
                user: owner.name,
                node,
                cpu,
                memory,
                gpu: *gpu,
                ip: format!("10.244.{}.{}", count / 250, count % 250 + 2),
                created,
                fate: *fate,
                release: *release,
            };
            seed.objects.push(pod.document());
            let name = pod::name(on_cloud, node, *release);
            if *fate == Fate::Waiting {
                let event = object::no_room(namespace, &name, pod::NO_ROOM, created, seed.now);
                seed.objects.push(event);
            }
            if *release == Release::Current {
                self.write_pods_services(seed, on_cloud, &name, node);
            }
        }
    }

    /// SSH to the head, and a name for each node.
    fn write_pods_services(&self, seed: &mut Seed, on_cloud: &str, pod: &str, node: u16) {
        let created = seed.ago(self.age);
        let service = |name: &str| {
            let selector = json!({ "component": pod });
            let mut service = object::service(self.namespace, name, "ClusterIP", selector, created);
            let labels = json!({
                "parent": "skypilot",
                "skypilot-cluster": on_cloud,
                "skypilot-cluster-name": on_cloud,
                "skypilot-user": self.owner.name.split('@').next(),
            });
            section(&mut service, "metadata").insert("labels".to_owned(), labels);
            service
        };
        if node == 0 {
            let mut ssh = service(&format!("{on_cloud}-head-ssh"));
            set_ports(&mut ssh, vec![object::only_port(22)]);
            seed.objects.push(ssh);
        }
        let mut headless = service(pod);
        section(&mut headless, "spec").insert("clusterIP".to_owned(), "None".into());
        seed.objects.push(headless);
    }

    /// What every Service for the cluster's ports selects: all of its nodes.
    fn selector(&self, on_cloud: &str) -> Value {
        match self.release {
            Release::Current => json!({ "skypilot-cluster-name": on_cloud }),
            Release::Old => json!({ "skypilot-cluster": on_cloud }),
        }
    }

    fn write_balancer(&self, seed: &mut Seed, on_cloud: &str, ports: &[u16], edit: Edit) {
        let name = match self.release {
            Release::Current => format!("{on_cloud}--skypilot-lb"),
            Release::Old => format!("{on_cloud}-skypilot-loadbalancer"),
        };
        let (selector, created) = (self.selector(on_cloud), seed.ago(self.age));
        let mut service = object::service(self.namespace, &name, "LoadBalancer", selector, created);
        let coreweave = json!({
            "service.beta.kubernetes.io/coreweave-load-balancer-type": "public",
        });
        section(&mut service, "metadata").insert("annotations".to_owned(), coreweave);
        set_ports(&mut service, ports.iter().map(|port| object::named_port(*port)).collect());
        edit(&mut service, seed.now);
        seed.objects.push(service);
    }

    fn write_ingress(
        &self,
        seed: &mut Seed,
        on_cloud: &str,
        class: &str,
        ports: &[u16],
        without: Missing,
    ) {
        let created = seed.ago(self.age);
        let namespace = self.namespace;
        let mut paths = vec![];
        for port in ports {
            let (service, path) = match self.release {
                Release::Current => (
                    format!("{on_cloud}--skypilot-svc--{port}"),
                    format!("/skypilot/{namespace}/{on_cloud}/{port}"),
                ),
                Release::Old => (
                    format!("{on_cloud}-skypilot-service--{port}"),
                    format!("/skypilot/{on_cloud}/{port}"),
                ),
            };
            if without != Missing::Service(*port) {
                let selector = self.selector(on_cloud);
                let mut backend =
                    object::service(namespace, &service, "ClusterIP", selector, created);
                set_ports(&mut backend, vec![object::only_port(*port)]);
                seed.objects.push(backend);
            }
            if without != Missing::Path(*port) {
                paths.push((path, service, *port));
            }
        }
        match self.release {
            Release::Current => {
                let name = if class == "nginx" {
                    format!("{on_cloud}-skypilot-ingress")
                } else {
                    format!("{}-{class}", self.display)
                };
                let ingress = object::ingress(namespace, &name, class, &paths, created);
                seed.objects.push(ingress);
            }
            // One for each port.
            Release::Old => {
                for path in paths {
                    let name = format!("{on_cloud}-skypilot-ingress--{}", path.2);
                    let ingress = object::ingress(namespace, &name, class, &[path], created);
                    seed.objects.push(ingress);
                }
            }
        }
    }
}

fn set_ports(service: &mut Value, ports: Vec<Value>) {
    fields(service);
    section(service, "spec").insert("ports".to_owned(), ports.into());
}
