//! Why an endpoint, a cluster or a context is as it is: one enum, each variant with its own text.
//!
//! Only the server builds these; what travels is the [`Finding`] that each of them tells.

use crate::code::Code;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, Namespace, ObjectRef};
use crate::time::{Timestamp, clock_time};

/// A cause, with what is needed to tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A controller is at work on the load balancer's address. Wait.
    WaitingForAddress {
        /// The sign that something reacted: an event, a condition, a finalizer.
        evidence: Option<String>,
    },
    /// The ingress controller has no address yet, and something works on it. Wait.
    WaitingForIngressAddress {
        /// The controller's Service.
        controller: ObjectRef,
    },
    /// There is an address, and no pod of the cluster is running yet. Wait.
    WaitingForPod {
        /// The head pod's name.
        pod: String,
        /// Its namespace.
        namespace: Namespace,
        /// Its phase, or the event that says what it waits for.
        evidence: String,
    },
    /// No event, condition, finalizer or class on a `LoadBalancer` Service. Until 10 s this is
    /// [`Reason::WaitingForAddress`], until 60 s there is hope; then somebody must install a
    /// controller. `MetalLB` without a pool looks the same.
    NoLoadBalancerController {
        /// The Service.
        service: ObjectRef,
        /// The context, for the sentence.
        context: ContextName,
        /// Whether a minute has passed.
        hopeless: bool,
    },
    /// The controller of load balancers reports an error.
    LoadBalancerError {
        /// The Service.
        service: ObjectRef,
        /// The event's or condition's reason.
        reason: String,
        /// Its message.
        message: String,
    },
    /// The context is `kind-skypilot`: `sky local up` brings no load balancers, and SkyPilot itself
    /// uses Ingress there (`get_port_mode` of SkyPilot 0.14.1).
    LoadBalancerUnsupportedHere {
        /// The Service.
        service: ObjectRef,
    },
    /// The Service has a deletion timestamp and finalizers.
    LoadBalancerDeleting {
        /// The Service.
        service: ObjectRef,
        /// Who holds it.
        finalizers: String,
    },
    /// The Ingress names a class that is not there.
    NoIngressClass {
        /// The class asked for; `None` when the Ingress names none and none is the default.
        class: Option<String>,
        /// The classes that exist.
        existing: Vec<String>,
    },
    /// No ingress controller was found that could serve the Ingress.
    NoIngressController {
        /// The Ingress.
        ingress: ObjectRef,
        /// Where was looked.
        evidence: String,
    },
    /// SkyPilot's Service for the port is there, and no path of its Ingress leads to it.
    IngressPathMissing {
        /// The Service.
        service: ObjectRef,
        /// The name of SkyPilot's Ingress.
        ingress: String,
        /// Whether that Ingress exists.
        ingress_exists: bool,
    },
    /// A path of the Ingress leads to a Service that is not there.
    IngressServiceMissing {
        /// The Ingress.
        ingress: ObjectRef,
        /// The Service's name.
        service: String,
    },
    /// The context does not answer; the endpoint is shown as it was.
    StaleEndpoint {
        /// The state's word for people then: `Open`.
        was: &'static str,
        /// When the context last answered.
        since: Timestamp,
    },
    /// The context does not answer any more.
    StaleContext {
        /// The context.
        context: ContextName,
        /// When it last answered.
        since: Timestamp,
        /// What the last attempt ended with.
        error: String,
    },
    /// The context has never answered.
    Unreachable {
        /// The context.
        context: ContextName,
        /// What the last attempt ended with.
        error: String,
    },
    /// The API refuses a list or watch.
    Forbidden {
        /// The context.
        context: ContextName,
        /// The resources, plural: `pods`.
        resources: Vec<String>,
        /// The namespace; `None` for all of them.
        namespace: Option<Namespace>,
        /// What cannot be told without it.
        consequence: &'static str,
        /// The API server's own sentence.
        error: String,
    },
    /// The kubeconfig's entry for the context cannot be used.
    ContextInvalid {
        /// The context.
        context: ContextName,
        /// Why.
        error: String,
    },
    /// One object could not be decoded; everything else is shown.
    UnreadableObject {
        /// The object's kind and name.
        object: String,
        /// Why.
        error: String,
    },
    /// SkyPilot's Services select every node of the cluster.
    MultiNodeRouting {
        /// The cluster's nodes.
        nodes: u32,
        /// The object whose selector it is.
        object: ObjectRef,
    },
}

