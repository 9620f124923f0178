//! Opens and closes ports: the use-cases of a preview and of a click.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use skyports_app::dashboard::{DashboardError, Place};
use skyports_k8s::check::Surroundings;
use skyports_k8s::ground::Ground;
use skyports_k8s::plan::{self, CustomMetadata, Environment, Existing, Plan, Reads};
use skyports_model::outcome::Preflight;
use skyports_model::share::GuestLink;
use skyports_model::{
    Ask, Caution, CloseRequest, ClusterId, ContextName, DefaultMode, Endpoint, Extent, Finding,
    Mode, OpenMode, OtherMode, Outcome, Overview, Port, Prefix, Reach, Refusal, Step,
};
use tokio::time::timeout;

use super::check::Readings;
use super::{audit, share};
use crate::cluster::actor::Actor;
use crate::cluster::apply::{self, Depth};
use crate::cluster::context::Context;
use crate::cluster::links;
use crate::config::clock;
use crate::config::skypilot::SkyPilotConfig;

/// What a preview of closing waits for the guest links at most.
const LINKS_PATIENCE: Duration = Duration::from_secs(2);

/// What of the user's settings concerns writing.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The files of SkyPilot's config; read anew for each request, since people edit them.
    pub skypilot_config: Vec<PathBuf>,
    /// Whether `kind-skypilot` is the kubeconfig's current context.
    pub is_sky_local: bool,
    /// Whether nothing may be written.
    pub read_only: bool,
    /// The groups that are named with a reader who writes, where they are theirs.
    pub write_groups: Vec<String>,
    /// Where this skyports is reached; `None` for a command, which is not.
    pub place: Option<Place>,
}

impl Settings {
    /// The mode of a cluster's next port.
    pub(super) fn default_mode(&self, overview: &Overview, cluster: &ClusterId) -> DefaultMode {
        let config = SkyPilotConfig::read(&self.skypilot_config).of(&cluster.context);
        let used = overview.cluster(cluster).into_iter().flat_map(|cluster| &cluster.endpoints);
        DefaultMode::of(used.map(Endpoint::mode), config.ports, self.is_sky_local)
    }

    fn environment(
        &self,
        context: &ContextName,
        ground: &Ground,
        surroundings: &Surroundings,
    ) -> Environment {
        let config = SkyPilotConfig::read(&self.skypilot_config).of(context);
        Environment {
            context: context.clone(),
            ingress_classes: ground.ingress_classes.clone(),
            custom_metadata: CustomMetadata {
                labels: config.labels,
                annotations: config.annotations,
            },
            surroundings: surroundings.clone(),
            strangers: ground.strangers.clone(),
        }
    }
}

/// What would happen.
pub(super) async fn preflight(
    actor: Actor,
    settings: Settings,
    context: Option<Arc<Context>>,
    readings: Arc<Readings>,
    ask: Ask,
) -> Result<Preflight, DashboardError> {
    let Some(context) = context else { return Err(unusable(&ask.cluster().context)) };
    let reads = Reads::of(&ask);
    let surroundings = if needs_surroundings(&ask) {
        readings.surroundings(&ask.cluster().context, &context).await
    } else {
        Surroundings::default()
    };
    let plan = |existing: &Existing, ground: &Ground| {
        planned(&settings, &surroundings, &ask, existing, ground)
    };
    let preflight = apply::preflight((&context, &actor), ask.cluster(), &reads, plan).await;
    let mut preflight = preflight.map_err(DashboardError::of)?;
    if let Ask::Close(request) = &ask {
        preflight.preview.warnings.extend(ending_links(&context, request).await);
    }
    if !preflight.preview.steps.is_empty()
        && let Some(refusal) = refusal(&settings, &actor, &context).await
    {
        preflight.obstacles.insert(0, refusal.finding(&ask.cluster().context));
    }
    Ok(preflight)
}

