//! What an experiment on an endpoint's path comes to for people: the reason, and the ways out with
//! everything filled in.

use skyports_model::verdict::Verdict;
use skyports_model::{
    Cluster, ClusterKind, Endpoint, ExternalUrl, Finding, Host, Owner, Reason, Repair, Route, Step,
    VerdictKind,
};

use super::{is_plain, kept_title, tunnels};
use crate::apps::{self, Profile, Stripped};

/// What stands in the way of people at an endpoint that answers; `None` where nothing does, or where
/// that was not found out.
pub fn seen(cluster: &Cluster, endpoint: &Endpoint, verdict: &Verdict) -> Option<Finding> {
    let evidence = verdict.evidence()?;
    let profile = verdict.app.as_ref().and_then(|app| apps::of_id(&app.id));
    needed(cluster, endpoint, profile, verdict.kind, evidence)
}

/// What an app needs at an endpoint, with the ways to it; `None` where it needs nothing.
pub(super) fn needed(
    cluster: &Cluster,
    endpoint: &Endpoint,
    profile: Option<&'static Profile>,
    kind: VerdictKind,
    evidence: String,
) -> Option<Finding> {
    let url = endpoint.urls.first()?;
    let usual = apps::usual_on(endpoint.port()).filter(|_| profile.is_none());
    let case = Case { cluster, endpoint, url, profile, usual };
    let app = profile.map(|profile| profile.name.clone());
    let reason = match kind {
        VerdictKind::Works
        | VerdictKind::WorksWithSlash
        | VerdictKind::Unreachable
        | VerdictKind::Unknown => return None,
        VerdictKind::NeedsFlag => {
            Reason::NeedsSetting { app, why: case.why(), evidence, steps: case.settings() }
        }
        VerdictKind::NeedsKeptRoute => {
            Reason::CannotRunHere { app, why: case.why(), evidence, steps: case.with_kept_route() }
        }
        VerdictKind::NeedsOwnHost => {
            Reason::CannotRunHere { app, why: case.why(), evidence, steps: case.without_path() }
        }
        VerdictKind::WrongHost => {
            let host = url.host().to_string();
            Reason::HostRefused { app, host, evidence, steps: case.host(url.host()) }
        }
    };
    Some(reason.finding(&cluster.id.context))
}

struct Case<'a> {
    cluster: &'a Cluster,
    endpoint: &'a Endpoint,
    url: &'a ExternalUrl,
    /// The app, where its answers told which it is; else the one that is usually on the port.
    profile: Option<&'static Profile>,
    usual: Option<&'static Profile>,
}

