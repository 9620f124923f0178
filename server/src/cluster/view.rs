//! Our view of one context: its watches, what they found, and the picture made of it.
//!
//! One task a context owns the kept objects; contexts know nothing of each other, so that one
//! that is dead or slow delays nobody.

use std::collections::BTreeMap;
use std::time::Duration;

use kube::{Api, Client};
use skyports_k8s::ground::Ground;
use skyports_k8s::objects::{About, EventFacts, Kind, Objects};
use skyports_k8s::observe::{Observed, Scope, observe, orphans};
use skyports_k8s::wire;
use skyports_model::{
    Cluster, Code, ContextName, ContextState, ContextStatus, EndpointState, Finding, Namespace,
    ObjectRef, Reason, Timestamp,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::context::Question;
use super::contexts::{Namespaces, Target, Wanted};
use super::guard::Guarded;
use super::health::{ContextHealth, Health, Watched};
use super::watch::{Message, Selection, Watch, What};
use crate::config::clock;

/// Changes within this time of the last picture are shown together.
const COALESCE: Duration = Duration::from_millis(20);
/// A credential plugin that failed is asked again after this long.
const RECONNECT: Duration = Duration::from_secs(5);
/// Messages of the watches that wait for the view; beyond it the watches wait too.
const QUEUE: usize = 1_024;

/// A cluster that goes down leaves nothing behind after so many seconds.
const GOING_DOWN: i64 = 60;

/// What is known of one context at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The context's place in the list of contexts.
    pub index: usize,
    /// Whether the picture is current, and what is missing.
    pub status: ContextStatus,
    /// The context's clusters.
    pub clusters: Vec<Cluster>,
    /// Whether every watch has been answered, for those who look once.
    pub settled: bool,
}

/// Watches a context until `pictures` is closed, and answers questions about what it has seen.
pub(crate) async fn run(
    index: usize,
    wanted: Wanted,
    questions: mpsc::Receiver<Question>,
    pictures: mpsc::Sender<Picture>,
) {
    let Wanted { name, target } = wanted;
    let target = match target {
        Ok(target) => target,
        Err(error) => {
            let findings = vec![Reason::ContextInvalid { error }.finding(&name)];
            let status =
                ContextStatus { name, state: ContextState::Unreachable, findings, namespace: None };
            // Nobody left to tell is no failure.
            let _ = pictures.send(Picture { index, status, clusters: vec![], settled: true }).await;
            return;
        }
    };
    let (tell, messages) = mpsc::channel(QUEUE);
    let watches = tokio::spawn(async move {
        let client = connect(&target, &tell).await;
        let mut watches = JoinSet::new();
        start(&mut watches, &client, &target, &tell);
        drop(tell);
        while watches.join_next().await.is_some() {}
    });
    let view = View {
        index,
        objects: Objects::default(),
        health: ContextHealth::new(name.clone()),
        narrowed: BTreeMap::new(),
        name,
        last: None,
        alone: BTreeMap::new(),
    };
    view.run(messages, questions, pictures).await;
    watches.abort();
}

