//! What skyports does about a finding by itself: each repair is a form with a preview, and a command.

use crate::endpoint::Mode;
use crate::finding::{Form, Step};
use crate::id::EndpointId;

/// A repair of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// Open the port in the mode `loadbalancer`, then close its path.
    Switch,
    /// Add a route at SkyPilot's own path that leaves the path as it is.
    KeepPath,
    /// The same at a path of our own, where the controller still prefers SkyPilot's.
    KeepOwnPath,
    /// Take such a route away.
    DropKeptPath,
    /// Send requests to the head alone.
    HeadOnly,
}

impl Repair {
    /// Every repair.
    pub const ALL: [Self; 5] =
        [Self::Switch, Self::KeepPath, Self::KeepOwnPath, Self::DropKeptPath, Self::HeadOnly];

    /// The word on its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Switch => "Switch to LoadBalancer",
            Self::KeepPath => "Add the route",
            Self::KeepOwnPath => "Move the route",
            Self::DropKeptPath => "Remove the route",
            Self::HeadOnly => "Send to the head only",
        }
    }

    /// The address of the form that does it, filled in for an endpoint.
    pub fn address(self, EndpointId { cluster, port, mode }: &EndpointId) -> String {
        let (action, mode, extra) = match self {
            Self::Switch => ("open", Mode::LoadBalancer, "switch=on"),
            Self::KeepPath => ("open", *mode, "path=keep"),
            Self::KeepOwnPath => ("open", *mode, "path=own"),
            Self::DropKeptPath => ("close", *mode, "path=keep"),
            Self::HeadOnly => ("open", *mode, "head=on"),
        };
        format!("{}/{action}?ports={port}&mode={mode}&{extra}", cluster.path())
    }

    /// The command that does it.
    pub fn command(self, EndpointId { cluster, port, mode }: &EndpointId) -> String {
        let (action, mode, extra) = match self {
            Self::Switch => ("open", Mode::LoadBalancer, "--switch"),
            Self::KeepPath => ("open", *mode, "--keep-prefix"),
            Self::KeepOwnPath => ("open", *mode, "--keep-prefix=own-path"),
            Self::DropKeptPath => ("close", *mode, "--keep-prefix"),
            Self::HeadOnly => ("open", *mode, "--head-only"),
        };
        // The name on the cloud is always one of the cluster's names, and needs no quotes.
        format!(
            "skyports {action} {}/{} {port} --mode {mode} {extra}",
            cluster.namespace, cluster.name
        )
    }

    /// The repair as a step: its button, and its command.
    pub fn step(self, title: impl Into<String>, id: &EndpointId) -> Step {
        let form = Form { label: self.label().to_owned(), address: self.address(id) };
        Step { form: Some(form), ..Step::command(title, self.command(id)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_overview;

    #[test]
    fn each_repair_is_a_form_and_a_command() {
        let mut id = an_overview().clusters[0].endpoints[0].id.clone();
        id.mode = Mode::Ingress;
        let told = Repair::ALL.map(|it| format!("{} | {}", it.address(&id), it.command(&id)));
        assert_eq!(
            told.join("\n").replace("/c/prod/ml/train-2ea4", "C"),
            "C/open?ports=8888&mode=loadbalancer&switch=on | skyports open ml/train-2ea4 8888 --mode loadbalancer --switch\n\
             C/open?ports=8888&mode=ingress&path=keep | skyports open ml/train-2ea4 8888 --mode ingress --keep-prefix\n\
             C/open?ports=8888&mode=ingress&path=own | skyports open ml/train-2ea4 8888 --mode ingress --keep-prefix=own-path\n\
             C/close?ports=8888&mode=ingress&path=keep | skyports close ml/train-2ea4 8888 --mode ingress --keep-prefix\n\
             C/open?ports=8888&mode=ingress&head=on | skyports open ml/train-2ea4 8888 --mode ingress --head-only"
        );
    }
}