impl Reason {
    /// The cause's code.
    pub fn code(&self) -> Code {
        match self {
            Self::WaitingForAddress { .. } | Self::WaitingForIngressAddress { .. } => Code::WaitingForAddress,
            Self::WaitingForPod { .. } => Code::WaitingForPod,
            Self::NoLoadBalancerController { .. } => Code::NoLoadBalancerController,
            Self::LoadBalancerError { .. } => Code::LoadBalancerError,
            Self::LoadBalancerUnsupportedHere { .. } => Code::LoadBalancerUnsupportedHere,
            Self::LoadBalancerDeleting { .. } => Code::LoadBalancerDeleting,
            Self::NoIngressClass { .. } => Code::NoIngressClass,
            Self::NoIngressController { .. } => Code::NoIngressController,
            Self::IngressPathMissing { .. } => Code::IngressPathMissing,
            Self::IngressServiceMissing { .. } => Code::IngressServiceMissing,
            Self::StaleEndpoint { .. } | Self::StaleContext { .. } => Code::Stale,
            Self::Unreachable { .. } => Code::Unreachable,
            Self::Forbidden { .. } => Code::Forbidden,
            Self::ContextInvalid { .. } => Code::ContextInvalid,
            Self::UnreadableObject { .. } => Code::UnreadableObject,
            Self::MultiNodeRouting { .. } => Code::MultiNodeRouting,
        }
    }

    /// The cause as it is told.
    pub fn finding(&self) -> Finding {
        let (lead, detail) = self.sentences();
        Finding { code: self.code(), lead, detail, evidence: self.evidence(), steps: self.steps() }
    }

    fn sentences(&self) -> (String, String) {
        let none = String::new;
        match self {
            Self::WaitingForAddress { .. } => ("Waiting for an address.".into(), none()),
            Self::WaitingForIngressAddress { .. } => {
                ("Waiting for the ingress controller’s address.".into(), none())
            }
            Self::WaitingForPod { pod, .. } => {
                ("Waiting for the head pod to run.".into(), format!("The address is there, {pod} is not running yet."))
            }
            Self::NoLoadBalancerController { context, hopeless: true, .. } => {
                (format!("Nothing assigns addresses in {context}."), "Waiting will not help.".into())
            }
            Self::NoLoadBalancerController { hopeless: false, .. } => (
                "No controller has reacted.".into(),
                "Usually one does within seconds; after a minute waiting will not help.".into(),
            ),
            Self::LoadBalancerError { reason, message, .. } => {
                ("The load balancer cannot be set up:".into(), format!("{message} ({reason})"))
            }
            Self::LoadBalancerUnsupportedHere { .. } => (
                "Clusters made by `sky local up` have no load balancers.".into(),
                "Waiting will not help; Ingress works here.".into(),
            ),
            Self::LoadBalancerDeleting { finalizers, .. } => (
                "Being deleted, and not gone yet.".into(),
                format!("Held by {finalizers}; until then the load balancer may still cost money."),
            ),
            Self::NoIngressClass { class: Some(class), .. } => {
                (format!("There is no IngressClass `{class}`."), "No controller will serve this path.".into())
            }
            Self::NoIngressClass { class: None, .. } => (
                "The Ingress names no class, and none is the default.".into(),
                "No controller will serve this path.".into(),
            ),
            Self::NoIngressController { .. } => {
                ("No ingress controller gives this path an address.".into(), none())
            }
            Self::IngressPathMissing { ingress, ingress_exists: true, .. } => (
                format!("The Ingress {ingress} has no path for this port."),
                "`sky status --endpoints` prints a URL for it all the same: it never looks at the Ingress.".into(),
            ),
            Self::IngressPathMissing { ingress, ingress_exists: false, .. } => (
                format!("The Ingress {ingress} does not exist."),
                "`sky status --endpoints` prints a URL for it all the same: it never looks at the Ingress.".into(),
            ),
            Self::IngressServiceMissing { service, .. } => {
                (format!("The path leads to the Service {service}, which does not exist."), "Requests get 503.".into())
            }
            Self::StaleEndpoint { was, since } => (format!("{was} at {}.", clock_time(*since)), none()),
            Self::StaleContext { context, since, .. } => (
                format!("No answer from {context} since {}.", clock_time(*since)),
                "Its endpoints are shown as they were then; they may still work.".into(),
            ),
            Self::Unreachable { context, .. } => {
                (format!("No answer from {context}."), "Nothing is known of its clusters.".into())
            }
            Self::Forbidden { context, resources, namespace, consequence, .. } => {
                let scope = namespace.as_ref().map_or("all namespaces".to_owned(), |ns| format!("namespace {ns}"));
                (
                    format!("skyports may not list {} in {context}.", resources.join(" and ")),
                    format!("It needs list and watch on {} in {scope}. {consequence}", resources.join(", ")),
                )
            }
            Self::ContextInvalid { context, error } => {
                (format!("The kubeconfig’s entry for {context} cannot be used:"), error.clone())
            }
            Self::UnreadableObject { object, error } => {
                (format!("Cannot read {object}:"), format!("{error}. Everything else is shown."))
            }
            Self::MultiNodeRouting { nodes, .. } => (
                format!("Requests are spread over {nodes} nodes."),
                "If the app runs on the head only, some of them fail.".into(),
            ),
        }
    }

