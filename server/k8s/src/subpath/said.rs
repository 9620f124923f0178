//! What a reader says that an app is, and what follows from it for them: another name, other advice.
//!
//! What an experiment has seen stays seen: whether the app works is not a matter of its name.

use skyports_model::verdict::Verdict;
use skyports_model::{Cluster, Code, Endpoint, EndpointState, Finding, Route, VerdictKind};

use super::is_guess;
use super::seen::{needed, seen};
use crate::apps::Profile;

/// The endpoint as it is told to whoever says that its app is `profile`; `verdict` is what the last
/// experiment on it found.
pub fn said(
    cluster: &Cluster,
    endpoint: &Endpoint,
    profile: &'static Profile,
    verdict: Option<&Verdict>,
) -> Endpoint {
    let mut told = Endpoint { app: Some(profile.said()), ..endpoint.clone() };
    told.warnings.retain(|warning| !is_guess(warning));
    match verdict.filter(|verdict| verdict.kind.is_well() || verdict.kind.is_fault()) {
        Some(verdict) => {
            let verdict = verdict_as_said(verdict, profile, endpoint.route);
            let reason = told.state.reason().filter(|reason| is_of_app(reason.code));
            let reason = reason.and_then(|_| seen(cluster, endpoint, &verdict));
            if let Some(reason) = reason {
                told.state = EndpointState::Attention { reason };
            }
        }
        None => told.warnings.extend(by_word(cluster, endpoint, profile)),
    }
    told
}

/// What an experiment found, as it is told to whoever says that the app is `profile`.
#[must_use]
pub fn verdict_as_said(verdict: &Verdict, profile: &'static Profile, route: Route) -> Verdict {
    let is_known = verdict.app.as_ref().is_some_and(|app| app.id == profile.id);
    let kind = match verdict.kind {
        // These rest on what is known of the app.
        VerdictKind::NeedsFlag | VerdictKind::NeedsOwnHost if !is_known => {
            profile.needs(route == Route::Kept)
        }
        kind => kind,
    };
    Verdict { kind, app: Some(profile.said()), ..verdict.clone() }
}

/// What the app needs, where nobody has looked yet.
fn by_word(cluster: &Cluster, endpoint: &Endpoint, profile: &'static Profile) -> Option<Finding> {
    let is_kept = match endpoint.route {
        Route::Root => return None,
        Route::Stripped => false,
        Route::Kept => true,
    };
    if profile.stands(is_kept) {
        return None;
    }
    let evidence = format!("you say so; {}", profile.evidence());
    needed(cluster, endpoint, Some(profile), profile.needs(is_kept), evidence)
}

fn is_of_app(code: Code) -> bool {
    super::is_about_path(code) || code == Code::HostRefused
}

#[cfg(test)]
mod tests {
    use skyports_model::Timestamp;
    use skyports_model::verdict::Exchange;

    use super::*;
    use crate::apps;
    use crate::testing::*;

    const C: &str = "train-2ea4";

    fn cluster(port: i32) -> Cluster {
        let seen = seen![pod(C), backend(C, port), ingress(C, &[port]), class("nginx")]
            .and(controller().with_address("203.0.113.10"));
        seen.observe().clusters.remove(0)
    }

    fn told(port: i32, app: &str, verdict: Option<(VerdictKind, Option<&str>)>) -> String {
        let mut cluster = cluster(port);
        let verdict = verdict.map(|(kind, seen)| Verdict {
            at: Timestamp(0),
            kind,
            app: seen.and_then(apps::of_id).map(Profile::seen),
            exchanges: vec![Exchange::fine("GET /", "302").fault("leaves the path")],
            requests: 1,
            millis: 1,
        });
        if let Some(verdict) = verdict.as_ref().filter(|verdict| verdict.kind.is_fault()) {
            let reason = seen(&cluster, &cluster.endpoints[0], verdict).unwrap();
            cluster.endpoints[0].state = EndpointState::Attention { reason };
        }
        let app = apps::of_id(app).unwrap();
        let told = said(&cluster, &cluster.endpoints[0], app, verdict.as_ref());
        assert_eq!(told.app, Some(app.said()));
        let findings = told.state.reason().into_iter().chain(&told.warnings);
        let lines = findings.map(|finding| {
            let evidence = finding.evidence.clone().unwrap_or_default();
            let steps = finding.steps.iter().map(|step| {
                let label = step.form.as_ref().map(|form| form.label.clone());
                label.or_else(|| step.command.clone()).unwrap_or_else(|| step.title.clone())
            });
            let steps: Vec<_> = steps.filter(|it| !it.starts_with("kubectl")).collect();
            format!("{} | {evidence} | {}", finding.lead, steps.join("; "))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_name_takes_the_guess_of_the_port_away() {
        assert_eq!(told(8888, "tensorboard", None), "");
        assert!(told(8888, "jupyter", None).starts_with(
            "JupyterLab cannot run under this path. | you say so; JupyterLab 4.6.6, tried"
        ));
    }

    #[test]
    fn a_name_warns_on_a_port_that_tells_nothing() {
        let gradio = told(9000, "gradio", None);
        assert!(gradio.starts_with("Gradio needs a setting to work under this path."), "{gradio}");
        assert!(gradio.contains("root_path"), "{gradio}");
    }

    #[test]
    fn what_was_seen_to_work_works_by_any_name() {
        assert_eq!(told(9000, "jupyter", Some((VerdictKind::Works, None))), "");
        assert_eq!(told(9000, "jupyter", Some((VerdictKind::WorksWithSlash, None))), "");
    }

    #[test]
    fn what_was_seen_to_fail_gets_the_advice_for_its_name() {
        let unnamed = (VerdictKind::NeedsOwnHost, None);
        let jupyter = told(9000, "jupyter", Some(unnamed));
        assert!(
            jupyter.contains("leaves the path") && jupyter.contains("Add the route"),
            "{jupyter}"
        );
        let gradio = told(9000, "gradio", Some(unnamed));
        assert!(gradio.starts_with("Gradio needs a setting"), "{gradio}");
        let mistaken = (VerdictKind::NeedsKeptRoute, Some("jupyter"));
        assert!(told(9000, "gradio", Some(mistaken)).starts_with("Gradio cannot run"));
    }
}