impl Case<'_> {
    fn is_kept(&self) -> bool {
        self.endpoint.route == Route::Kept
    }

    /// What happens, as far as it is known of the app; else what that always looks like.
    fn why(&self) -> String {
        let of_app = self.profile.and_then(|profile| {
            if self.is_kept() { profile.kept.why.clone() } else { profile.stripped.why.clone() }
        });
        of_app.unwrap_or_else(|| {
            let why = if self.is_kept() {
                "It sees the path, and answers as if it were at the root of the host."
            } else {
                "It does not see the path, which is taken off on the way."
            };
            why.to_owned()
        })
    }

    /// The app's flag on the route that it has, or on one that keeps the path.
    fn flag(&self, is_kept: bool) -> Option<String> {
        self.flag_of(self.profile?, is_kept)
    }

    fn flag_of(&self, profile: &Profile, is_kept: bool) -> Option<String> {
        let (path, host) = (self.url.path(), Some(self.url.host()));
        let flag =
            if is_kept { profile.kept.flag(path, host) } else { profile.stripped.flag(path, host) };
        // What a link may hold can still mean something to a shell.
        flag.filter(|_| is_plain(path))
    }

    fn settings(&self) -> Vec<Step> {
        let path = self.url.path();
        let start = match self.flag(self.is_kept()) {
            Some(flag) => Step::command("Start it with", flag),
            None => Step::advice(format!("Start it with its setting for a base path: {path}")),
        };
        let usual = self.usual.and_then(|usual| {
            let flag = self.flag_of(usual, self.is_kept())?;
            Some(Step::command(format!("If it is {}, start it with", usual.name), flag))
        });
        let routes = self.own_path().into_iter().chain(self.drop_route());
        [start].into_iter().chain(usual).chain(routes).chain(self.switch()).collect()
    }

    fn with_kept_route(&self) -> Vec<Step> {
        let name = self.profile.map_or("the app", |profile| profile.name.as_str());
        let title = format!("Start {name} without its setting for a path: here it needs none");
        let unset = self.works_stripped().then(|| Step::advice(title));
        let keep = self.is_repairable().then(|| {
            // An app that answers under the path twice was told it: the route is all that it needs.
            let flag = self.flag(true);
            let title = match &flag {
                Some(_) => kept_title(name),
                None => "Or keep the path: add a route that leaves it as it is".to_owned(),
            };
            let step = Repair::KeepPath.step(title, &self.endpoint.id);
            Step { command: flag.or(step.command), ..step }
        });
        unset.into_iter().chain(self.switch()).chain(keep).chain(self.tunnels()).collect()
    }

    /// Ways without the path.
    fn without_path(&self) -> Vec<Step> {
        let (route, switch) = (self.drop_route(), self.switch());
        route.into_iter().chain(switch).chain(self.tunnels()).collect()
    }

    fn tunnels(&self) -> Vec<Step> {
        let Cluster { id, name, kind, .. } = self.cluster;
        // SkyPilot gives the head of a cluster that name; those of controllers may differ.
        let head = format!("{}-head", id.name);
        let head = Some(head.as_str()).filter(|_| *kind == ClusterKind::Cluster);
        tunnels(id, head, Some(name), self.endpoint.port())
    }

    fn host(&self, host: &Host) -> Vec<Step> {
        let flag = self.profile.and_then(|profile| profile.host_flag(host));
        let start = match flag {
            Some(flag) => Step::command("Start it with", flag),
            None => Step::advice(format!("Tell the app that {host} is one of its names")),
        };
        vec![start]
    }

    /// Whether what exposes it is SkyPilot's or ours.
    fn is_repairable(&self) -> bool {
        self.endpoint.owner != Owner::Other && is_plain(self.url.path())
    }

    fn switch(&self) -> Option<Step> {
        // `sky local up` brings no load balancers.
        let has_balancers = self.cluster.id.context.as_str() != "kind-skypilot";
        let title = "Give it an address of its own: switch this port to LoadBalancer";
        let is_possible = has_balancers && self.is_repairable();
        is_possible.then(|| Repair::Switch.step(title, &self.endpoint.id))
    }

    /// A route of ours may be there and get no request: where the controller does not try the longest
    /// path first, SkyPilot's still takes the path off. An app that was told its path then answers as
    /// one that was not, so this is said with an if.
    fn own_path(&self) -> Option<Step> {
        let is_skypilots_path = self.url.path().starts_with("/skypilot/");
        let title = "Or, if it is started so already: the controller prefers SkyPilot’s route. Move ours to a path of its own, and start the app for that";
        (self.has_our_route() && is_skypilots_path)
            .then(|| Repair::KeepOwnPath.step(title, &self.endpoint.id))
    }

    fn has_our_route(&self) -> bool {
        self.is_kept() && self.endpoint.owner == Owner::Skyports
    }

    fn drop_route(&self) -> Option<Step> {
        let title = "Or go back to SkyPilot’s route, which takes the path off";
        self.has_our_route().then(|| Repair::DropKeptPath.step(title, &self.endpoint.id))
    }

    fn works_stripped(&self) -> bool {
        self.profile.is_some_and(|profile| profile.stripped.verdict == Stripped::WorksWithSlash)
    }
}

#[cfg(test)]
mod tests {
    use skyports_model::Timestamp;
    use skyports_model::verdict::Exchange;

    use super::*;
    use crate::testing::*;

    const C: &str = "train-2ea4";

    /// The repairs that are offered where a route of ours is at a path, and the app is not at home.
    fn offered(path: &str) -> Vec<String> {
        let name = "train-2ea4-skyports-8888";
        let route = empty_ingress(name)
            .labelled("app.kubernetes.io/managed-by", "skyports")
            .with_path(path, name, 8888);
        let seen = seen![pod(C), route, service(name, "ClusterIP", C, &[8888]), class("nginx")]
            .and(controller().with_address("203.0.113.10"));
        let cluster = seen.observe().clusters.remove(0);
        let exchange = Exchange::fine(&format!("GET {path}"), "404").fault("not found");
        let verdict = Verdict {
            at: Timestamp(0),
            kind: VerdictKind::NeedsFlag,
            app: None,
            exchanges: vec![exchange],
            requests: 1,
            millis: 1,
        };
        let finding = super::seen(&cluster, &cluster.endpoints[0], &verdict).unwrap();
        finding.steps.into_iter().filter_map(|step| Some(step.form?.label)).collect()
    }

    #[test]
    fn a_route_that_may_get_no_request_can_be_moved_once() {
        let [away, back, switch] =
            [Repair::KeepOwnPath, Repair::DropKeptPath, Repair::Switch].map(Repair::label);
        let at_skypilots = offered("/skypilot/ml/train-2ea4/8888(/.*)?()()$");
        assert_eq!(at_skypilots, [away, back, switch]);
        let moved = offered("/skyports/ml/train-2ea4/8888(/.*)?()()$");
        assert_eq!(moved, [back, switch]);
    }
}
