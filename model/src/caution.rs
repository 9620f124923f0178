//! What a person should know before ports are opened.

use crate::code::Code;
use crate::copies::{is_cluster_name, local_port};
use crate::endpoint::Mode;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, EndpointId, ObjectRef};
use crate::kubectl::Kubectl;
use crate::net::Port;
use crate::repair::Repair;
use crate::share::GuestLink;

/// Links that are named one by one.
const MOST_LINKS: usize = 5;

/// Something to know before a port is opened or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// Whoever reaches the port usually owns the machine behind it, and nothing asks for a login.
    DangerousPort {
        /// The port.
        port: Port,
        /// What usually listens there: `Ray’s dashboard`.
        what: &'static str,
        /// What whoever reaches it can do, a sentence.
        why: &'static str,
        /// The cluster's display name, by which `ssh` knows it.
        cluster: String,
    },
    /// SkyPilot replaces the shared object as a whole when a launch changes ports.
    NextLaunchDrops {
        /// The shared object.
        object: ObjectRef,
        /// The lines of the task that keep the port.
        task: String,
    },
    /// Who reaches the load balancer.
    Reached {
        /// Who.
        audience: Audience,
        /// What says so.
        why: String,
    },
    /// The load balancer is billed beside the nodes.
    CostsExtra {
        /// Who bills it.
        provider: String,
        /// The published list price.
        price: Option<String>,
        /// Where and when that was read.
        source: String,
    },
    /// The load balancer asks one port whether all of them live.
    FirstPortChecked {
        /// That port.
        first: Port,
        /// The ports that hang on it.
        others: Vec<Port>,
        /// Where and when that was read.
        source: String,
        /// What of SkyPilot's config ends that.
        config: String,
    },
    /// No address is left for a load balancer.
    NoFreeAddress {
        /// What says so.
        evidence: String,
    },
    /// A longer regular expression of another Ingress takes the requests.
    PathShadowed {
        /// The port.
        port: Port,
        /// Our path.
        path: String,
        /// The other Ingress.
        by: ObjectRef,
        /// Its path.
        winner: String,
    },
    /// The app will see the whole path, and must know it.
    PathKept {
        /// The endpoint.
        endpoint: EndpointId,
        /// The path, with a slash at its end.
        path: String,
        /// What the app needs for that.
        needs: AppNeeds,
    },
    /// The ports close in the other mode.
    LinkStops {
        /// The ports.
        ports: Vec<Port>,
        /// That mode.
        mode: Mode,
    },
    /// Guest links that people have got show nothing from then on.
    GuestLinksEnd {
        /// The links, at least one.
        links: Vec<GuestLink>,
    },
    /// The selector is a field of SkyPilot's, which its next write takes back.
    SelectorTaken {
        /// The Service.
        service: ObjectRef,
        /// Who owns the field now.
        owner: Option<String>,
    },
}

/// What an app needs where it sees the whole path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppNeeds {
    /// The app of that name does without.
    Nothing(String),
    /// The app of that name must be started with this.
    Flag {
        /// Its name.
        app: String,
        /// The flag or the call, with the path filled in.
        flag: String,
    },
    /// Nothing is known of the app.
    Unknown,
}

/// Who reaches a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Internet {
        /// Whether skyports knows how it is made internal here.
        internal_is_possible: bool,
    },
    /// Who is in the cloud's or the site's own network.
    OwnNetwork,
}

impl Caution {
    /// The code.
    pub fn code(&self) -> Code {
        match self {
            Self::DangerousPort { .. } => Code::DangerousPort,
            Self::NextLaunchDrops { .. } => Code::NextLaunchDrops,
            Self::Reached { audience: Audience::Internet { .. }, .. } => Code::PublicAddress,
            Self::Reached { audience: Audience::OwnNetwork, .. } => Code::InternalAddress,
            Self::CostsExtra { .. } => Code::CostsExtra,
            Self::FirstPortChecked { .. } => Code::FirstPortChecked,
            Self::NoFreeAddress { .. } => Code::NoFreeAddress,
            Self::PathShadowed { .. } => Code::PathShadowed,
            Self::PathKept { .. } => Code::PathKept,
            Self::LinkStops { .. } => Code::LinkStops,
            Self::GuestLinksEnd { .. } => Code::GuestLinksEnd,
            Self::SelectorTaken { .. } => Code::SelectorTaken,
        }
    }

