//! What the reader may do here: what opening and closing ports needs, by `docs/rights.md`.

use serde_json::json;
use skyports_model::kubectl::Kubectl;
use skyports_model::time::clock_time;
use skyports_model::{CheckLine, CheckPart, LineState, Step};

use super::Site;
use super::facts::Right;

/// A line a resource.
pub(super) fn lines(site: &Site<'_>) -> Vec<CheckLine> {
    let mut resources: Vec<&str> = vec![];
    for Right { resource, .. } in &site.facts.rights {
        if !resources.contains(resource) {
            resources.push(resource);
        }
    }
    resources.into_iter().map(|resource| of_resource(site, resource)).collect()
}

fn of_resource(site: &Site<'_>, resource: &str) -> CheckLine {
    let rights: Vec<&Right> =
        site.facts.rights.iter().filter(|right| right.resource == resource).collect();
    let verbs = |granted: bool| {
        let of = |right: &&&Right| right.granted.seen() == Some(&granted);
        rights.iter().filter(of).map(|right| right.verb).collect::<Vec<_>>()
    };
    let (may, may_not) = (verbs(true), verbs(false));
    let silent = rights.iter().find_map(|right| right.granted.hidden());
    let namespace = rights.iter().find_map(|right| right.namespace.as_ref());
    let place = namespace.map_or("all namespaces".to_owned(), |it| format!("`{it}`"));
    let at = clock_time(site.facts.as_of);
    let evidence = format!("SelfSubjectAccessReview in {place}, {at}.");
    let line = |state, name: String| CheckLine::new(CheckPart::Rights, state, name);
    if !may_not.is_empty() {
        return line(LineState::Attention, format!("You may not {} {resource}", listed(&may_not)))
            .because(evidence)
            .then(Step::command(
                "Ask who manages the cluster for this rule",
                rule(resource, &may_not),
            ));
    }
    if let Some(hidden) = silent {
        let name = format!("Whether you may {} {resource} is not known", listed(&all(&rights)));
        return line(LineState::Unknown, name).because(hidden);
    }
    let kubectl = Kubectl::of(site.context);
    let verb = may.first().copied().unwrap_or("get");
    let command = match namespace {
        Some(namespace) => kubectl.within(namespace).command(["auth", "can-i", verb, resource]),
        None => kubectl.command(["auth", "can-i", verb, resource, "--all-namespaces"]),
    };
    line(LineState::Ready, format!("You may {} {resource}", listed(&may)))
        .because(evidence)
        .then(Step::command("Ask it yourself", command))
}

fn all(rights: &[&Right]) -> Vec<&'static str> {
    rights.iter().map(|right| right.verb).collect()
}

/// `create, patch and delete`.
fn listed(verbs: &[&str]) -> String {
    match verbs {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The rule that is missing, as a Role has it.
fn rule(resource: &str, verbs: &[&str]) -> String {
    let group = if resource == "ingresses" { "networking.k8s.io" } else { "" };
    let rule = json!([{ "apiGroups": [group], "resources": [resource], "verbs": verbs }]);
    // A list of texts always has a YAML.
    serde_yaml_ng::to_string(&rule).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_rule_can_be_copied_into_a_role() {
        assert_eq!(
            rule("ingresses", &["create", "patch"]),
            "- apiGroups:\n  - networking.k8s.io\n  resources:\n  - ingresses\n  verbs:\n  - create\n  - patch"
        );
        assert_eq!(listed(&["create", "patch", "delete"]), "create, patch and delete");
    }
}
