//! What the paths of an Ingress say: which port of which cluster each leads to.

use k8s_openapi::api::networking::v1::{HTTPIngressPath, Ingress, IngressRule};
use skyports_model::Port;

use super::draft::Site;
use super::naming::{self, PathStyle};
use crate::names::{self, Role};

/// The form of the paths of this cluster: as its Ingress has them, which SkyPilot of the release
/// that launched it prints.
pub(super) fn style(site: &Site<'_>) -> PathStyle {
    let older = |path: &HTTPIngressPath| {
        let port = backend_port(site, path)?;
        let plain = naming::plain_path(site.cluster, PathStyle::WithoutNamespace, port);
        Some(path.path.as_deref()?.split('(').next() == Some(plain.as_str()))
    };
    let is_older = of_ingress(site.existing.ingress.as_ref())
        .find_map(|(_, _, path)| older(path))
        .unwrap_or(false);
    if is_older { PathStyle::WithoutNamespace } else { PathStyle::WithNamespace }
}

/// Where the paths of a port are, by rule and path.
pub(super) fn places(site: &Site<'_>, port: Port) -> impl Iterator<Item = (usize, usize)> {
    of_ingress(site.existing.ingress.as_ref())
        .filter(move |(_, _, path)| backend_port(site, path) == Some(port))
        .map(|(place, _, _)| place)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The port that a path of SkyPilot's leads to, by its Service's name.
pub(super) fn backend_port(site: &Site<'_>, path: &HTTPIngressPath) -> Option<Port> {
    let named = names::service(&path.backend.service.as_ref()?.name)?;
    match named.role {
        Role::Backend(port) if named.cluster == site.cluster.name.as_str() => Some(port),
        Role::Backend(_) | Role::LoadBalancer | Role::Own => None,
    }
}

/// The ports that SkyPilot's Ingress leads to.
pub(super) fn ports(site: &Site<'_>) -> impl Iterator<Item = Port> {
    of_ingress(site.existing.ingress.as_ref()).filter_map(|(_, _, path)| backend_port(site, path))
}

/// Every path of an Ingress with its place and its rule.
pub(super) fn of_ingress(
    ingress: Option<&Ingress>,
) -> impl Iterator<Item = ((usize, usize), &IngressRule, &HTTPIngressPath)> {
    let rules = ingress.and_then(|it| it.spec.as_ref()?.rules.as_deref()).unwrap_or_default();
    rules.iter().enumerate().flat_map(|(at, rule)| {
        of_rule(rule).enumerate().map(move |(path, it)| ((at, path), rule, it))
    })
}

pub(super) fn of_rule(rule: &IngressRule) -> impl Iterator<Item = &HTTPIngressPath> {
    rule.http.iter().flat_map(|http| &http.paths)
}
