//! Which other Ingress would take the requests of a new path.
//!
//! As soon as one path of a host is a regular expression, ingress-nginx treats all of that host so,
//! case-insensitively, and tries the longest first (`ingress-path-matching.md`).

use k8s_openapi::api::networking::v1::Ingress;
use regex::bytes::RegexBuilder;
use skyports_model::{Namespace, ObjectKind, ObjectRef};

use super::paths;

/// The class whose Ingresses share a server with SkyPilot's.
const CLASS: &str = "nginx";

/// The Ingress, and the path of it, that takes what is meant for `request`, to which the
/// expression `path` leads.
pub(super) fn winner<'a>(
    others: impl IntoIterator<Item = &'a Ingress>,
    path: &str,
    request: &str,
) -> Option<(ObjectRef, String)> {
    let candidates = others.into_iter().filter(|it| is_served(it)).flat_map(|ingress| {
        let hostless = paths::of_ingress(Some(ingress))
            .filter(|(_, rule, _)| rule.host.as_deref().unwrap_or_default().is_empty());
        hostless.filter_map(move |(_, _, it)| Some((ingress, it.path.as_deref()?)))
    });
    let winner = candidates
        .filter(|(_, theirs)| theirs.len() > path.len() && matches(theirs, request))
        .max_by_key(|(_, theirs)| theirs.len())?;
    Some((object(winner.0)?, winner.1.to_owned()))
}

/// Whether the class is nginx's, or left to a default that may be.
fn is_served(ingress: &Ingress) -> bool {
    let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    class.is_none_or(|class| class == CLASS)
}

/// As nginx matches: from the start, whatever the case. An expression that is none here is none of
/// ours to judge.
fn matches(expression: &str, request: &str) -> bool {
    let anchored = format!("^{expression}");
    // Bytes and ASCII, as nginx's are; this crate's tables of Unicode are left out.
    let mut expression = RegexBuilder::new(&anchored);
    expression.unicode(false).case_insensitive(true).size_limit(1 << 18);
    expression.build().is_ok_and(|expression| expression.is_match(request.as_bytes()))
}

/// Which Ingress it is.
pub(super) fn object(ingress: &Ingress) -> Option<ObjectRef> {
    let namespace = Namespace::parse(ingress.metadata.namespace.as_deref()?).ok()?;
    let name = ingress.metadata.name.clone()?;
    Some(ObjectRef { kind: ObjectKind::Ingress, namespace, name })
}
