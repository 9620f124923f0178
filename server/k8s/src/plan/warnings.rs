//! What a person should know before ports are opened, as far as the objects tell.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Service;
use skyports_model::copies::task_lines;
use skyports_model::{
    Caution, EndpointId, Finding, Nodes, ObjectRef, OpenMode, OpenRequest, OtherMode, Port, Prefix,
    Reach, Reason, Step,
};

use super::draft::{CLUSTER, Site};
use super::{
    HeadKind, balancer, head_only, is_narrowed, keep, loadbalancer, naming, paths, shadow,
};
use crate::apps::{Kept, Profile};
use crate::subpath;

/// The warnings about the ports that are about to open; none where nothing changes.
pub(super) fn of(site: &Site<'_>, request: &OpenRequest, changed: &[Port]) -> Vec<Finding> {
    let Some(first) = changed.first() else { return vec![] };
    let context = &site.environment.context;
    let mut warnings = vec![];
    match (request.mode, &request.reach) {
        (OpenMode::LoadBalancer, Reach::Shared) => {
            let object = naming::load_balancer(site.cluster);
            warnings.extend(multi_node(
                site,
                request,
                &object,
                site.existing.load_balancer.as_ref(),
            ));
            warnings.extend(without_load_balancers(site, &object));
            warnings.extend(of_balancer(site, request, changed));
            warnings.push(dropped(site, object, request).finding(context));
        }
        (OpenMode::LoadBalancer, Reach::From(_) | Reach::Internal) => {
            let object = naming::own_load_balancer(site.cluster, *first);
            warnings.extend(without_load_balancers(site, &object));
            warnings.extend(of_balancer(site, request, changed));
        }
        (OpenMode::Ingress, _) if request.extras.prefix != Prefix::TakenOff => {
            let kept = changed.iter().flat_map(|port| keep::warnings(site, request, *port));
            warnings.extend(kept);
        }
        (OpenMode::Ingress, _) => {
            warnings.extend(changed.iter().flat_map(|port| of_path(site, *port)));
            let service = site.existing.backends.get(first);
            let object = naming::backend(site.cluster, *first);
            warnings.extend(multi_node(site, request, &object, service));
            warnings.push(dropped(site, naming::ingress(site.cluster), request).finding(context));
        }
    }
    warnings
}

fn of_balancer(site: &Site<'_>, request: &OpenRequest, changed: &[Port]) -> Vec<Finding> {
    let cautions = balancer::cautions(site, request, changed);
    cautions.iter().map(|caution| caution.finding(&site.environment.context)).collect()
}

/// Requests are spread over all nodes, by SkyPilot's selector.
fn multi_node(
    site: &Site<'_>,
    request: &OpenRequest,
    object: &ObjectRef,
    service: Option<&Service>,
) -> Option<Finding> {
    let selector = service.and_then(|service| service.spec.as_ref()?.selector.as_ref());
    let selects_all = selector.is_none_or(|it| it.keys().all(|key| key == CLUSTER));
    let nodes = site.existing.nodes;
    let port = request.ports.iter().next()?;
    let mode = request.mode.into();
    let endpoint = EndpointId { cluster: site.cluster.clone(), port, mode };
    let reason =
        Reason::MultiNodeRouting { nodes, object: object.clone(), repairable: Some(endpoint) };
    let is_so = nodes > 1 && selects_all && site.nodes == Nodes::AsTheyAre;
    is_so.then(|| reason.finding(&site.environment.context))
}

/// What is to say of what is asked for beyond SkyPilot's way.
pub(super) fn of_extras(
    site: &Site<'_>,
    request: &OpenRequest,
    changed: &[Port],
) -> impl Iterator<Item = Finding> {
    let mut cautions = vec![];
    if is_narrowed(request) {
        cautions.extend(head_only::cautions(site, &request.ports, request.mode));
    }
    if request.extras.other_mode == OtherMode::Closes && !changed.is_empty() {
        let (ports, mode) = (changed.to_vec(), request.mode.other().into());
        cautions.push(Caution::LinkStops { ports, mode });
    }
    cautions.into_iter().map(|it| it.finding(&site.environment.context))
}

/// `sky local up` brings no load balancers.
fn without_load_balancers(site: &Site<'_>, object: &ObjectRef) -> Option<Finding> {
    let reason = Reason::LoadBalancerUnsupportedHere { service: object.clone() };
    site.environment.is_sky_local().then(|| reason.finding(&site.environment.context))
}

/// SkyPilot replaces the shared object as a whole; the task must name every port that shall stay.
fn dropped(site: &Site<'_>, object: ObjectRef, request: &OpenRequest) -> Caution {
    let balancer = site.existing.load_balancer.iter().flat_map(loadbalancer::entries);
    let of_balancer = balancer.filter_map(|entry| Port::new(entry.port.into()));
    let of_ingress = paths::ports(site);
    let open: BTreeSet<Port> = match request.mode {
        OpenMode::LoadBalancer => of_balancer.collect(),
        OpenMode::Ingress => of_ingress.collect(),
    };
    let ports = open.into_iter().chain(request.ports.iter()).collect();
    Caution::NextLaunchDrops { object, task: task_lines(ports) }
}

/// What is to say of a new path: the app that is usually there, and who would take its requests.
fn of_path(site: &Site<'_>, port: Port) -> Vec<Finding> {
    let context = &site.environment.context;
    let style = paths::style(site);
    let path = format!("{}/", naming::plain_path(site.cluster, style, port));
    let app = subpath::reason(port, &path, false, |profile| ways_out(site, port, profile));
    let shadowed = || {
        let expression = naming::path(site.cluster, style, port).ok()?;
        let (by, winner) = shadow::winner(&site.existing.other_ingresses, &expression, &path)?;
        Some(Caution::PathShadowed { port, path: path.clone(), by, winner }.finding(context))
    };
    app.map(|reason| reason.finding(context)).into_iter().chain(shadowed()).collect()
}

/// How to reach an app that does not stand a path.
fn ways_out(site: &Site<'_>, port: Port, profile: &Profile) -> Vec<Step> {
    let lb = (!site.environment.is_sky_local())
        .then(|| Step::advice("Open it in the mode loadbalancer"));
    let helps = matches!(profile.kept.verdict, Kept::Works | Kept::NeedsFlag);
    let keep = helps.then(|| {
        let app = &profile.name;
        let said = "Or keep the path with `--keep-prefix`, and start";
        Step::advice(format!("{said} {app} with its flag for it"))
    });
    let head = site.existing.head.as_ref().filter(|head| head.kind == HeadKind::Pod);
    let pod = head.map(|head| head.name.as_str());
    let name = Some(site.existing.display_name.as_str());
    let tunnels = subpath::tunnels(site.cluster, pod, name, port);
    lb.into_iter().chain(keep).chain(tunnels).collect()
}
