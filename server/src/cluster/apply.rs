//! Carries out plans: reads, plans, writes, and begins again where somebody else was faster.
//!
//! Each try plans anew from what is there, so that whatever was written by a try whose answer was
//! lost is found, and nothing is ever made twice. Nothing is undone: what was written before a
//! refusal is told, and the same request completes it.

use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures::future::join_all;
use kube::Client;
use skyports_k8s::ground::{Ground, GroundHead};
use skyports_k8s::plan::{Action, Existing, Plan, Reads, Write};
use skyports_model::outcome::{Done, Outcome, Preflight, Stopped};
use skyports_model::plan::{Direction, Verb};
use skyports_model::{
    ClusterId, Code, Finding, ObjectKind, Port, PortSet, Reason, Refusal, WriteFailure,
};
use tokio::time::{Instant, sleep};

use super::actor::Actor;
use super::context::Context;
pub(crate) use super::existing::Depth;
use super::existing::existing;
use super::note;
use super::request::{RequestError, Run, failure, write};
use super::rights::obstacles;

/// A person waits for it; the answer must leave in 10 s.
const PATIENCE: Duration = Duration::from_secs(9);

/// What makes a plan of what there is.
pub(crate) trait Planner:
    Fn(&Existing, &Ground) -> Result<Plan, Refusal> + Send + Sync
{
}

impl<F: Fn(&Existing, &Ground) -> Result<Plan, Refusal> + Send + Sync> Planner for F {}

/// Plans and asks the API server what it would say; changes nothing.
pub(crate) async fn preflight(
    as_whom: (&Context, &Actor),
    cluster: &ClusterId,
    reads: &Reads,
    plan: impl Planner,
) -> Result<Preflight, Finding> {
    let session = Session::open(as_whom, cluster, reads, Instant::now() + PATIENCE).await?;
    let plan = session.plan(Depth::Everything, &plan).await?;
    let failures = obstacles(&session.writer, &plan.writes, session.deadline).await;
    let obstacles = failures.iter().map(|failure| failure.finding(&cluster.context)).collect();
    Ok(Preflight { preview: plan.preview(), obstacles })
}

/// Plans and writes; the first plan starts from what `depth` says.
pub(crate) async fn carry_out(
    as_whom: (&Context, &Actor),
    cluster: &ClusterId,
    (reads, depth): (&Reads, Depth),
    confirmed: &[Port],
    plan: impl Planner,
) -> Result<Outcome, Finding> {
    let plan = |existing: &Existing, ground: &Ground| {
        let plan = plan(existing, ground)?;
        match plan.must_confirm.iter().find(|it| !confirmed.contains(&it.port)) {
            Some(unconfirmed) => Err(Refusal::Unconfirmed(Box::new(unconfirmed.clone()))),
            None => Ok(plan),
        }
    };
    let deadline = Instant::now() + PATIENCE;
    let (context, actor) = as_whom;
    let _turn = context.turn(reads.ingress.as_ref(), deadline).await;
    let mut session = Session::open(as_whom, cluster, reads, deadline).await?;
    let mut pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(400))
        .with_jitter()
        .without_max_times()
        .build();
    let mut begun = Begun::of(session.plan(depth, &plan).await?);
    loop {
        let writes = begun.latest.writes.clone();
        if lets_go(&begun.latest)
            && let Ok(ports) = PortSet::try_from(begun.latest.changed.clone())
        {
            context.let_go(cluster.clone(), ports).await;
        }
        let failed = begun.send(&session, &writes).await;
        let failed = failed.and_then(|(at, error)| Some((writes.get(at..)?.split_first()?, error)));
        let Some((stopped, error)) = failed else {
            let outcome = begun.outcome(None);
            session.leave_note(context, actor, &outcome);
            return Ok(outcome);
        };
        let pause = pauses.next().unwrap_or(PATIENCE);
        let is_late = session.deadline.saturating_duration_since(Instant::now()) < pause;
        let verdict = verdict(stopped.0, &error);
        match verdict {
            Verdict::Final => {
                return Ok(begun.stopped(cluster, stopped, failure(stopped.0, &error)));
            }
            Verdict::Overtaken if is_late || begun.is_same_again(&writes) => {
                let failure = match error.code() {
                    422 => failure(stopped.0, &error),
                    _ => contended(stopped.0, &error),
                };
                return Ok(begun.stopped(cluster, stopped, failure));
            }
            Verdict::Unheard if is_late => {
                return Ok(begun.stopped(cluster, stopped, failure(stopped.0, &error)));
            }
            Verdict::Overtaken => begun.last = Some(writes.clone()),
            Verdict::Unheard => begun.last = None,
        }
        sleep(pause).await;
        session.ground = context.ground(cluster.clone()).await.unwrap_or(session.ground);
        match session.plan(depth.max(Depth::Own), &plan).await {
            Ok(plan) => begun.latest = plan,
            // What may have been written, and what was, must be told.
            Err(finding) if verdict == Verdict::Unheard && finding.code == Code::ReadFailed => {
                return Ok(begun.stopped(cluster, stopped, failure(stopped.0, &error)));
            }
            Err(finding) if begun.done.is_empty() => return Err(finding),
            Err(finding) => return Ok(begun.stopped_by(finding)),
        }
    }
}

/// Whether ports of a load balancer are closed, by themselves or for the other mode.
fn lets_go(plan: &Plan) -> bool {
    let is_balancer = |write: &Write| {
        let before = write.before.as_ref();
        before.and_then(|it| it.pointer("/spec/type")).is_some_and(|it| it == "LoadBalancer")
    };
    let closes = |write: &Write| matches!(write.verb, Verb::RemovePorts | Verb::Delete);
    plan.direction == Direction::Close
        || plan.writes.iter().any(|write| closes(write) && is_balancer(write))
}

