//! Experiments on apps as they answered when they were run (2026-11), behind what takes their path
//! off or leaves it, on real connections.

mod apps;
mod hostile;
mod ingress;
mod rows;
mod traps;

use skyports_model::verdict::Verdict;
use skyports_model::{Endpoint, Mode, Port, Route, Timestamp};

use super::super::experiment::Subject;
use super::{Names, Prober, Rules, endpoint};

/// The path of every experiment, as SkyPilot prints it.
const PATH: &str = "/skypilot/ml/train-2ea4/8888";

/// An endpoint at that authority, of a path that is taken off or kept.
fn under_a_path(authority: &str, port: i64, route: Route) -> Endpoint {
    let mut endpoint = endpoint(&format!("http://{authority}{PATH}/"));
    endpoint.id.port = Port::new(port).unwrap();
    endpoint.id.mode = Mode::Ingress;
    endpoint.route = route;
    endpoint
}

/// One experiment on this machine, where that is allowed.
async fn experiment(authority: &str, port: i64, route: Route) -> Verdict {
    let subject = Subject::of(&under_a_path(authority, port, route)).unwrap();
    let prober = Prober::new(Rules::default(), Names::answering(&[]));
    prober.experiment(&subject, Timestamp(1)).await
}

/// The verdict in words: its kind, the app, and what is wrong.
fn told(verdict: &Verdict) -> String {
    let app = verdict.app.as_ref().map_or("-", |app| app.id.as_str());
    let faults = verdict.exchanges.iter().filter(|exchange| exchange.is_fault);
    let faults: Vec<String> = faults.map(|it| it.to_string().replace(PATH, "$P")).collect();
    format!("{} {app}: {}", verdict.kind.as_str(), faults.join("; "))
}