/// Makes it happen.
pub(super) async fn carry_out(
    actor: Actor,
    settings: Settings,
    context: Option<Arc<Context>>,
    readings: Arc<Readings>,
    ask: Ask,
    confirmed: Vec<Port>,
) -> Result<Outcome, DashboardError> {
    let Some(context) = context else { return Err(unusable(&ask.cluster().context)) };
    if let Some(refusal) = refusal(&settings, &actor, &context).await {
        return Err(DashboardError::of(refusal.finding(&ask.cluster().context)));
    }
    let reads = Reads::of(&ask);
    // A click asks no more than it must: without a way to make a port internal none is opened, and
    // the warnings have been told by the preview.
    let is_internal = matches!(&ask, Ask::Open(request) if request.reach == Reach::Internal);
    let surroundings = if is_internal {
        readings.surroundings(&ask.cluster().context, &context).await
    } else {
        Surroundings::default()
    };
    let plan = |existing: &Existing, ground: &Ground| {
        planned(&settings, &surroundings, &ask, existing, ground)
    };
    let depth = match &ask {
        // Whether a route wins over the others of its controller is part of the plan.
        Ask::Open(request) if request.extras.prefix != Prefix::TakenOff => Depth::Everything,
        Ask::Open(request) if request.extras.other_mode == OtherMode::Stays => Depth::Known,
        Ask::Open(_) | Ask::Close(_) => Depth::Own,
    };
    let outcome =
        apply::carry_out((&context, &actor), ask.cluster(), (&reads, depth), &confirmed, plan);
    let outcome = outcome.await.map_err(DashboardError::of)?;
    audit::ports((&context, &actor), ask.cluster(), &outcome);
    if let Ask::Close(request) = &ask
        && outcome.stopped.is_none()
    {
        let (mode, ports) = (request.mode.into(), request.ports.iter().collect::<Vec<_>>());
        let cluster = request.cluster.clone();
        let aside = Arc::clone(&context);
        context.aside(async move { share::closed((&aside, &actor), &cluster, mode, &ports).await });
    }
    Ok(outcome)
}

/// The guest links that end with the ports, where they may be read and soon are.
async fn ending_links(context: &Context, request: &CloseRequest) -> Option<Finding> {
    let read = links::of_cluster(context, &request.cluster);
    let mut links = timeout(LINKS_PATIENCE, read).await.ok()?.ok()?;
    let (mode, now) = (Mode::from(request.mode), clock::now());
    let ends = |link: &GuestLink| {
        link.mode == mode && request.ports.iter().any(|port| port == link.port) && link.is_live(now)
    };
    links.retain(ends);
    links.sort_by_key(|link| (link.port, link.made));
    let is_whole = request.extent == Extent::Everything;
    (is_whole && !links.is_empty())
        .then(|| Caution::GuestLinksEnd { links }.finding(&request.cluster.context))
}

/// Why nothing may be written here at all.
pub(super) async fn refusal(
    settings: &Settings,
    actor: &Actor,
    context: &Context,
) -> Option<Refusal> {
    if settings.read_only {
        return Some(Refusal::ReadOnly);
    }
    actor.obstacle(context).await.map(|why| Refusal::CannotActAs { why })
}

/// Whether the plan says anything of a load balancer.
fn needs_surroundings(ask: &Ask) -> bool {
    matches!(ask, Ask::Open(request) if request.mode == OpenMode::LoadBalancer)
}

fn planned(
    settings: &Settings,
    surroundings: &Surroundings,
    ask: &Ask,
    existing: &Existing,
    ground: &Ground,
) -> Result<Plan, Refusal> {
    let environment = settings.environment(&ask.cluster().context, ground, surroundings);
    match ask {
        Ask::Open(request) => plan::open(request, existing, &environment),
        Ask::Close(request) => plan::close(request, existing, &environment),
    }
}

/// No cluster is ever shown of such a context, so this is for the one who asks out of turn.
pub(super) fn unusable(context: &ContextName) -> DashboardError {
    DashboardError {
        code: "context_invalid".to_owned(),
        message: format!("There is no way to reach {context}."),
        next: vec![Step::command("See the contexts", "kubectl config get-contexts")],
    }
}
