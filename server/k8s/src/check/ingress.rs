//! Whether an Ingress is served: SkyPilot's class, its controller, and where that is reached.

use skyports_model::kubectl::Kubectl;
use skyports_model::{CheckLine, CheckPart, LineState, Namespace, Scheme, Step, Verdict};

use super::Site;
use super::facts::{Class, Looked};
use super::provider::Audience;
use super::surroundings::audience_of;
use crate::names;
use crate::objects::{ServiceFacts, ServiceKind};
use crate::observe::controller::{Front, fronts};

/// The class that SkyPilot's template names (`kubernetes-ingress.yml.j2` of 0.14.1).
const CLASS: &str = "nginx";
/// The controller whose annotations that template uses.
const CONTROLLER: &str = "k8s.io/ingress-nginx";
const CONTROLLERS: &str =
    "https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/";

/// The verdict, and what it rests on.
pub(super) fn check(site: &Site<'_>) -> (Verdict, Vec<CheckLine>) {
    let (of_class, class_line) = class(site);
    if of_class == Verdict::DoesNot {
        return (of_class, vec![class_line]);
    }
    let (of_address, address_line) = address(site);
    let verdict = match (of_class, of_address) {
        (_, Verdict::DoesNot) => Verdict::DoesNot,
        (Verdict::Works, Verdict::Works) => Verdict::Works,
        _ => Verdict::Unknown,
    };
    (verdict, vec![class_line, address_line].into_iter().chain(retired(site)).collect())
}

fn line(state: LineState, name: impl Into<String>) -> CheckLine {
    CheckLine::new(CheckPart::Ingress, state, name)
}

fn nginx<'a>(site: &'a Site<'_>) -> Option<&'a Class> {
    site.facts.classes.seen()?.iter().find(|class| class.name == CLASS)
}

fn class(site: &Site<'_>) -> (Verdict, CheckLine) {
    let Looked::Seen(classes) = &site.facts.classes else {
        let hidden = site.facts.classes.hidden();
        let line =
            line(LineState::Unknown, "Whether there is an IngressClass `nginx` is not known")
                .because(hidden.unwrap_or_else(|| "The API has no IngressClasses.".to_owned()));
        return (Verdict::Unknown, line);
    };
    match nginx(site).map(|class| class.controller.as_deref()) {
        Some(Some(CONTROLLER)) => {
            let line = line(LineState::Ready, "IngressClass `nginx`").because(format!(
                "Controller `{CONTROLLER}`. SkyPilot needs a class with exactly this name."
            ));
            (Verdict::Works, line.see("Kubernetes: Ingress controllers", CONTROLLERS))
        }
        Some(other) => {
            let who = other.unwrap_or("nobody named");
            let line = line(LineState::Unknown, format!("IngressClass `nginx` is served by `{who}`"))
                .because("SkyPilot writes the annotations of ingress-nginx; whether this controller knows them is not known.")
                .see("Kubernetes: Ingress controllers", CONTROLLERS);
            (Verdict::Unknown, line)
        }
        None => (Verdict::DoesNot, without_class(classes)),
    }
}

fn without_class(classes: &[Class]) -> CheckLine {
    let name = if classes.is_empty() { "No IngressClass" } else { "No IngressClass named `nginx`" };
    let others: Vec<_> = classes.iter().map(|class| format!("`{}`", class.name)).collect();
    let evidence = if others.is_empty() {
        "`kubectl get ingressclass` finds none.".to_owned()
    } else {
        format!("There are {}; SkyPilot needs one with exactly that name.", others.join(", "))
    };
    let install = "helm upgrade --install ingress-nginx ingress-nginx \\\n  --repo https://kubernetes.github.io/ingress-nginx \\\n  --namespace ingress-nginx --create-namespace";
    line(LineState::Attention, name)
        .because(evidence)
        .then(Step::command("Install a controller whose class is named `nginx`; ingress-nginx is the one that SkyPilot supports, and it is retired", install))
        .see("Kubernetes: Ingress controllers", CONTROLLERS)
}

/// Where the controller is reached, by SkyPilot's rules.
fn address(site: &Site<'_>) -> (Verdict, CheckLine) {
    let (namespace, name) = names::CONTROLLER;
    let object = format!("Service `{namespace}/{name}`");
    let service = match &site.facts.controller {
        Looked::Seen(Some(service)) => service,
        Looked::Seen(None) | Looked::Absent => {
            let line = line(LineState::Attention, "The controller’s Service is not where SkyPilot looks")
                .because(format!("There is no {object}, from which SkyPilot reads the address. Ports may work all the same; `sky status` fails to print them."));
            return (Verdict::Unknown, line);
        }
        hidden @ (Looked::Forbidden(_) | Looked::Failed(_)) => {
            let line = line(LineState::Unknown, "Where the controller is reached is not known")
                .because(format!("{object}. {}", hidden.hidden().unwrap_or_default()));
            return (Verdict::Unknown, line);
        }
    };
    match fronts(service, site.is_sky_local()).first() {
        Some(front) => (Verdict::Works, reached(front, service, &object)),
        None => (Verdict::DoesNot, unreached(site, service, &object)),
    }
}

fn reached(front: &Front, service: &ServiceFacts, object: &str) -> CheckLine {
    let who = match audience_of(&front.host) {
        Some(Audience::Public) => "a public address",
        Some(Audience::Internal) => "an internal address",
        None => "an address",
    };
    let port = front.port(Scheme::Http).or(front.port(Scheme::Https));
    let port = port.filter(|port| ![80, 443].contains(&port.number()));
    let at = port.map_or_else(|| front.host.to_string(), |port| format!("{}:{port}", front.host));
    let field = if service.addresses.is_empty() {
        "`spec.externalIPs`, the annotation `skypilot.co/external-ip` or `localhost`, with its node ports, since its status has no address, of"
    } else {
        "`status.loadBalancer` of"
    };
    line(LineState::Ready, format!("The controller has {who}: {at}"))
        .because(format!("{field} {object}."))
}

fn unreached(site: &Site<'_>, service: &ServiceFacts, object: &str) -> CheckLine {
    let why = match service.kind {
        ServiceKind::LoadBalancer => "is of type LoadBalancer and has no address",
        ServiceKind::Other => "has neither an address nor node ports named `http` or `https`",
    };
    let line = line(LineState::Attention, "The controller has no address")
        .because(format!("{object} {why}."));
    let (namespace, name) = names::CONTROLLER;
    let Ok(namespace) = Namespace::parse(namespace) else { return line };
    let words = ["annotate", "service", name, "skypilot.co/external-ip=192.0.2.10"];
    let command = Kubectl::of(site.context).within(&namespace).command(words);
    line.then(Step::command("Tell SkyPilot where it is reached, with an address of yours instead of this; needed only while its Service has none", command))
}

/// ingress-nginx gets no fixes any more.
fn retired(site: &Site<'_>) -> Option<CheckLine> {
    nginx(site).filter(|class| class.controller.as_deref() == Some(CONTROLLER))?;
    let page = "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/";
    let line = line(LineState::Note, "ingress-nginx is retired: no security fixes since March 2026")
        .because("It is the only controller that SkyPilot supports; others that answer to its class and annotations exist.")
        .see("Kubernetes: ingress-nginx retirement", page);
    Some(line)
}