    fn evidence(&self) -> Option<String> {
        match self {
            Self::WaitingForAddress { evidence } => evidence.clone(),
            Self::WaitingForIngressAddress { controller } => {
                Some(format!("{controller} has no status.loadBalancer.ingress"))
            }
            Self::WaitingForPod { evidence, .. } | Self::NoIngressController { evidence, .. } => {
                Some(evidence.clone())
            }
            Self::NoLoadBalancerController { service, .. } => {
                Some(format!("{service}: no event, no condition, no finalizer, no loadBalancerClass"))
            }
            Self::LoadBalancerError { service, reason, message } => Some(format!("{service}: {reason}: {message}")),
            Self::LoadBalancerUnsupportedHere { service } => {
                Some(format!("{service} waits in the context kind-skypilot"))
            }
            Self::LoadBalancerDeleting { service, finalizers } => {
                Some(format!("{service}: metadata.deletionTimestamp, finalizers {finalizers}"))
            }
            Self::NoIngressClass { existing, .. } if existing.is_empty() => {
                Some("the cluster has no IngressClass".into())
            }
            Self::NoIngressClass { existing, .. } => Some(format!("existing classes: {}", existing.join(", "))),
            Self::IngressPathMissing { service, .. } => {
                Some(format!("{service} exists; no Ingress has it for a backend"))
            }
            Self::IngressServiceMissing { ingress, service } => {
                Some(format!("{ingress}: backend {service} is not in the namespace"))
            }
            Self::StaleEndpoint { .. } => None,
            Self::StaleContext { error, .. }
            | Self::Unreachable { error, .. }
            | Self::Forbidden { error, .. }
            | Self::ContextInvalid { error, .. }
            | Self::UnreadableObject { error, .. } => Some(error.clone()),
            Self::MultiNodeRouting { object, .. } => {
                Some(format!("{object}: its selector matches the head and every worker"))
            }
        }
    }