/// A client for the context; tries until there is one, and tells why there is none yet.
async fn connect(target: &Target, tell: &mpsc::Sender<Message>) -> Client {
    loop {
        match target.connect().await {
            Ok(client) => return client,
            Err(error) => {
                for watched in Watched::ALL {
                    let what =
                        What::Health(Health::Failing { since: clock::now(), error: error.clone() });
                    let _ = tell.send(Message { watched, what }).await;
                }
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }
}

/// The six watches. `SkyPilot` lists its own pods by label; Ingresses carry none, and the ingress
/// controller's Service is not `SkyPilot`'s, so those are listed whole and kept only when relevant.
fn start(
    watches: &mut JoinSet<()>,
    client: &Client,
    target: &Target,
    tell: &mpsc::Sender<Message>,
) {
    let mut spawner = Spawner { watches, client, target, tell };
    spawner.namespaced::<wire::Pod>(Watched::Pods, Some("parent=skypilot"), None, |_| true);
    spawner.namespaced::<wire::Service>(Watched::Services, None, None, |_| true);
    spawner.namespaced::<wire::Ingress>(Watched::Ingresses, None, None, |_| true);
    // Two watches share the kept events: most of a cluster's events are about neither.
    let of_services = Some("involvedObject.kind=Service");
    let is_of_service = |event: &EventFacts| event.about() == About::Service;
    spawner.namespaced::<wire::Event>(Watched::ServiceEvents, None, of_services, is_of_service);
    let of_pods = Some("involvedObject.kind=Pod");
    let is_of_pod = |event: &EventFacts| event.about() == About::Pod;
    spawner.namespaced::<wire::Event>(Watched::PodEvents, None, of_pods, is_of_pod);
    spawner.cluster_wide::<wire::IngressClass>(Watched::IngressClasses);
}

struct Spawner<'a> {
    watches: &'a mut JoinSet<()>,
    client: &'a Client,
    target: &'a Target,
    tell: &'a mpsc::Sender<Message>,
}

impl Spawner<'_> {
    fn watch<K: Kind>(&self, selection: Selection<K>) -> Watch<K> {
        Watch { selection, server: self.target.server(), tell: self.tell.clone() }
    }

    fn namespaced<K>(
        &mut self,
        watched: Watched,
        labels: Option<&'static str>,
        fields: Option<&'static str>,
        is_own: fn(&K::Facts) -> bool,
    ) where
        K: Kind + kube::Resource<Scope = kube::core::NamespaceResourceScope>,
    {
        // One namespace was asked for: Services are still tried everywhere, since the ingress
        // controller's address lies in another one.
        let (wide, fallback) = match (&self.target.namespaces, watched) {
            (Namespaces::All, _) => (true, None),
            (Namespaces::AllElse(own), _) => (true, Some(own.clone())),
            (Namespaces::One(only), Watched::Services) => (true, Some(only.clone())),
            (Namespaces::One(only), _) => (false, Some(only.clone())),
        };
        let watch = self.watch(Selection { watched, labels, fields, is_own });
        let client = self.client.clone();
        self.watches.spawn(async move {
            if wide
                && watch
                    .run(Api::<Guarded<K>>::all(client.clone()), fallback.is_some())
                    .await
                    .is_ok()
            {
                return;
            }
            if let Some(namespace) = fallback {
                let api = Api::<Guarded<K>>::namespaced(client, namespace.as_str());
                watch.narrowed(namespace).await;
                // Only a watch that yields ends with a refusal.
                let _ = watch.run(api, false).await;
            }
        });
    }

    fn cluster_wide<K>(&mut self, watched: Watched)
    where
        K: Kind + kube::Resource<Scope = kube::core::ClusterResourceScope>,
    {
        let watch =
            self.watch::<K>(Selection { watched, labels: None, fields: None, is_own: |_| true });
        let api = Api::<Guarded<K>>::all(self.client.clone());
        self.watches.spawn(async move {
            let _ = watch.run(api, false).await;
        });
    }
}

/// The kept objects of a context and the last picture made of them.
struct View {
    index: usize,
    name: ContextName,
    objects: Objects,
    health: ContextHealth,
    /// The one namespace that a watch looks at, where it may not look at all.
    narrowed: BTreeMap<Watched, Namespace>,
    last: Option<Picture>,
    /// Objects without a cluster, and since when.
    alone: BTreeMap<ObjectRef, Timestamp>,
}

impl View {
    async fn run(
        mut self,
        mut messages: mpsc::Receiver<Message>,
        mut questions: mpsc::Receiver<Question>,
        pictures: mpsc::Sender<Picture>,
    ) {
        let mut dirty = true;
        let mut not_before = Instant::now();
        let mut wake: Option<Timestamp> = None;
        loop {
            let due = match (dirty, wake) {
                (true, _) => Some(not_before),
                (false, Some(moment)) => {
                    Some(Instant::now() + Duration::from_secs(moment.until(clock::now())))
                }
                (false, None) => None,
            };
            tokio::select! {
                biased;
                message = messages.recv() => match message {
                    Some(message) => dirty |= self.take(message),
                    None => return,
                },
                Some(question) = questions.recv() => self.answer(question),
                () = until(due) => {
                    let (picture, next) = self.picture(clock::now());
                    wake = next;
                    dirty = false;
                    not_before = Instant::now() + COALESCE;
                    if self.last.as_ref() != Some(&picture) {
                        self.last = Some(picture.clone());
                        if pictures.send(picture).await.is_err() {
                            return;
                        }
                    }
                }
                () = pictures.closed() => return,
            }
        }
    }

    fn answer(&mut self, question: Question) {
        match question {
            Question::Ground(cluster, answer) => {
                let sees_classes = self.health.has_listed(Watched::IngressClasses);
                // Nobody left to tell is no failure.
                let _ = answer.send(Ground::of(&self.objects, sees_classes, &cluster));
            }
            Question::Leftovers(answer) => {
                let _ = answer.send(self.staying(clock::now()));
            }
            Question::LettingGo(cluster, ports, answer) => {
                self.objects.let_go(&cluster, &ports);
                let _ = answer.send(());
            }
        }
    }