    /// The caution as it is told of something in `context`.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let (lead, detail, evidence, steps) = match self {
            Self::DangerousPort { port, what, why, cluster } => (
                format!("Port {port} is usually {what}."),
                (*why).to_owned(),
                format!("the number {port} alone"),
                vec![tunnel(*port, cluster)],
            ),
            Self::NextLaunchDrops { object, task } => (
                "The next `sky launch` that changes ports drops this.".to_owned(),
                "It stays when the task names it.".to_owned(),
                format!("SkyPilot 0.14.1 replaces {object} as a whole"),
                vec![Step::command("Put it into the task", task.clone())],
            ),
            Self::Reached { audience: Audience::Internet { internal_is_possible }, why } => (
                "Everybody on the internet reaches it.".to_owned(),
                "The load balancer has a public address.".to_owned(),
                why.clone(),
                restrictions(*internal_is_possible),
            ),
            Self::Reached { audience: Audience::OwnNetwork, why } => (
                "It is reached from the cloud’s or the site’s own network alone.".to_owned(),
                "The load balancer has an internal address.".to_owned(),
                why.clone(),
                vec![Step::advice("From elsewhere, reach it through that network’s VPN or SSH")],
            ),
            Self::CostsExtra { provider, price, source } => (
                price.as_ref().map_or_else(
                    || "A load balancer costs extra.".to_owned(),
                    |price| format!("A load balancer costs extra: {price}."),
                ),
                "SkyPilot does not count it.".to_owned(),
                format!("list price of {provider}: {source}"),
                vec![Step::advice("Close the cluster’s last port when nobody needs it any more")],
            ),
            Self::FirstPortChecked { first, others, source, config } => (
                format!("If nothing listens on port {first}, none of the ports works."),
                format!(
                    "The load balancer asks this one alone whether it lives, and sends nothing to {} either.",
                    listed(others)
                ),
                source.clone(),
                vec![
                    Step::advice("Open the port first on which something listens already"),
                    Step::command(
                        "Or have each port checked by itself, in ~/.sky/config.yaml",
                        config.clone(),
                    ),
                ],
            ),
            Self::NoFreeAddress { evidence } => (
                "No address is left for a load balancer.".to_owned(),
                "The port would wait for one for ever.".to_owned(),
                evidence.clone(),
                vec![
                    Step::advice("Give MetalLB a pool with free addresses"),
                    Step::advice("Or open the port in the mode ingress"),
                ],
            ),
            Self::PathShadowed { port, path, by, winner } => (
                format!("Another Ingress takes the requests for port {port}."),
                "nginx tries longer expressions first, whoever wrote them.".to_owned(),
                format!("{by} has the path {winner}, which also matches {path}"),
                vec![Step::command("See that Ingress", Kubectl::of(context).describe(by))],
            ),
            Self::PathKept { endpoint, path, needs } => path_kept(endpoint, path, needs),
            Self::LinkStops { ports, mode } => (
                format!("The {} link of {} stops working.", mode.label(), listed(ports)),
                "It closes there as it is opened here: until the new link has an address, the port has none."
                    .to_owned(),
                "what the plan deletes or changes".to_owned(),
                vec![Step::advice("Give the new link to whoever has the old one")],
            ),
            Self::GuestLinksEnd { links } => guest_links_end(links),
            Self::SelectorTaken { service, owner } => {
                let owner = owner.as_deref().unwrap_or("nobody that is named");
                (
                    "The next `sky launch` that changes ports undoes this.".to_owned(),
                    format!(
                        "It takes `spec.selector` of {service} from {owner}; SkyPilot writes the whole object anew."
                    ),
                    format!("managedFields of {service}: {owner} owns f:selector"),
                    vec![Step::advice("Do it again after such a launch: a warning says when")],
                )
            }
        };
        Finding { code: self.code(), lead, detail, evidence: Some(evidence), steps }
    }
}

/// Whose links show nothing any more, as far as they say for whom they are.
fn guest_links_end(links: &[GuestLink]) -> (String, String, String, Vec<Step>) {
    let count = match links.len() {
        1 => "A guest link ends".to_owned(),
        many => format!("{many} guest links end"),
    };
    let told = |link: &GuestLink| match link.label.as_str() {
        "" => format!("port {}, no label", link.port),
        label => format!("port {}, “{label}”", link.port),
    };
    let mut named: Vec<String> = links.iter().take(MOST_LINKS).map(told).collect();
    if links.len() > MOST_LINKS {
        named.push(format!("and {} more", links.len() - MOST_LINKS));
    }
    (
        format!("{count} with the port."),
        "Whoever has it sees that it shows nothing; a port that is opened again needs a new one."
            .to_owned(),
        named.join("; "),
        vec![Step::advice("Tell whoever has a link, or leave the port open")],
    )
}

/// What the app must know, and the way back.
fn path_kept(
    endpoint: &EndpointId,
    path: &str,
    needs: &AppNeeds,
) -> (String, String, String, Vec<Step>) {
    let (lead, needed) = match needs {
        AppNeeds::Nothing(app) => (format!("{app} works with its whole path."), None),
        AppNeeds::Flag { app, flag } => (
            format!("{app} must be started for this path."),
            Some(Step::command("Start it with", flag.clone())),
        ),
        AppNeeds::Unknown => (
            "The app must be started for this path.".to_owned(),
            Some(Step::command(
                "Start it with its flag for a base URL or a root path, and this path",
                path.to_owned(),
            )),
        ),
    };
    let detail = format!(
        "It gets requests for {path} as they are, at the same URL as before. What SkyPilot made stays as it is."
    );
    let back = Repair::DropKeptPath.command(endpoint);
    let back = Step::command("One click takes the route back, or", back);
    let evidence = "ingress-nginx tries the longest path first (tried with 1.11)".to_owned();
    (lead, detail, evidence, needed.into_iter().chain([back]).collect())
}

fn restrictions(internal_is_possible: bool) -> Vec<Step> {
    let some = Step::advice("Let only some networks in, with `--allow CIDR`");
    let own = Step::advice("Or only the cloud’s own network, with `--internal`");
    [some].into_iter().chain(internal_is_possible.then_some(own)).collect()
}

/// `port 6006`, `ports 6006, 6007`.
fn listed(ports: &[Port]) -> String {
    let numbers: Vec<_> = ports.iter().map(ToString::to_string).collect();
    let noun = if numbers.len() == 1 { "port" } else { "ports" };
    format!("{noun} {}", numbers.join(", "))
}

/// A tunnel instead of an open port. A name that SkyPilot would not have taken is no host of ssh.
fn tunnel(port: Port, cluster: &str) -> Step {
    if is_cluster_name(cluster) {
        let local = local_port(port);
        let command = format!("ssh -L {local}:localhost:{port} {cluster}");
        Step::command("Bring it to your own machine instead", command)
    } else {
        Step::advice("Bring it to your own machine through SSH or `kubectl port-forward` instead")
    }
}
