//! A cloud's controller of load balancers, as a script: it gives each Service of type
//! `LoadBalancer` an address after some seconds, says so in events, and takes it back.
//!
//! It follows the store, so that Services written later fare the same. It knows nothing of who
//! wrote them.

mod event;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::event::Reason;
use crate::apps::network::Network;
use crate::balancer::address::Addresses;
use crate::balancer::{Balancer, Moved};
use crate::document::text;
use crate::store::{Clock, Key, Resource, Store};

/// The finalizer of Kubernetes' service controller.
const FINALIZER: &str = "service.kubernetes.io/load-balancer-cleanup";
/// The controller sees a new Service.
const NOTICE: Duration = Duration::from_secs(1);
/// The quickest address; the slowest takes some seconds more.
const ENSURE: Duration = Duration::from_secs(8);
const SPREAD: u64 = 8;
const DELETE: Duration = Duration::from_secs(2);
/// What failed is tried again after this.
const RETRY: Duration = Duration::from_mins(1);
/// Services of this age have had their address for long when the demo starts.
const ESTABLISHED: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);
/// Kubernetes keeps events for an hour.
const LOOK_AROUND: Duration = Duration::from_mins(5);

/// What the cloud needs.
pub(crate) struct Config {
    /// The pods, and the store that they and the Services live in.
    pub(crate) network: Network,
    /// The addresses of this machine.
    pub(crate) addresses: Arc<Addresses>,
    /// The time.
    pub(crate) clock: Clock,
    /// How much faster than real clouds it is.
    pub(crate) pace: f32,
}

/// The controller's memory.
struct Cloud {
    config: Config,
    stopping: CancellationToken,
    known: BTreeMap<Key, Known>,
}

/// A Service that the controller looks after.
struct Known {
    uid: String,
    stage: Stage,
}

enum Stage {
    /// Just seen.
    New { until: Instant },
    /// The cloud is at work.
    Ensuring { until: Instant },
    /// It has its address.
    Serving(Balancer),
    /// It cannot have what it asks for.
    Failing { until: Instant },
    /// It is being taken down, with what it had.
    Deleting { until: Instant, had: Option<Balancer> },
}

/// Gives the Services that are old an address at once, then follows the store until `stopping`.
pub(crate) fn start(config: Config, stopping: &CancellationToken) {
    let mut versions = config.network.store().changes();
    let mut cloud = Cloud { config, stopping: stopping.clone(), known: BTreeMap::new() };
    cloud.establish();
    let stopped = stopping.clone().cancelled_owned();
    let followed = async move {
        loop {
            versions.borrow_and_update();
            let next = cloud.step(Instant::now());
            tokio::select! {
                seen = versions.changed() => if seen.is_err() { return },
                () = sleep_until(next) => {}
            }
        }
    };
    tokio::spawn(async move {
        tokio::select! {
            () = stopped => {}
            () = followed => {}
        }
    });
}

impl Cloud {
    fn store(&self) -> &Store {
        self.config.network.store()
    }

    fn paced(&self, time: Duration) -> Duration {
        let pace = self.config.pace;
        if pace.is_normal() && pace > 0.0 {
            Duration::try_from_secs_f32(time.as_secs_f32() / pace).unwrap_or(time)
        } else {
            time
        }
    }

    /// Services that want an address, or have had one.
    fn services(&self) -> BTreeMap<Key, Arc<Value>> {
        let services = self.store().list(Resource::Services, None).into_iter();
        let wanting = services.filter(|service| {
            service::wants_address(service) || service::has_finalizer(service, FINALIZER)
        });
        wanting.filter_map(|service| Some((Key::of(&service).ok()?, service))).collect()
    }

    /// What happened long before the demo was started.
    fn establish(&mut self) {
        let now = (self.config.clock)();
        for (key, service) in self.services() {
            if age(&service, now) >= ESTABLISHED && service::deleting(&service).is_none() {
                let stage = self.ensure(&key, &service, false);
                self.know(key, &service, stage);
            }
        }
    }

    /// Does what is due; when to look again if nothing changes until then.
    fn step(&mut self, now: Instant) -> Instant {
        let services = self.services();
        self.known.retain(|key, known| {
            services.get(key).is_some_and(|service| service::uid(service) == known.uid)
        });
        for (key, service) in services {
            let stage = self.known.remove(&key).map(|known| known.stage);
            if let Some(stage) = self.advance(&key, &service, stage, now) {
                self.know(key, &service, stage);
            }
        }
        event::forget_old(self.store(), (self.config.clock)());
        let due = |known: &Known| match known.stage {
            Stage::New { until }
            | Stage::Ensuring { until }
            | Stage::Failing { until }
            | Stage::Deleting { until, .. } => Some(until),
            Stage::Serving(_) => None,
        };
        self.known.values().filter_map(due).min().unwrap_or(now + LOOK_AROUND)
    }