fn contended(write: &Write, error: &RequestError) -> WriteFailure {
    WriteFailure::Contended { object: write.object.clone(), error: error.told() }
}

/// What a write's failure means for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Trying again would change nothing.
    Final,
    /// The object is not as it was planned for: plan again.
    Overtaken,
    /// It may have been done or not: look again.
    Unheard,
}

fn verdict(write: &Write, error: &RequestError) -> Verdict {
    match (error.code(), &write.action) {
        (0 | 429 | 500 | 502 | 503 | 504, _) => Verdict::Unheard,
        (409, Action::Apply(_)) => Verdict::Final,
        // A 422 is a test that failed, or a port that somebody else has added meanwhile.
        (409, _)
        | (404 | 422, Action::JsonPatch(_) | Action::StrategicMerge(_))
        | (404, Action::Delete(_)) => Verdict::Overtaken,
        _ => Verdict::Final,
    }
}

/// Everything that a plan needs of one context.
struct Session<'a> {
    /// Reads, as ourselves.
    client: Client,
    /// Writes, as whoever it is that does.
    writer: Client,
    cluster: &'a ClusterId,
    ground: Ground,
    reads: &'a Reads,
    deadline: Instant,
}

impl<'a> Session<'a> {
    async fn open(
        (context, actor): (&Context, &Actor),
        cluster: &'a ClusterId,
        reads: &'a Reads,
        deadline: Instant,
    ) -> Result<Self, Finding> {
        let silent = |error: String| {
            let what = format!("the API of {}", cluster.context);
            Reason::ReadFailed { what, error }.finding(&cluster.context)
        };
        // A click is bounded by itself; the pace is for what repeats.
        let client = within(deadline, context.target.unpaced()).await.map_err(silent)?;
        let writer = actor.client(&client).map_err(silent)?;
        let ground = async {
            let told = context.ground(cluster.clone()).await;
            told.ok_or_else(|| "nobody watches it any more".to_owned())
        };
        let ground = within(deadline, ground).await.map_err(silent)?;
        Ok(Self { client, writer, cluster, ground, reads, deadline })
    }

    /// Tells on the head pod what was done; a Deployment's own events say more than ours would.
    fn leave_note(&self, context: &Context, actor: &Actor, outcome: &Outcome) {
        if let Some(GroundHead::Pod(head)) =
            self.ground.head.clone().filter(|_| !outcome.done.is_empty())
        {
            note::leave(
                (context, actor),
                self.client.clone(),
                self.cluster.namespace.clone(),
                head,
                outcome,
            );
        }
    }

    async fn plan(&self, depth: Depth, plan: &impl Planner) -> Result<Plan, Finding> {
        let Self { client, cluster, ground, reads, deadline, .. } = self;
        let found = existing(client, cluster, ground, reads, depth, *deadline).await?;
        plan(&found, ground).map_err(|refusal| refusal.finding(&cluster.context))
    }
}

async fn within<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let late = || Err(format!("no answer in {} s", PATIENCE.as_secs()));
    tokio::time::timeout_at(deadline, work).await.unwrap_or_else(|_| late())
}

/// What came of the tries so far.
struct Begun {
    first: Plan,
    latest: Plan,
    /// The writes of the try before, where they were overtaken.
    last: Option<Vec<Write>>,
    done: Vec<Done>,
}

impl Begun {
    fn of(plan: Plan) -> Self {
        Self { first: plan.clone(), latest: plan, last: None, done: vec![] }
    }

    fn is_same_again(&self, writes: &[Write]) -> bool {
        self.last.as_deref() == Some(writes)
    }

    /// Sends writes in their order, those that make Services together. The place of the first one
    /// that failed, and why.
    async fn send(
        &mut self,
        session: &Session<'_>,
        writes: &[Write],
    ) -> Option<(usize, RequestError)> {
        let is_service = |write: &Write| {
            write.object.kind == ObjectKind::Service && matches!(write.action, Action::Create(_))
        };
        let mut at = 0;
        for together in writes.chunk_by(|a, b| is_service(a) && is_service(b)) {
            let sent =
                together.iter().map(|it| write(&session.writer, it, Run::Real, session.deadline));
            let mut failed = None;
            for (place, (it, answer)) in together.iter().zip(join_all(sent).await).enumerate() {
                match answer {
                    Ok(()) => {
                        self.done.push(Done { object: it.object.clone(), verb: it.verb });
                    }
                    Err(error) if failed.is_none() => failed = Some((at + place, error)),
                    Err(_) => {}
                }
            }
            if failed.is_some() {
                return failed;
            }
            at += together.len();
        }
        None
    }

    fn stopped(
        self,
        cluster: &ClusterId,
        (stopped, left): (&Write, &[Write]),
        failure: WriteFailure,
    ) -> Outcome {
        let reason = failure.finding(&cluster.context);
        let left = left.iter().map(|write| write.object.clone()).collect();
        self.outcome(Some(Stopped { object: Some(stopped.object.clone()), reason, left }))
    }

    fn stopped_by(self, reason: Finding) -> Outcome {
        self.outcome(Some(Stopped { object: None, reason, left: vec![] }))
    }

    /// Ports that somebody else opened meanwhile count as open already, unless something was
    /// written for them here.
    fn outcome(self, stopped: Option<Stopped>) -> Outcome {
        let Self { first, latest, done, .. } = self;
        let said = if done.is_empty() { latest } else { first };
        let Plan { direction, subject, mode, changed, unchanged, urls, .. } = said;
        Outcome { direction, subject, mode, changed, unchanged, done, stopped, urls }
    }
}
