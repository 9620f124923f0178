//! The contexts that would spoil a first impression: each shows one way of failing.

use jiff::Timestamp;
use serde_json::json;

use super::cloud::{self, MAYA, PRIYA, TOMAS};
use super::{Cluster, Seed, days, hours};
use crate::apps::App;
use crate::document::section;

/// `demo-locked`: there is a cluster, which nobody may list.
pub(crate) fn locked(now: Timestamp) -> Seed {
    let mut seed = Seed::new("demo-locked", now, &[]);
    seed.add(Cluster::new("secret-sauce", PRIYA, days(2)).runs(8000, App::Plain).balanced([8000]));
    seed
}

/// `demo-away`: answers at first.
pub(crate) fn away(now: Timestamp) -> Seed {
    let mut seed = Seed::new("demo-away", now, &[]);
    seed.add(Cluster::new("laptop-lid", TOMAS, hours(6)).runs(8080, App::Plain).balanced([8080]));
    seed
}

/// `kind-skypilot`: what `sky local up` makes, with a Service of a type that it cannot serve.
pub(crate) fn sky_local(now: Timestamp, node_port: u16) -> Seed {
    let mut seed = Seed::new("kind-skypilot", now, &["ingress-nginx"]);
    cloud::controller(&mut seed, node_port);
    seed.add(
        Cluster::new("local-tb", MAYA, hours(2)).runs(6006, App::TensorBoard).ingress(&[6006]),
    );
    seed.add(Cluster::new("local-lb", MAYA, hours(1)).runs(8888, App::Jupyter).balanced([8888]));
    seed
}

/// `demo-odd`: one object that no client can decode; no API server would have taken it.
pub(crate) fn odd(now: Timestamp) -> Seed {
    let mut seed = Seed::new("demo-odd", now, &[]);
    seed.add(Cluster::new("plain-page", TOMAS, hours(9)).runs(8080, App::Plain).balanced([8080]));
    let selector = json!({ "skypilot-cluster-name": "plain-page-3b7e02f4" });
    let (name, created) = ("plain-page-3b7e02f4-copy", seed.ago(hours(8)));
    let mut service = super::object::service("default", name, "LoadBalancer", selector, created);
    section(&mut service, "spec").insert("ports".to_owned(), "many".into());
    seed.objects.push(service);
    super::drift::left_behind(&mut seed, "default", "warm-up-5f2a91cd", 8888);
    seed
}
