//! Plans by what exists: one file a subject.

mod fixtures;
mod hostile;
mod ingress;
mod keep;
mod loadbalancer;
mod names;
mod repairs;
mod restricted;
mod sequences;

use skyports_model::{
    CloseRequest, ClusterId, ContextName, Extent, Extras, NameOnCloud, Namespace, Nodes, OpenMode,
    OpenRequest, OtherMode, PortSet, Prefix, Reach, Refusal,
};

use super::*;
use crate::check::Surroundings;
use crate::testing::*;

/// The cluster of every test.
const C: &str = "demo-fcd1e5cf";

fn id(name: &str) -> ClusterId {
    ClusterId {
        context: ContextName::parse("prod").unwrap(),
        namespace: Namespace::parse(NS).unwrap(),
        name: NameOnCloud::parse(name).unwrap(),
    }
}

fn ports(text: &str) -> PortSet {
    text.parse().unwrap()
}

fn asked(mode: OpenMode, text: &str) -> OpenRequest {
    OpenRequest {
        cluster: id(C),
        ports: ports(text),
        mode,
        reach: Reach::Shared,
        extras: Extras::default(),
    }
}

fn restricted(text: &str, networks: &[&str]) -> OpenRequest {
    let networks: Vec<_> = networks.iter().map(|it| it.parse().unwrap()).collect();
    let reach = Reach::From(networks.try_into().unwrap());
    OpenRequest { reach, ..asked(OpenMode::LoadBalancer, text) }
}

fn closing(mode: OpenMode, text: &str) -> CloseRequest {
    CloseRequest { cluster: id(C), ports: ports(text), mode, extent: Extent::default() }
}

/// A cluster of one pod, of which nothing is open.
fn nothing() -> Existing {
    Existing {
        display_name: "demo".to_owned(),
        head: Some(Head {
            kind: HeadKind::Pod,
            name: format!("{C}-head"),
            uid: "5f3a9c1e-0000-4000-8000-00000000abcd".to_owned(),
        }),
        nodes: 1,
        ..Existing::default()
    }
}

fn environment() -> Environment {
    Environment {
        context: ContextName::parse("prod").unwrap(),
        ingress_classes: Some(vec!["nginx".to_owned()]),
        custom_metadata: CustomMetadata::default(),
        surroundings: Surroundings::default(),
        strangers: std::collections::BTreeMap::new(),
    }
}

/// What the API adds to every object.
trait Kept: Build {
    fn kept(mut self, version: &str) -> Self {
        self.metadata_mut().resource_version = Some(version.to_owned());
        self.identified("0d4c0000-0000-4000-8000-00000000beef")
    }
}
impl<T: Build> Kept for T {}

/// SkyPilot's Service with the names that its ports have.
fn shared(numbers: &[i32]) -> k8s_openapi::api::core::v1::Service {
    balancer(C, numbers).kept("7").spec(|spec| {
        for port in spec.ports.iter_mut().flatten() {
            port.name = Some(format!("port{}", port.port));
        }
    })
}

/// The plan's writes, a line each.
fn lines(plan: &Plan) -> String {
    let line = |write: &Write| {
        let how = match &write.action {
            Action::Create(_) => "create".to_owned(),
            Action::Apply(_) => "apply".to_owned(),
            Action::JsonPatch(patch) => format!("patch {patch}"),
            Action::StrategicMerge(change) => format!("merge {change}"),
            Action::Delete(Precondition { uid, resource_version }) => {
                format!("delete if {} at {resource_version}", uid.split('-').next().unwrap())
            }
        };
        format!("{} {}: {how}\n  {}", write.object.kind.as_str(), write.object.name, write.sentence)
    };
    let lines: Vec<_> = plan.writes.iter().map(line).collect();
    let told = |ports: &[Port]| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    format!(
        "changed [{}] unchanged [{}]\n{}",
        told(&plan.changed),
        told(&plan.unchanged),
        lines.join("\n")
    )
}

fn opened(request: &OpenRequest, existing: &Existing) -> Plan {
    open(request, existing, &environment()).unwrap()
}

fn closed(request: &CloseRequest, existing: &Existing) -> Plan {
    close(request, existing, &environment()).unwrap()
}

/// The code and the message of a refusal.
fn refused(result: Result<Plan, Refusal>) -> String {
    let refusal = result.unwrap_err();
    let finding = refusal.finding(&environment().context);
    format!("{}: {}", finding.code, finding.message())
}

fn codes(plan: &Plan) -> Vec<&'static str> {
    plan.warnings.iter().map(|warning| warning.code.as_str()).collect()
}
