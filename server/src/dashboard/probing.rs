//! Which endpoints are asked, and when: after they became open, when somebody wishes it, and seldom
//! while somebody looks. What was learnt is kept as long as the endpoint is the same.
//!
//! A check is one question. Of what has a path it is followed by an experiment, where there has been
//! none yet, where somebody wishes it, and where the answer is another one than before.
//!
//! Pure: the time is an argument, and whoever calls runs the checks.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use skyports_k8s::apps::Profile;
use skyports_k8s::subpath;
use skyports_model::verdict::Verdict;
use skyports_model::{
    Cluster, ClusterKind, Code, Endpoint, EndpointId, EndpointState, Finding, ObjectRef, Route,
    Timestamp,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::chain::exposed::exposed;
use crate::probe::door::Door;
use crate::probe::experiment::Subject;
use crate::probe::look::{Look, Wanted};
use crate::probe::outcome::Outcome;
use crate::probe::target::Target;
use crate::probe::trace::Trace;
use crate::probe::verdict;

/// Checks at once.
const AT_ONCE: usize = 16;
/// Between two checks of one endpoint, whoever wishes them.
const SOONEST: Duration = Duration::from_secs(5);
/// Between two checks of one endpoint while somebody looks; longer where there are many.
const SELDOM: Duration = Duration::from_secs(30);
/// Checks a second of all endpoints while somebody looks.
const A_SECOND: usize = 8;
/// What became open is asked again and again for so long, until it answers.
const FRESH: Duration = Duration::from_mins(2);
/// The first pause of those; each next one is twice as long, up to `SOONEST`. A proxy needs 1 to 3
/// seconds to learn of a new port (ingress-nginx 1.11, kube-proxy 1.36).
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Between two experiments that nobody wishes, on what does not work: somebody may be mending it.
const EXPERIMENT: Duration = Duration::from_secs(25);
/// The same on what works.
const EXPERIMENT_SELDOM: Duration = Duration::from_mins(5);
/// An answer like the last one is told anew after so long, in seconds: people need not see a clock.
const TOLD_ANEW: u64 = 300;

/// What a check told whoever waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The overview has it.
    Learnt,
    /// Nothing can be learnt from here.
    Impossible,
}

/// A check to run.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: EndpointId,
    pub(super) target: Target,
    /// Whether somebody wished it.
    pub(super) is_wished: bool,
    /// What is looked for besides.
    pub(super) look: Option<Wanted>,
    serial: u64,
    /// What an experiment would be made on; `None` of what has no path.
    pub(super) subject: Option<Subject>,
    /// After which answer no experiment is made: it is the one that the last verdict is on.
    known: Option<Outcome>,
}

impl Job {
    /// What an experiment is to be made on after that answer.
    pub(super) fn to_experiment_on(&self, outcome: &Outcome) -> Option<&Subject> {
        let is_new = self.known.as_ref().is_none_or(|known| !known.is_like(outcome));
        // A proxy's own page may only be early, and says nothing of the app.
        let is_of_app = matches!(outcome, Outcome::Answered(_)) && !outcome.is_of_proxy();
        self.subject.as_ref().filter(|_| is_new && is_of_app)
    }
}

/// A check that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Job,
    pub(super) learnt: Learnt,
}

/// What a check has found.
#[derive(Debug, Clone)]
pub(super) struct Learnt {
    pub(super) outcome: Outcome,
    pub(super) trace: Trace,
    /// What a closer look found, the last time that somebody wished one.
    pub(super) look: Look,
    /// What an experiment found, the last time that one was made.
    pub(super) verdict: Option<Verdict>,
    /// Whether the last check looked for all that can be looked for, as somebody wished.
    pub(super) is_close: bool,
    pub(super) at: Timestamp,
}

impl Learnt {
    /// The same, as it is told to whoever says that the app is `app`.
    pub(super) fn said(self, app: &'static Profile, route: Route) -> Self {
        let verdict = self.verdict.map(|it| subpath::verdict_as_said(&it, app, route));
        Self { verdict, ..self }
    }
}

