//! What a person should know before using an endpoint: the app that is usually there, whether it
//! stands the path, and where requests go.
//!
//! Warnings are rare on purpose: apps that work at the address shown get none, and neither do
//! unknown ports.

use skyports_model::copies::is_cluster_name;
use skyports_model::finding::{Finding, Step};
use skyports_model::kubectl::Kubectl;
use skyports_model::{AppGuess, ObjectRef, Port, Reason};

use super::world::{Crew, World};
use crate::apps::{self, Kept, Profile, Stripped};
use crate::objects::ServiceFacts;

/// The app that is usually on a port.
pub(super) fn guess(port: Port) -> Option<AppGuess> {
    apps::usual_on(port).map(Profile::guess)
}

/// The warning that requests are spread over all nodes.
pub(super) fn multi_node(
    crew: &Crew<'_>,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> Option<Finding> {
    let nodes = crew.nodes();
    let spread = nodes > 1 && service.selects_every_node;
    spread.then(|| {
        Reason::MultiNodeRouting { nodes, object: object.clone() }.finding(&crew.id.context)
    })
}

/// The warning that the app that is usually on the port does not stand its path as it is.
pub(super) fn subpath(
    world: &World<'_>,
    crew: &Crew<'_>,
    port: Port,
    path: &str,
    is_kept: bool,
) -> Option<Finding> {
    let profile = apps::usual_on(port)?;
    let app = profile.name.clone();
    let evidence = format!("port {port} alone; {}", profile.evidence());
    let breaks = |why: &Option<String>| {
        let (app, evidence) = (app.clone(), evidence.clone());
        Reason::SubpathBreaksApp {
            app,
            why: why.clone()?,
            evidence,
            steps: ways_out(world, crew, port),
        }
        .into()
    };
    let needs_flag = |flag: Option<String>, why: &Option<String>| {
        // What a link may hold can still mean something to a shell.
        let flag = flag.filter(|_| is_plain(path));
        let (app, evidence) = (app.clone(), evidence.clone());
        Some(Reason::SubpathNeedsFlag { app, why: why.clone()?, evidence, flag: flag? })
    };
    let reason = if path == "/" {
        None
    } else if is_kept {
        match profile.kept.verdict {
            Kept::Works | Kept::Unknown => None,
            Kept::NeedsFlag => needs_flag(profile.kept.flag(path), &profile.kept.why),
            Kept::Breaks => breaks(&profile.kept.why),
        }
    } else {
        match profile.stripped.verdict {
            Stripped::WorksWithSlash | Stripped::ApiOnly => None,
            Stripped::NeedsFlag => needs_flag(profile.stripped.flag(path), &profile.stripped.why),
            Stripped::Breaks => breaks(&profile.stripped.why),
        }
    };
    reason.map(|reason| world.told(&reason))
}

/// How to reach an app that does not stand a path, with what there is today.
fn ways_out(world: &World<'_>, crew: &Crew<'_>, port: Port) -> Vec<Step> {
    let mut steps = vec![];
    if !world.is_sky_local() {
        steps.push(Step::command(
            "Use a load balancer: put this into ~/.sky/config.yaml and launch the cluster again",
            "kubernetes:\n  ports: loadbalancer",
        ));
    }
    if let Some((key, head)) = crew.head() {
        let (pod, ports) = (format!("pod/{}", key.name), format!("{port}:{port}"));
        let kubectl = Kubectl::of(&crew.id.context).within(&crew.id.namespace);
        let forward = kubectl.command(["port-forward", &pod, &ports]);
        steps.push(Step::command(
            format!("Bring it to http://localhost:{port}/ on your machine"),
            forward,
        ));
        // SkyPilot writes a host of that name into ~/.ssh/config.
        if let Some(name) = head.display_name.as_deref().filter(|name| is_cluster_name(name)) {
            steps.push(Step::command(
                "The same through SSH",
                format!("ssh -L {port}:localhost:{port} {name}"),
            ));
        }
    }
    steps
}

fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~'))
}
