//! `skyports open` and `skyports close`: ports from a terminal, by the same use-cases as the page.

mod report;
mod wait;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use skyports_app::dashboard::Dashboard as _;
use skyports_model::{
    Ask, CloseRequest, Cluster, Endpoint, Extent, Extras, Mode, Nodes, OpenMode, OpenRequest,
    OtherMode, Overview, Port, PortSet, Prefix, Reach, Sources, WhyMode,
};

use super::exit::{Exit, note, tell, tell_failure};
use super::find::{PATIENCE, find, tell_contexts};
use crate::cluster::contexts;
use crate::config::args::{CloseArgs, CommonArgs, KeepPrefix, OpenArgs, PlanOutput};
use crate::config::environment;
use crate::config::skypilot::SkyPilotConfig;
use crate::dashboard::live::Live;
use crate::dashboard::ports::Settings;

/// How long what was written may take to come back by the watch, which knows its address.
const SEEN: Duration = Duration::from_secs(1);

/// Opens ports.
pub fn open(args: OpenArgs) -> Exit {
    run(async move {
        let OpenArgs {
            cluster,
            ports,
            mode,
            allow,
            internal,
            keep_prefix,
            head_only,
            switch,
            confirm,
            dry_run,
            output,
            wait,
            common,
        } = args;
        let reach = reach(allow, internal)?;
        let extras = extras(keep_prefix, head_only, switch);
        let mode = with_path(mode, keep_prefix.is_some())?;
        let (live, overview) = look(&common).await?;
        let cluster = named(&overview, &cluster)?;
        let mode = mode.unwrap_or_else(|| {
            let default = live.default_mode(&cluster.id);
            let why = default.why.sentence();
            note(format!("mode {}: {why}{}", default.mode, where_read(default.why)));
            default.mode
        });
        let request = OpenRequest { cluster: cluster.id.clone(), ports, mode, reach, extras };
        let asked = Asked { live, ask: Ask::Open(request), confirm, dry_run, output };
        let wait = wait.map(Duration::from_secs);
        asked.answered(wait).await
    })
}

/// Closes ports.
pub fn close(args: CloseArgs) -> Exit {
    run(async move {
        let CloseArgs { cluster, ports, mode, keep_prefix, dry_run, output, common } = args;
        let mode = with_path(mode, keep_prefix)?;
        let extent = if keep_prefix { Extent::KeptRoute } else { Extent::Everything };
        let (live, overview) = look(&common).await?;
        let cluster = named(&overview, &cluster)?;
        let mode = match mode {
            Some(mode) => mode,
            None => mode_of(cluster, &ports)?,
        };
        let request = CloseRequest { cluster: cluster.id.clone(), ports, mode, extent };
        let asked = Asked { live, ask: Ask::Close(request), confirm: vec![], dry_run, output };
        asked.answered(None).await
    })
}

/// A command that ended early, or as it should.
type Ended = Result<Exit, Exit>;

fn run(command: impl Future<Output = Ended>) -> Exit {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(command).unwrap_or_else(|exit| exit),
        Err(error) => {
            tell(format!("cannot start the runtime: {error}"), None);
            Exit::Usage
        }
    }
}

fn reach(allow: Vec<skyports_model::Cidr>, internal: bool) -> Result<Reach, Exit> {
    match (allow.is_empty(), internal) {
        (true, false) => Ok(Reach::Shared),
        (true, true) => Ok(Reach::Internal),
        (false, true) => {
            tell("--allow and --internal exclude each other", Some("leave one of them out"));
            Err(Exit::Usage)
        }
        (false, false) => Sources::try_from(allow).map(Reach::From).map_err(|error| {
            tell(format!("--allow: {error}"), None);
            Exit::Usage
        }),
    }
}

/// The file of SkyPilot's config that decided the mode: ` It was read in PATH.`
fn where_read(why: WhyMode) -> String {
    let files = match why {
        WhyMode::Config | WhyMode::ConfigPodIp => {
            SkyPilotConfig::read(&environment::skypilot_config_files()).files
        }
        WhyMode::AlreadyUsed | WhyMode::SkyLocal | WhyMode::Default => vec![],
    };
    let file = files.last().map(|file| format!(" It was read in {}.", file.display()));
    file.unwrap_or_default()
}

fn extras(keep_prefix: Option<KeepPrefix>, head_only: bool, switch: bool) -> Extras {
    Extras {
        prefix: match keep_prefix {
            None => Prefix::TakenOff,
            Some(KeepPrefix::SamePath) => Prefix::Kept,
            Some(KeepPrefix::OwnPath) => Prefix::KeptElsewhere,
        },
        nodes: if head_only { Nodes::Head } else { Nodes::AsTheyAre },
        other_mode: if switch { OtherMode::Closes } else { OtherMode::Stays },
    }
}