/// All endpoints that can be asked.
#[derive(Debug, Default)]
pub(super) struct Probing {
    kept: BTreeMap<EndpointId, Kept>,
    running: usize,
    serials: u64,
}

/// What is known of one endpoint.
#[expect(clippy::struct_excessive_bools, reason = "they are not of one thing")]
#[derive(Debug)]
struct Kept {
    /// What it is; another target or object is another endpoint.
    target: Target,
    subject: Option<Subject>,
    object: ObjectRef,
    opened: Option<Timestamp>,
    wanted: Wanted,
    serial: u64,
    is_open: bool,
    /// Whether it is asked on demand alone.
    is_quiet: bool,
    /// What the overview tells.
    last: Option<(Outcome, Timestamp)>,
    /// What the last check found, with its times.
    learnt: Option<Learnt>,
    /// When the last experiment was made, and after which answer.
    experimented: Option<(Instant, Outcome)>,
    started: Option<Instant>,
    checks: u32,
    is_running: bool,
    is_wished: bool,
    waiting: Vec<oneshot::Sender<Told>>,
    fresh_until: Option<Instant>,
}

impl Probing {
    /// Follows the clusters as the objects tell them; `is_first` while contexts are still being
    /// read, when nothing has become open.
    pub(super) fn follow(&mut self, clusters: &[Cluster], now: Instant, is_first: bool) {
        let mut before = std::mem::take(&mut self.kept);
        let endpoints = clusters.iter().flat_map(|cluster| {
            // SkyServe opens a range of ports for services that are yet to come.
            let is_quiet = cluster.kind == ClusterKind::ServeController;
            cluster.endpoints.iter().map(move |endpoint| (endpoint, is_quiet))
        });
        for (endpoint, is_quiet) in endpoints {
            let is_open = endpoint.state == EndpointState::Open;
            // Of a context that is silent the endpoints are as they were.
            let is_silent = matches!(endpoint.state, EndpointState::Unknown { .. });
            let Some(target) = Target::of(endpoint).filter(|_| is_open || is_silent) else {
                continue;
            };
            let kept = before.remove(&endpoint.id).filter(|kept| kept.is_of(endpoint, &target));
            let mut kept = kept.unwrap_or_else(|| {
                self.serials += 1;
                let fresh_until = (!is_first && is_open).then(|| now + FRESH);
                Kept::new(endpoint, target, self.serials, fresh_until)
            });
            kept.is_open = is_open;
            kept.is_quiet = is_quiet;
            kept.wanted = wanted(endpoint);
            self.kept.insert(endpoint.id.clone(), kept);
        }
    }

    /// Says of open endpoints what was learnt of them.
    pub(super) fn apply(&self, clusters: &mut [Cluster]) {
        for cluster in clusters {
            for place in 0..cluster.endpoints.len() {
                let Some(endpoint) = cluster.endpoints.get(place) else { continue };
                let Some(kept) = self.kept.get(&endpoint.id).filter(|kept| kept.is_open) else {
                    continue;
                };
                let told = kept.last.as_ref();
                let state =
                    told.and_then(|(outcome, at)| verdict::state(outcome, cluster, endpoint, *at));
                let learnt = kept.learnt.as_ref();
                let warning = learnt.and_then(|learnt| exposed(cluster, endpoint, learnt));
                let verdict = learnt.and_then(|learnt| learnt.verdict.as_ref());
                let seen =
                    verdict.map(|verdict| (verdict, subpath::seen(cluster, endpoint, verdict)));
                if let Some(endpoint) = cluster.endpoints.get_mut(place) {
                    endpoint.state = state.unwrap_or(EndpointState::Open);
                    endpoint.warnings.extend(warning);
                    if let Some((verdict, finding)) = seen {
                        tell(endpoint, verdict, finding);
                    }
                }
            }
        }
    }

