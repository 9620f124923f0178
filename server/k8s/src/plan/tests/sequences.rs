//! Opening and closing in any order, with SkyPilot's launches between: what is asked for is so
//! afterwards, asking again changes nothing, and what nobody asked about stays as it is.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use skyports_model::{ObjectKind, OpenMode};

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Open(OpenMode, Vec<u16>),
    Close(OpenMode, Vec<u16>),
    /// A launch with these ports, which replaces what it writes and deletes nothing.
    Launch(OpenMode, Vec<u16>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mode = prop::sample::select(&OpenMode::ALL[..]);
    let ports = prop::collection::btree_set(7000_u16..7006, 1..4);
    let step = (0..5, mode, ports).prop_map(|(kind, mode, ports)| {
        let ports = ports.into_iter().collect();
        match kind {
            0..2 => Step::Open(mode, ports),
            2..4 => Step::Close(mode, ports),
            _ => Step::Launch(mode, ports),
        }
    });
    prop::collection::vec(step, 1..12)
}

fn set(numbers: &[u16]) -> PortSet {
    let ports: Vec<_> = numbers.iter().filter_map(|it| Port::new(i64::from(*it))).collect();
    ports.try_into().unwrap()
}

/// What the API server makes of a plan: the objects as they will be.
fn carry_out(plan: &Plan, existing: &mut Existing) {
    fn typed<T: serde::de::DeserializeOwned + Kept>(after: Option<&Value>) -> Option<T> {
        Some(serde_json::from_value::<T>(after.cloned()?).unwrap().kept("9"))
    }
    for write in &plan.writes {
        let after = write.after.as_ref();
        let backend = write.object.name.rsplit_once("--skypilot-svc--");
        match (write.object.kind, backend) {
            (ObjectKind::Ingress, _) => existing.ingress = typed(after),
            (_, None) => existing.load_balancer = typed(after),
            (_, Some((_, number))) => {
                let port: Port = number.parse().unwrap();
                existing.backends.remove(&port);
                existing.backends.extend(typed(after).map(|service| (port, service)));
            }
        }
    }
}

/// What a launch of SkyPilot's leaves.
fn launch(mode: OpenMode, numbers: &[u16], existing: &mut Existing) {
    let all: Vec<i32> = numbers.iter().copied().map(i32::from).collect();
    match mode {
        OpenMode::LoadBalancer => existing.load_balancer = Some(shared(&all)),
        OpenMode::Ingress => {
            existing.ingress = Some(ingress(C, &all).kept("5"));
            for port in set(numbers).iter() {
                existing.backends.insert(port, backend(C, port.number().into()).kept("5"));
            }
        }
    }
}

/// The ports that are open in a mode, in the order of the object.
fn open_ports(mode: OpenMode, existing: &Existing) -> Vec<u64> {
    let object = match mode {
        OpenMode::LoadBalancer => existing.load_balancer.as_ref().map(serde_json::to_value),
        OpenMode::Ingress => existing.ingress.as_ref().map(serde_json::to_value),
    };
    let Some(object) = object.map(Result::unwrap) else { return vec![] };
    let (list, number) = match mode {
        OpenMode::LoadBalancer => ("/spec/ports", "/port"),
        OpenMode::Ingress => ("/spec/rules/0/http/paths", "/backend/service/port/number"),
    };
    let items = object.pointer(list).unwrap().as_array().unwrap();
    items.iter().map(|item| item.pointer(number).unwrap().as_u64().unwrap()).collect()
}

/// The first port of each mode's list, and who made each Service behind a path.
fn others(existing: &Existing, asked: &[u16]) -> (Vec<u64>, Vec<Port>) {
    let is_other = |port: &u64| !asked.iter().any(|it| u64::from(*it) == *port);
    let ports = OpenMode::ALL.iter().flat_map(|mode| open_ports(*mode, existing));
    let skypilots = existing.backends.iter().filter(|(_, it)| !draft::is_ours(&it.metadata));
    (ports.filter(is_other).collect(), skypilots.map(|(port, _)| *port).collect())
}

proptest! {
    #[test]
    fn what_is_asked_for_is_so_and_the_rest_stays(steps in steps()) {
        let mut existing = nothing();
        for step in steps {
            let before = existing.clone();
            let (mode, numbers) = match &step {
                Step::Launch(mode, numbers) => {
                    launch(*mode, numbers, &mut existing);
                    continue;
                }
                Step::Open(mode, numbers) | Step::Close(mode, numbers) => (*mode, numbers),
            };
            let is_open = matches!(step, Step::Open(..));
            let plan = |existing: &Existing| if is_open {
                opened(&OpenRequest { ports: set(numbers), ..asked(mode, "1") }, existing)
            } else {
                closed(&CloseRequest { ports: set(numbers), ..closing(mode, "1") }, existing)
            };
            carry_out(&plan(&existing), &mut existing);
            let again = plan(&existing);
            prop_assert!(again.writes.is_empty() && again.changed.is_empty(), "{step:?}");
            let now: BTreeSet<_> = open_ports(mode, &existing).into_iter().collect();
            for number in numbers {
                prop_assert_eq!(now.contains(&u64::from(*number)), is_open, "{:?}", step);
            }
            prop_assert_eq!(others(&existing, numbers), others(&before, numbers), "{:?}", step);
            if mode == OpenMode::Ingress {
                for port in open_ports(mode, &existing) {
                    let port = Port::new(i64::try_from(port).unwrap()).unwrap();
                    prop_assert!(existing.backends.contains_key(&port), "no path leads nowhere");
                }
            }
        }
    }
}