/// A path is there in the mode ingress alone, so that its name can be left out.
fn with_path(mode: Option<OpenMode>, keeps: bool) -> Result<Option<OpenMode>, Exit> {
    match mode {
        Some(OpenMode::LoadBalancer) if keeps => {
            let hint = "name --mode ingress, or leave it out";
            tell("--keep-prefix is of the mode ingress: a load balancer has no path", Some(hint));
            Err(Exit::Usage)
        }
        None if keeps => Ok(Some(OpenMode::Ingress)),
        Some(_) | None => Ok(mode),
    }
}

/// Looks at the contexts until each has answered or failed.
async fn look(common: &CommonArgs) -> Result<(Live, std::sync::Arc<Overview>), Exit> {
    let wanted = contexts::resolve(common).await.map_err(|error| {
        tell(&error, error.hint().as_deref());
        Exit::Usage
    })?;
    let settings = Settings {
        skypilot_config: environment::skypilot_config_files(),
        is_sky_local: contexts::is_sky_local(common),
        read_only: false,
        ..Settings::default()
    };
    let mut live = Live::checking(wanted, None).with_settings(settings);
    // Who has said nothing by then is told of as silent.
    let _ = tokio::time::timeout(PATIENCE, live.settled()).await;
    let overview = live.overview();
    Ok((live, overview))
}

fn named<'a>(overview: &'a Overview, wanted: &str) -> Result<&'a Cluster, Exit> {
    let blind = tell_contexts(overview) == overview.contexts.len();
    find(overview, wanted, blind)
}

/// The one mode in which the ports are open.
fn mode_of(cluster: &Cluster, ports: &PortSet) -> Result<OpenMode, Exit> {
    let open = cluster.endpoints.iter().filter(|endpoint| ports.contains(endpoint.port()));
    let modes: BTreeSet<Mode> = open.map(Endpoint::mode).collect();
    let modes: Vec<Mode> = modes.into_iter().collect();
    match modes.as_slice() {
        [] => {
            let open: BTreeSet<String> =
                cluster.endpoints.iter().map(|endpoint| endpoint.port().to_string()).collect();
            let hint = match open.len() {
                0 => "it has no open ports".to_owned(),
                _ => format!("open are: {}", open.into_iter().collect::<Vec<_>>().join(", ")),
            };
            tell(format!("port {ports} of {} is not open", cluster.name), Some(&hint));
            Err(Exit::NoMatch)
        }
        [mode] => OpenMode::try_from(*mode).map_err(|error| {
            tell(format!("port {ports} is open in the mode {mode}: {error}"), None);
            Exit::Usage
        }),
        several => {
            let words: Vec<&str> = several.iter().map(|mode| mode.as_str()).collect();
            let hint = format!("name one with --mode: {}", words.join(", "));
            tell(format!("port {ports} of {} is open in several modes", cluster.name), Some(&hint));
            Err(Exit::Usage)
        }
    }
}

/// What was asked for, ready to be carried out.
struct Asked {
    live: Live,
    ask: Ask,
    confirm: Vec<Port>,
    dry_run: bool,
    output: PlanOutput,
}

impl Asked {
    async fn answered(self, wait: Option<Duration>) -> Ended {
        let Self { mut live, ask, confirm, dry_run, output } = self;
        if dry_run || output == PlanOutput::Yaml {
            let preflight = live.preflight(ask.clone()).await.map_err(failed)?;
            print(&report::preflight(&preflight, output, dry_run)?);
            if dry_run {
                let stopped = !preflight.obstacles.is_empty();
                return Ok(if stopped { Exit::Cluster } else { Exit::Done });
            }
        }
        let mut outcome = live.carry_out(ask.clone(), confirm).await.map_err(failed)?;
        live.rest().await;
        if outcome.stopped.is_some() {
            print(&report::outcome(&outcome, output)?);
            return Err(Exit::Cluster);
        }
        let Some(patience) = wait else {
            if !outcome.urls.is_empty() {
                wait::until_seen(&mut live, &ask, SEEN).await;
                wait::reached(&live.overview(), &ask, &mut outcome.urls);
            }
            print(&report::outcome(&outcome, output)?);
            return Ok(Exit::Done);
        };
        // Who reads lines need not wait for what is known already; a document is one piece.
        let mut urls = std::mem::take(&mut outcome.urls);
        if output == PlanOutput::Table {
            print(&report::outcome(&outcome, output)?);
        }
        let ended = wait::until_ready(&mut live, &ask, patience).await;
        wait::reached(&live.overview(), &ask, &mut urls);
        if output == PlanOutput::Table {
            print(&report::url_lines(&urls));
        } else {
            outcome.urls = urls;
            print(&report::outcome(&outcome, output)?);
        }
        ended
    }
}

fn failed(error: skyports_app::dashboard::DashboardError) -> Exit {
    tell_failure(&error);
    match error.code.as_str() {
        "dangerous_port" => {
            note("to open it all the same, name it once more with --confirm PORT");
            Exit::Usage
        }
        _ => Exit::Cluster,
    }
}

fn print(text: &str) {
    // Whoever reads has seen enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