    fn know(&mut self, key: Key, service: &Value, stage: Stage) {
        self.known.insert(key, Known { uid: service::uid(service).to_owned(), stage });
    }

    /// The next stage of a Service; `None` when there is nothing to look after.
    fn advance(
        &self,
        key: &Key,
        service: &Value,
        stage: Option<Stage>,
        now: Instant,
    ) -> Option<Stage> {
        if service::deleting(service).is_some() {
            return self.delete(key, service, stage, now);
        }
        if !service::wants_address(service) {
            // It is of another type now: what it had is dropped with its stage.
            service::release(self.store(), key, FINALIZER);
            return None;
        }
        Some(match stage {
            None => Stage::New { until: now + self.paced(NOTICE) },
            Some(Stage::New { until }) if until <= now => {
                service::add_finalizer(self.store(), key, FINALIZER);
                self.tell(service, Reason::Ensuring, "Ensuring load balancer");
                let longer = service::uid(service).bytes().map(u64::from).sum::<u64>() % SPREAD;
                Stage::Ensuring { until: now + self.paced(ENSURE + Duration::from_secs(longer)) }
            }
            Some(Stage::Ensuring { until } | Stage::Failing { until }) if until <= now => {
                self.ensure(key, service, true)
            }
            Some(Stage::Serving(balancer)) => self.update(key, service, balancer),
            Some(stage) => stage,
        })
    }

    /// Gives the Service its address, or says why not.
    fn ensure(&self, key: &Key, service: &Value, tell: bool) -> Stage {
        if let Some(complaint) = service::complaint(service) {
            return self.fail(service, &complaint);
        }
        let Config { network, addresses, .. } = &self.config;
        let ports = service::ports(service);
        let (network, stopping) = (network.clone(), &self.stopping);
        match Balancer::open(key.clone(), &ports, network, addresses, stopping) {
            Ok((balancer, moved)) => {
                service::add_finalizer(self.store(), key, FINALIZER);
                service::serve(self.store(), key, balancer.ip(), &moved);
                if tell {
                    self.tell(service, Reason::Ensured, "Ensured load balancer");
                }
                Stage::Serving(balancer)
            }
            Err(error) => self.fail(service, &format!("cannot listen: {error}")),
        }
    }

    /// Follows changes of the Service's ports.
    fn update(&self, key: &Key, service: &Value, mut balancer: Balancer) -> Stage {
        service::add_finalizer(self.store(), key, FINALIZER);
        let ports = service::ports(service);
        if balancer.serves(&ports) {
            // Whoever wrote the Service anew may have left out both.
            service::serve(self.store(), key, balancer.ip(), &[]);
            return Stage::Serving(balancer);
        }
        let moved: Vec<Moved> = match balancer.update(&ports) {
            Ok(moved) => moved,
            Err(error) => return self.fail(service, &format!("cannot listen: {error}")),
        };
        service::serve(self.store(), key, balancer.ip(), &moved);
        self.tell(service, Reason::Ensured, "Ensured load balancer");
        Stage::Serving(balancer)
    }

    fn fail(&self, service: &Value, why: &str) -> Stage {
        let message = format!("Error syncing load balancer: failed to ensure load balancer: {why}");
        self.tell(service, Reason::SyncFailed, &message);
        Stage::Failing { until: Instant::now() + self.paced(RETRY) }
    }

    /// Takes the load balancer down and lets go of the Service. What else holds it is not ours.
    fn delete(
        &self,
        key: &Key,
        service: &Value,
        stage: Option<Stage>,
        now: Instant,
    ) -> Option<Stage> {
        if !service::has_finalizer(service, FINALIZER) {
            return None;
        }
        Some(match stage {
            Some(Stage::Deleting { until, had }) if until <= now => {
                // Nobody answers any more when the object goes.
                drop(had);
                self.tell(service, Reason::Deleted, "Deleted load balancer");
                service::release(self.store(), key, FINALIZER);
                return None;
            }
            Some(stage @ Stage::Deleting { .. }) => stage,
            other => {
                self.tell(service, Reason::Deleting, "Deleting load balancer");
                let had = match other {
                    Some(Stage::Serving(balancer)) => Some(balancer),
                    _ => None,
                };
                Stage::Deleting { until: now + self.paced(DELETE), had }
            }
        })
    }

    fn tell(&self, service: &Value, reason: Reason, message: &str) {
        event::write(self.store(), service, reason, message, (self.config.clock)());
    }
}

fn age(object: &Value, now: Timestamp) -> jiff::SignedDuration {
    let created = text(object, "/metadata/creationTimestamp");
    let created = created.and_then(|text| text.parse::<Timestamp>().ok()).unwrap_or(now);
    now.duration_since(created)
}

#[cfg(test)]
mod tests;