    /// Somebody wishes a check.
    pub(super) fn wish(&mut self, id: &EndpointId, waiting: Option<oneshot::Sender<Told>>) {
        if let Some(kept) = self.kept.get_mut(id).filter(|kept| kept.is_open) {
            kept.is_wished = true;
            kept.waiting.extend(waiting);
        }
    }

    /// What the last check of an endpoint found, with its times.
    pub(super) fn learnt(&self, id: &EndpointId) -> Option<Learnt> {
        self.kept.get(id)?.learnt.clone()
    }

    /// The checks to run now.
    pub(super) fn due(&mut self, now: Instant, is_watched: bool) -> Vec<Job> {
        let period = self.period();
        let mut due: Vec<_> = self
            .kept
            .iter_mut()
            .filter_map(|(id, kept)| Some((kept.due(period, is_watched, now)?, id, kept)))
            .filter(|(at, ..)| *at <= now)
            .collect();
        // Wishes first, then who has waited longest.
        due.sort_by_key(|(at, _, kept)| (!kept.is_wished, *at));
        let room = AT_ONCE.saturating_sub(self.running);
        let jobs: Vec<Job> =
            due.into_iter().take(room).map(|(_, id, kept)| kept.job(id, now)).collect();
        self.running += jobs.len();
        jobs
    }

    /// When the next check is due; `None` while none is, or while as many run as may.
    pub(super) fn next(&self, now: Instant, is_watched: bool) -> Option<Instant> {
        let period = self.period();
        let due = self.kept.values().filter_map(|kept| kept.due(period, is_watched, now));
        due.min().filter(|_| self.running < AT_ONCE)
    }

    /// Takes what a check has found; whether the overview is to say something else now.
    pub(super) fn take(&mut self, Ended { job, learnt }: Ended) -> bool {
        self.running = self.running.saturating_sub(1);
        // An endpoint that is another one since is not told of.
        let kept = self.kept.get_mut(&job.id).filter(|kept| kept.serial == job.serial);
        kept.is_some_and(|kept| kept.take(learnt))
    }

    /// Between two checks of an endpoint that is well.
    fn period(&self) -> Duration {
        let all = u32::try_from(self.kept.len() / A_SECOND).unwrap_or(u32::MAX);
        SELDOM.max(Duration::from_secs(all.into()))
    }
}

/// What a closer look at an endpoint looks for.
fn wanted(endpoint: &Endpoint) -> Wanted {
    Wanted {
        door: endpoint.app.as_ref().and_then(|app| Door::of(&app.id)),
        is_spread: endpoint.warnings.iter().any(|it| it.code == Code::MultiNodeRouting),
    }
}

impl Kept {
    fn new(endpoint: &Endpoint, target: Target, serial: u64, fresh: Option<Instant>) -> Self {
        Self {
            target,
            subject: Subject::of(endpoint),
            object: endpoint.object.clone(),
            opened: endpoint.opened,
            wanted: Wanted::default(),
            serial,
            is_open: false,
            is_quiet: false,
            last: None,
            learnt: None,
            experimented: None,
            started: None,
            checks: 0,
            is_running: false,
            is_wished: false,
            waiting: vec![],
            fresh_until: fresh,
        }
    }

    fn is_of(&self, endpoint: &Endpoint, target: &Target) -> bool {
        self.target == *target
            && self.subject == Subject::of(endpoint)
            && self.object == endpoint.object
            && self.opened == endpoint.opened
    }

    /// When it is to be asked.
    fn due(&self, period: Duration, is_watched: bool, now: Instant) -> Option<Instant> {
        if self.is_running || !self.is_open {
            return None;
        }
        let is_fresh = !self.is_quiet && self.fresh_until.is_some_and(|until| now < until);
        let is_watched = is_watched && !self.is_quiet;
        match self.started {
            None => (self.is_wished || is_fresh || is_watched).then_some(now),
            Some(started) if is_fresh && !self.has_answered() => Some(started + self.pause()),
            Some(started) if self.is_wished => Some(started + SOONEST),
            // Not all at once: each has its own few seconds more.
            Some(started) => {
                is_watched.then(|| started + period + Duration::from_secs(self.serial * 7 % 11))
            }
        }
    }

