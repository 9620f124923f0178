//! What to do about each cause: commands, settings and manifests to copy.

use super::{MOST_NAMED, Reason, Silence};
use crate::finding::{Form, Step};
use crate::id::{ContextName, Namespace, ObjectRef};
use crate::kubectl::Kubectl;
use crate::repair::Repair;

impl Reason {
    #[expect(clippy::too_many_lines, reason = "a few lines a cause")]
    pub(super) fn steps(&self, context: &ContextName) -> Vec<Step> {
        let kubectl = Kubectl::of(context);
        let describe = |object| Step::command("See its events", kubectl.describe(object));
        let describe_pod = |title, pod: &str, namespace| {
            let pod = format!("pod/{pod}");
            Step::command(title, kubectl.within(namespace).command(["describe", &pod]))
        };
        match self {
            // The one waits for nobody here; the other is told of its context, with what to do.
            Self::WaitingForAddress { .. } | Self::StaleEndpoint { .. } => vec![],
            Self::ObjectGone { .. } => {
                vec![Step::advice("Go back to the list: it shows what is there now")]
            }
            Self::UnreadableObject { .. } => {
                vec![Step::advice(
                    "Look at the object that is named; if it is a valid one, tell us",
                )]
            }
            Self::WaitingForIngressAddress { controller } => vec![describe(controller)],
            Self::WaitingForPod { pod, namespace, .. } => {
                vec![describe_pod("See what the pod waits for", pod, namespace)]
            }
            Self::PodEnded { pod, namespace, .. } => {
                vec![describe_pod("See why it ended", pod, namespace)]
            }
            Self::NoLoadBalancerController { service, silence: Silence::Unseen, .. }
            | Self::NoLoadBalancerController { service, neighbour: Some(_), .. }
            | Self::LoadBalancerError { service, .. }
            | Self::LoadBalancerDeleting { service, .. } => vec![describe(service)],
            Self::NoLoadBalancerController { service, .. } => vec![
                Step::advice(
                    "Install a controller of load balancers, MetalLB for one; with MetalLB installed, add an IPAddressPool",
                ),
                Step::advice(
                    "Or open the port through an Ingress: set `kubernetes.ports: ingress` in SkyPilot’s config and launch again",
                ),
                describe(service),
            ],
            Self::LoadBalancerUnsupportedHere { service } => vec![
                Step::advice(
                    "Open the port through an Ingress: SkyPilot does so by itself while kind-skypilot is the current context",
                ),
                describe(service),
            ],
            Self::NoIngressClass { .. } => vec![
                Step::advice(
                    "Install an ingress controller with the class `nginx`: SkyPilot supports no other",
                ),
                Step::command("See the classes", kubectl.command(["get", "ingressclass"])),
            ],
            Self::NoIngressController { ingress, .. } => vec![
                Step::advice(
                    "Install ingress-nginx in the namespace ingress-nginx: SkyPilot looks for it there",
                ),
                describe(ingress),
            ],
            Self::IngressPathMissing { service, .. } => vec![
                Step::advice("Launch the cluster again with this port, or open it again"),
                describe(service),
            ],
            Self::DroppedBySkyPilot { again, .. } => vec![
                Step::command("Open it again", again.clone()),
                Step::advice("Name the port in the task, so that it stays"),
            ],
            Self::Orphaned { objects } => {
                let title = "Look at them, then delete what nobody needs";
                let (label, address) = ("Clean up".to_owned(), context.leftovers_path());
                let step = Step::command(title, deletions(kubectl, objects));
                vec![Step { form: Some(Form { label, address }), ..step }]
            }
            Self::RestrictionDropped { object, .. } => vec![
                Step::advice(
                    "Close the ports, and open them with `--allow`: that makes a load balancer of its own, which no launch replaces",
                ),
                describe(object),
            ],
            Self::IngressServiceMissing { ingress, .. } => vec![describe(ingress)],
            Self::StaleContext { .. } | Self::Unreachable { .. } | Self::ReadFailed { .. } => {
                let ask = kubectl.command(["get", "--raw", "/readyz"]);
                vec![Step::command("Ask it yourself", ask)]
            }
            Self::Forbidden { resources, namespace, .. } => {
                vec![grant(roles(resources, namespace.as_ref(), "list, watch"))]
            }
            Self::ReadForbidden { verb, resource, namespace, .. } => {
                vec![grant(roles(&[(*resource).to_owned()], Some(namespace), verb))]
            }
            Self::ContextInvalid { .. } => {
                vec![Step::command("See the contexts", "kubectl config get-contexts")]
            }
            Self::SubpathBreaksApp { steps, .. }
            | Self::CannotRunHere { steps, .. }
            | Self::NeedsSetting { steps, .. }
            | Self::HostRefused { steps, .. } => steps.clone(),
            Self::SubpathNeedsFlag { flag, steps, .. } => {
                let flag = Step::command("Start it with", flag.clone());
                [flag].into_iter().chain(steps.iter().cloned()).collect()
            }
            Self::MultiNodeRouting { object, repairable, .. } => {
                let title = "Send requests to the head alone; `sky launch` may undo it";
                let repair = repairable.iter().map(|id| Repair::HeadOnly.step(title, id));
                let advice = Step::advice("Run the app on every node, or launch it on one");
                let label = format!("kubernetes.io/service-name={}", object.name);
                let pods = ["get", "endpointslices", "-l", &label];
                let command = kubectl.within(&object.namespace).command(pods);
                let see = Step::command("See which pods the Service selects", command);
                repair.chain([advice, see]).collect()
            }
        }
    }
}

