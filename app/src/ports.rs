//! The dialogs that open and close ports: drawn by the server, since every key typed in them asks
//! for a new plan, and so that they work without JavaScript (`docs/decisions/0008`).
//!
//! [`answer`] is what all three ways lead to: the page of a form, its submission, and the page's own
//! dialog, which sends the form as it is typed and shows what comes back.

mod form;

use serde::{Deserialize, Serialize};
use skyports_model::plan::Direction;
use skyports_model::{
    Ask, CloseRequest, Cluster, ClusterId, Code, EndpointId, Extent, OpenMode, OpenRequest,
    Outcome, Overview, Port, PortSet,
};

pub use form::PortForm;
pub(crate) use form::Wrong;

use crate::components::port_dialog::{Pane, PortDialog, port_dialog};
use crate::dashboard::{Dashboard, DashboardError};
use crate::node::Element;

/// A dialog as it is drawn.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drawn {
    /// What it shows.
    pub(crate) element: Element,
    /// What came of it, when everything was done.
    pub(crate) done: Option<Done>,
}

/// That everything was done, and how it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What to say.
    pub(crate) said: String,
    /// The endpoint whose panel tells how it fares; none when it was closed.
    pub(crate) shows: Option<EndpointId>,
    /// The address of the dialog that takes it back.
    pub(crate) undo: Option<String>,
}

impl Drawn {
    /// Whether everything was done.
    pub fn is_done(&self) -> bool {
        self.done.is_some()
    }

    /// The address to go on to from a cluster's form, when everything was done.
    pub fn next(&self, cluster: &Cluster) -> Option<String> {
        let done = self.done.as_ref()?;
        Some(done.shows.as_ref().map_or_else(|| cluster.id.path(), EndpointId::path))
    }
}

/// The cluster and the direction that an address of a form means: `/c/…/open`, `/c/…/close`.
pub(crate) fn place<'a>(overview: &'a Overview, address: &str) -> Option<(&'a Cluster, Direction)> {
    let (path, direction) = if let Some(path) = address.strip_suffix("/open") {
        (path, Direction::Open)
    } else {
        (address.strip_suffix("/close")?, Direction::Close)
    };
    let cluster = overview.clusters.iter().find(|cluster| cluster.id.path() == path)?;
    Some((cluster, direction))
}

/// Draws the form as it is filled in; `submit` carries it out first.
pub async fn answer(
    dashboard: &dyn Dashboard,
    cluster: &Cluster,
    direction: Direction,
    form: &PortForm,
    submit: bool,
) -> Drawn {
    let default = dashboard.default_mode(&cluster.id);
    let asked = match direction {
        Direction::Open => form.to_open(&cluster.id, default.mode),
        Direction::Close => form.to_close(&cluster.id, default.mode),
    };
    let dialog = |pane: Pane<'_>, wrong: Option<&Wrong>| {
        let mode = form.mode().unwrap_or(default.mode);
        let why = form.mode().is_none_or(|mode| mode == default.mode).then_some(default.why);
        port_dialog(&PortDialog { cluster, direction, form, mode, why, wrong, pane })
    };
    let waiting = |element| Drawn { element, done: None };
    let ask = match asked {
        Ok(Some(ask)) => ask,
        Ok(None) => return waiting(dialog(Pane::Nothing, None)),
        Err(wrong) => return waiting(dialog(Pane::Nothing, Some(&wrong))),
    };
    if submit {
        match dashboard.carry_out(ask.clone(), form.confirmed()).await {
            Ok(outcome) if outcome.stopped.is_none() => {
                let done = Some(done(&ask, &outcome, cluster));
                return Drawn { element: dialog(Pane::Nothing, None), done };
            }
            Ok(outcome) => return waiting(dialog(Pane::Stopped(&outcome), None)),
            // What stands in the way is told by the plan, and with more detail.
            Err(error) if error.code == Code::DangerousPort.as_str() => {}
            Err(error) => return waiting(dialog(Pane::Failed(&error), None)),
        }
    }
    match dashboard.preflight(ask).await {
        Ok(preflight) => waiting(dialog(Pane::Plan(&preflight), None)),
        Err(error) => waiting(dialog(Pane::Failed(&error), None)),
    }
}

/// What is said of it, what is shown next, and the way back.
fn done(ask: &Ask, outcome: &Outcome, cluster: &Cluster) -> Done {
    let said = said(outcome, &cluster.name);
    let mode = ask.mode();
    match ask {
        Ask::Open(_) => {
            let shows = ask.ports().iter().next();
            let shows = shows.map(|port| EndpointId {
                cluster: cluster.id.clone(),
                port,
                mode: mode.into(),
            });
            Done { said, shows, undo: None }
        }
        Ask::Close(CloseRequest { extent, .. }) => {
            let path = match extent {
                Extent::Everything => "",
                Extent::KeptRoute => "&path=keep",
            };
            let again =
                |ports| format!("{}/open?ports={ports}&mode={mode}{path}", cluster.id.path());
            let undo = PortSet::try_from(outcome.changed.clone()).ok().map(again);
            Done { said, shows: None, undo }
        }
    }
}

/// `Port 8888 of train is open`, in words that are true while it still waits for an address.
fn said(outcome: &Outcome, cluster: &str) -> String {
    let Outcome { direction, subject, changed, unchanged, .. } = outcome;
    let (done, already) = subject.words(*direction).unwrap_or(match direction {
        Direction::Open => ("opened", "open already"),
        Direction::Close => ("closed", "closed already"),
    });
    let (ports, word) = if changed.is_empty() { (unchanged, already) } else { (changed, done) };
    format!("{} of {cluster} {word}", words(ports))
}

/// `Port 8888`, `Ports 6006-6008`.
pub(crate) fn words(ports: &[Port]) -> String {
    match (ports, PortSet::try_from(ports.to_vec())) {
        ([one], _) => format!("Port {one}"),
        (_, Ok(several)) => format!("Ports {several}"),
        (_, Err(_)) => "No port".to_owned(),
    }
}

/// What is asked for, once it is complete.
type Asked = Result<Option<Ask>, Wrong>;

impl PortForm {
    fn to_open(&self, cluster: &ClusterId, default: OpenMode) -> Asked {
        let Some(ports) = self.ports()? else { return Ok(None) };
        let mode = self.mode().unwrap_or(default);
        let Some(reach) = self.reach(mode)? else { return Ok(None) };
        Ok(Some(Ask::Open(OpenRequest {
            cluster: cluster.clone(),
            ports,
            mode,
            reach,
            extras: self.extras(mode),
        })))
    }

    fn to_close(&self, cluster: &ClusterId, default: OpenMode) -> Asked {
        let Some(ports) = self.ports()? else { return Ok(None) };
        let mode = self.mode().unwrap_or(default);
        Ok(Some(Ask::Close(CloseRequest {
            cluster: cluster.clone(),
            ports,
            mode,
            extent: self.extent(mode),
        })))
    }
}

/// The answer to a form whose cluster is not there (any more).
pub(crate) fn gone() -> DashboardError {
    DashboardError {
        code: "no_such_cluster".to_owned(),
        message: "This cluster is not there any more.".to_owned(),
        next: vec![],
    }
}