    /// Whether the app has. A proxy's own page that there is nothing may only be early.
    fn has_answered(&self) -> bool {
        let is_of_app = |outcome: &Outcome| outcome.has_answered() && !outcome.is_of_proxy();
        self.last.as_ref().is_some_and(|(outcome, _)| is_of_app(outcome))
    }

    /// Between two checks of what became open.
    fn pause(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.checks.saturating_sub(1));
        SOONEST.min(FIRST_PAUSE.saturating_mul(doubled))
    }

    fn job(&mut self, id: &EndpointId, now: Instant) -> Job {
        self.started = Some(now);
        self.checks = self.checks.saturating_add(1);
        self.is_running = true;
        // At the door is knocked once unasked; more is looked for when somebody wishes it.
        let unasked = self.learnt.is_none().then_some(Wanted { is_spread: false, ..self.wanted });
        let look = if self.is_wished { Some(self.wanted) } else { unasked };
        let known = self.experimented.as_ref().filter(|_| !self.is_wished);
        let is_well = self.verdict().is_some_and(|verdict| verdict.kind.is_well());
        let rest = if is_well { EXPERIMENT_SELDOM } else { EXPERIMENT };
        let rests = known.is_some_and(|(at, _)| now < *at + rest);
        Job {
            id: id.clone(),
            target: self.target.clone(),
            is_wished: self.is_wished,
            look,
            serial: self.serial,
            subject: self.subject.clone().filter(|_| !rests),
            known: known.map(|(_, outcome)| outcome.clone()),
        }
    }

    fn verdict(&self) -> Option<&Verdict> {
        self.learnt.as_ref()?.verdict.as_ref()
    }

    fn take(&mut self, learnt: Learnt) -> bool {
        self.is_running = false;
        let Learnt { outcome, at, .. } = learnt.clone();
        if learnt.verdict.is_some() {
            self.experimented = self.started.map(|at| (at, outcome.clone()));
        }
        let is_other_verdict = match (self.verdict(), &learnt.verdict) {
            (Some(known), Some(verdict)) => !known.is_like(verdict),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let before = self.learnt.take();
        let (look, verdict) = before.map(|it| (it.look, it.verdict)).unwrap_or_default();
        let (look, verdict) = (learnt.look.or(look), learnt.verdict.or(verdict));
        self.learnt = Some(Learnt { look, verdict, ..learnt });
        let told = match outcome {
            Outcome::Forbidden(_) | Outcome::NoWay(_) => Told::Impossible,
            _ => Told::Learnt,
        };
        for waiting in self.waiting.drain(..) {
            // Who does not wait any more needs no answer.
            let _ = waiting.send(told);
        }
        let was_wished = std::mem::take(&mut self.is_wished);
        let is_known = self.last.as_ref().is_some_and(|(last, then)| {
            last.is_like(&outcome) && then.age(at) < TOLD_ANEW && !was_wished
        });
        if !is_known {
            self.last = Some((outcome, at));
        }
        !is_known || is_other_verdict
    }
}

/// Says of an endpoint that answers what an experiment found: in place of the guess by its port.
fn tell(endpoint: &mut Endpoint, verdict: &Verdict, finding: Option<Finding>) {
    if let Some(app) = &verdict.app {
        endpoint.app = Some(app.clone());
    }
    if !verdict.kind.is_well() && !verdict.kind.is_fault() {
        return;
    }
    endpoint.warnings.retain(|warning| !subpath::is_guess(warning));
    // A check tells a refused host, too, and knows less of what to do.
    let is_to_tell = match &endpoint.state {
        EndpointState::Ready { .. } => true,
        EndpointState::Attention { reason } => reason.code == Code::HostRefused,
        EndpointState::Open
        | EndpointState::Pending { .. }
        | EndpointState::Failed { .. }
        | EndpointState::Unknown { .. } => false,
    };
    if let Some(reason) = finding.filter(|_| is_to_tell) {
        endpoint.state = EndpointState::Attention { reason };
    }
}