/// The commands that delete objects, one a namespace.
fn deletions(kubectl: Kubectl<'_>, objects: &[ObjectRef]) -> String {
    let by_namespace = objects.chunk_by(|a, b| a.namespace == b.namespace);
    let command = |objects: &[ObjectRef]| {
        let names: Vec<String> = objects.iter().take(MOST_NAMED).map(ObjectRef::path).collect();
        let words = ["delete"].into_iter().chain(names.iter().map(String::as_str));
        let namespace = objects.first().map(|object| &object.namespace)?;
        Some(kubectl.within(namespace).command(words))
    };
    by_namespace.filter_map(command).collect::<Vec<_>>().join("\n")
}

fn grant(roles: String) -> Step {
    Step::command("Have an administrator make this role and bind it to your account", roles)
}

/// The smallest role that grants one verb on one resource of a namespace, as YAML to copy.
pub(crate) fn role_for(resource: &str, namespace: &Namespace, verb: &str) -> String {
    let name = format!("skyports-opener\n  namespace: {namespace}");
    role("Role", &name, &[resource], verb).unwrap_or_default()
}

/// The smallest roles that grant those verbs, as YAML to copy. A Role cannot grant what lies in
/// no namespace, so `ingressclasses` always gets a `ClusterRole`.
fn roles(resources: &[String], namespace: Option<&Namespace>, verbs: &str) -> String {
    let (wide, narrow): (Vec<&str>, Vec<&str>) = resources
        .iter()
        .map(String::as_str)
        .partition(|name| namespace.is_none() || *name == "ingressclasses");
    let documents = [
        role("ClusterRole", "skyports-viewer", &wide, verbs),
        role(
            "Role",
            &format!("skyports-viewer\n  namespace: {}", namespace.map_or("", Namespace::as_str)),
            &narrow,
            verbs,
        ),
    ];
    documents.into_iter().flatten().collect::<Vec<_>>().join("---\n")
}

fn role(kind: &str, name: &str, resources: &[&str], verbs: &str) -> Option<String> {
    let rule = |group: &str, names: &[&str]| {
        let names = names.join(", ");
        let rule =
            format!("- apiGroups: [\"{group}\"]\n  resources: [{names}]\n  verbs: [{verbs}]\n");
        if names.is_empty() { String::new() } else { rule }
    };
    let (networking, core): (Vec<&str>, Vec<&str>) =
        resources.iter().partition(|name| name.starts_with("ingress"));
    let rules = rule("", &core) + &rule("networking.k8s.io", &networking);
    (!rules.is_empty()).then(|| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\nrules:\n{rules}"
        )
    })
}
