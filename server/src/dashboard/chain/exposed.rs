//! Whether whoever is on the internet runs programs at an endpoint, by what a closer look has found.

use skyports_k8s::check::{Audience, audience_of};
use skyports_model::{Cluster, Endpoint, Finding, Host, Trouble};

use crate::dashboard::probing::Learnt;
use crate::probe::door::Entry;

/// The finding, where a public address lets anybody in.
pub(crate) fn exposed(cluster: &Cluster, endpoint: &Endpoint, learnt: &Learnt) -> Option<Finding> {
    let knock = learnt.look.knock.as_ref().filter(|knock| knock.entry == Entry::Anybody)?;
    let mut hosts =
        learnt.trace.addresses.iter().filter_map(|ip| Host::parse(&ip.to_string()).ok());
    let host = hosts.find(|host| audience_of(host) == Some(Audience::Public))?;
    let trouble = Trouble::PublicWithoutAuth {
        app: knock.door.name.to_owned(),
        login: knock.door.login,
        port: endpoint.port(),
        cluster: cluster.name.clone(),
        evidence: format!("{}, without a login; {host} is a public address", knock.told),
    };
    Some(trouble.finding())
}