    /// Takes a message in; `true` when the picture may differ now.
    fn take(&mut self, Message { watched, what }: Message) -> bool {
        match what {
            What::Edit(edit) => edit(&mut self.objects),
            What::Health(health) => {
                self.health.set(watched, health);
                true
            }
            What::Unreadable(object, error) => {
                self.health.unreadable(object, error);
                true
            }
            What::Narrowed(namespace) => {
                self.narrowed.insert(watched, namespace.clone());
                self.health.namespace = Some(namespace);
                true
            }
        }
    }

    /// What to say of objects without a cluster, and when there will be more to say: those of a
    /// cluster that goes down are gone in seconds.
    fn left_behind(
        &mut self,
        found: Vec<ObjectRef>,
        now: Timestamp,
    ) -> (Option<Finding>, Option<Timestamp>) {
        let sees_pods_of = |object: &ObjectRef| {
            let narrowed = self.narrowed.get(&Watched::Pods);
            narrowed.is_none_or(|namespace| *namespace == object.namespace)
        };
        let before = &self.alone;
        let since = |object: &ObjectRef| before.get(object).copied().unwrap_or(now);
        let alone = found.into_iter().filter(sees_pods_of);
        self.alone = alone.map(|object| (object.clone(), since(&object))).collect();
        let objects = self.staying(now);
        let young = self.alone.values().filter(|since| !stays(**since, now)).min();
        let next = young.map(|since| since.plus(GOING_DOWN));
        let reason = (!objects.is_empty()).then_some(Reason::Orphaned { objects });
        (reason.map(|reason| reason.finding(&self.name)), next)
    }

    /// What is alone for longer than it takes a cluster to go down.
    fn staying(&self, now: Timestamp) -> Vec<ObjectRef> {
        let alone = self.alone.iter().filter(|(_, since)| stays(**since, now));
        alone.map(|(object, _)| object.clone()).collect()
    }

    /// Whether a watch sees one namespace where the pods' sees all: nothing can be said elsewhere.
    fn narrowed_apart(&self, watched: Watched) -> bool {
        self.narrowed.contains_key(&watched) && !self.narrowed.contains_key(&Watched::Pods)
    }

    /// The picture at `now`, and the next moment at which it changes by time alone.
    fn picture(&mut self, now: Timestamp) -> (Picture, Option<Timestamp>) {
        let (mut status, next_status) = self.health.status(now);
        let scope = Scope {
            context: &self.name,
            now,
            sees_events: self.health.has_listed(Watched::ServiceEvents)
                && !self.narrowed_apart(Watched::ServiceEvents),
            sees_controller: !self.narrowed.contains_key(&Watched::Services),
            sees_classes: self.health.has_listed(Watched::IngressClasses),
        };
        let complete =
            self.health.has_listed(Watched::Pods) && self.health.has_listed(Watched::Services);
        let Observed { mut clusters, next } = if complete {
            observe(&self.objects, &scope)
        } else {
            Observed { clusters: vec![], next: None }
        };
        // Where pods are seen and their Services are not, nothing can be said of their ports.
        for watched in [Watched::Services, Watched::Ingresses] {
            if let Some(namespace) = self.narrowed.get(&watched) {
                clusters.retain(|cluster| cluster.id.namespace == *namespace);
            }
        }
        if let Some(since) = self.health.outdated_since(status.state) {
            for cluster in &mut clusters {
                outdated(cluster, since);
            }
        }
        alarm(&mut status, &clusters);
        let found = if complete { orphans(&self.objects, &scope) } else { vec![] };
        let (left_behind, next_left) = self.left_behind(found, now);
        status.findings.extend(left_behind);
        let settled = self.health.is_settled();
        let next = [next_status, next, next_left]
            .into_iter()
            .flatten()
            .min()
            .map(|moment| moment.max(now.plus(1)));
        (Picture { index: self.index, status, clusters, settled }, next)
    }
}

/// Whether what is alone since then is left behind.
fn stays(since: Timestamp, now: Timestamp) -> bool {
    now.0 - since.0 >= GOING_DOWN
}

/// Tells on top of the page what must not be overlooked.
fn alarm(status: &mut ContextStatus, clusters: &[Cluster]) {
    let endpoints = clusters.iter().flat_map(|cluster| &cluster.endpoints);
    let warnings = endpoints.flat_map(|endpoint| &endpoint.warnings);
    for warning in warnings.filter(|warning| warning.code == Code::RestrictionDropped) {
        // Several ports of one load balancer say the same.
        if !status.findings.contains(warning) {
            status.findings.push(warning.clone());
        }
    }
}

/// Marks what is shown of a cluster as old: its links stay, its states are not known any more.
fn outdated(cluster: &mut Cluster, since: Timestamp) {
    for endpoint in &mut cluster.endpoints {
        let was = endpoint.state.label();
        let reason = Reason::StaleEndpoint { was, since }.finding(&cluster.id.context);
        endpoint.state = EndpointState::Unknown { reason };
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