    fn steps(&self) -> Vec<Step> {
        match self {
            Self::WaitingForAddress { .. } | Self::StaleEndpoint { .. } => vec![],
            Self::WaitingForIngressAddress { controller } => vec![describe(controller)],
            Self::WaitingForPod { pod, namespace, .. } => {
                vec![Step::command("See what the pod waits for", format!("kubectl describe pod {pod} -n {namespace}"))]
            }
            Self::NoLoadBalancerController { service, .. } => vec![
                Step::advice("Install a controller of load balancers, MetalLB for one; with MetalLB installed, add an IPAddressPool"),
                Step::advice("Or open the port through an Ingress: set `kubernetes.ports: ingress` in SkyPilot’s config and launch again"),
                describe(service),
            ],
            Self::LoadBalancerError { service, .. } | Self::LoadBalancerDeleting { service, .. } => {
                vec![describe(service)]
            }
            Self::LoadBalancerUnsupportedHere { service } => vec![
                Step::advice("Open the port through an Ingress: SkyPilot does so by itself while kind-skypilot is the current context"),
                describe(service),
            ],
            Self::NoIngressClass { .. } => vec![
                Step::advice("Install an ingress controller with the class `nginx`: SkyPilot supports no other"),
                Step::command("See the classes", "kubectl get ingressclass"),
            ],
            Self::NoIngressController { ingress, .. } => vec![
                Step::advice("Install ingress-nginx in the namespace ingress-nginx: SkyPilot looks for it there"),
                describe(ingress),
            ],
            Self::IngressPathMissing { service, .. } => vec![
                Step::advice("Launch the cluster again with this port, or open it again"),
                describe(service),
            ],
            Self::IngressServiceMissing { ingress, .. } => vec![describe(ingress)],
            Self::StaleContext { context, .. } | Self::Unreachable { context, .. } => vec![Step::command(
                "Ask it yourself",
                format!("kubectl --context {} get --raw /readyz", shell_word(context.as_str())),
            )],
            Self::Forbidden { resources, namespace, .. } => {
                vec![Step::command("Grant it", role(resources, namespace.as_ref()))]
            }
            Self::ContextInvalid { .. } => {
                vec![Step::command("See the contexts", "kubectl config get-contexts")]
            }
            Self::UnreadableObject { .. } => vec![],
            Self::MultiNodeRouting { object, .. } => vec![
                Step::advice("Run the app on every node, or keep to one node"),
                describe(object),
            ],
        }
    }
}

fn describe(object: &ObjectRef) -> Step {
    let kind = object.kind.as_str().to_lowercase();
    Step::command("See its events", format!("kubectl describe {kind} {} -n {}", object.name, object.namespace))
}

/// A word quoted for a POSIX shell where it needs it.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The smallest Role (or `ClusterRole`) that grants list and watch, as YAML to copy.
fn role(resources: &[String], namespace: Option<&Namespace>) -> String {
    let (kind, place) = match namespace {
        Some(ns) => ("Role", format!("\n  namespace: {ns}")),
        None => ("ClusterRole", String::new()),
    };
    let rule = |group: &str, names: &[&str]| {
        format!("- apiGroups: [\"{group}\"]\n  resources: [{}]\n  verbs: [list, watch]\n", names.join(", "))
    };
    let (networking, core): (Vec<&str>, Vec<&str>) =
        resources.iter().map(String::as_str).partition(|name| name.starts_with("ingress"));
    let mut yaml = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: skyports-viewer{place}\nrules:\n"
    );
    if !core.is_empty() {
        yaml.push_str(&rule("", &core));
    }
    if !networking.is_empty() {
        yaml.push_str(&rule("networking.k8s.io", &networking));
    }
    yaml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_comes_with_the_role_to_copy() {
        let finding = Reason::Forbidden {
            context: ContextName::parse("prod").unwrap(),
            resources: vec!["pods".into(), "ingresses".into()],
            namespace: Some(Namespace::parse("ml").unwrap()),
            consequence: "No cluster is shown.",
            error: "pods is forbidden".into(),
        }
        .finding();
        assert_eq!(
            finding.message(),
            "skyports may not list pods and ingresses in prod. \
             It needs list and watch on pods, ingresses in namespace ml. No cluster is shown."
        );
        let yaml = finding.steps[0].command.as_deref().unwrap();
        assert!(yaml.contains("kind: Role\n") && yaml.contains("namespace: ml"), "{yaml}");
        assert!(yaml.contains("resources: [pods]") && yaml.contains("resources: [ingresses]"), "{yaml}");
    }

    #[test]
    fn commands_quote_what_a_shell_would_split() {
        assert_eq!(shell_word("arn:aws:eks:x/y"), "arn:aws:eks:x/y");
        assert_eq!(shell_word("a b;'c"), "'a b;'\\''c'");
    }
}
