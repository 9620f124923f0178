//! What each context begins with: clusters as `SkyPilot` writes them, of several users, modes, ages
//! and kinds of trouble.
//!
//! It only makes documents; whoever asks puts them into a store. Start reading at [`cloud`].

pub(crate) mod cloud;
mod cluster;
mod drift;
pub(crate) mod extras;
pub(crate) mod lab;
mod object;
mod pod;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub(crate) use self::cluster::Cluster;
use crate::apps::App;
use crate::apps::network::Place;

/// A context's objects, and the apps in its pods.
pub(crate) struct Seed {
    pub(crate) objects: Vec<Value>,
    /// With the name of the cluster that each runs on.
    pub(crate) apps: Vec<(Place, App, String)>,
    context: &'static str,
    now: Timestamp,
}

impl Seed {
    /// An empty context, at the start of the demo.
    fn new(context: &'static str, now: Timestamp, namespaces: &[&str]) -> Self {
        let mut seed = Self { objects: vec![], apps: vec![], context, now };
        let created = seed.ago(days(200));
        for name in ["default", "kube-system"].iter().chain(namespaces) {
            seed.objects.push(object::namespace(name, created));
        }
        for number in 1..=3 {
            let name = format!("{context}-node-{number}");
            seed.objects.push(object::node(&name, created));
        }
        seed
    }

    fn ago(&self, age: SignedDuration) -> Timestamp {
        self.now.saturating_sub(age).unwrap_or(self.now)
    }

    /// Adds a cluster with everything that belongs to it.
    fn add(&mut self, cluster: Cluster) {
        cluster.write(self);
    }
}

const fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

const fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count * 24)
}

#[cfg(test)]
mod tests;
