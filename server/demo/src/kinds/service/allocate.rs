//! The addresses and node ports that are given out, as by a real server with
//! `--service-cluster-ip-range=10.96.0.0/16`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{has_address, has_node_ports, ports, ports_mut};
use crate::complaint::Complaint;
use crate::document::{fields, part, section, text};
use crate::kinds::Taken;

const ADDRESSES: [u8; 2] = [10, 96];
const NODE_PORTS: std::ops::RangeInclusive<u64> = 30_000..=32_767;
/// What a dry run gives out: no node port, from here on, and no address that anybody has.
const DRY_NODE_PORTS: std::ops::RangeFrom<u64> = 32_769..;
const DRY_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 0);

/// Gives a Service what its type has and it has not yet.
pub(in crate::kinds) fn allocate(service: &mut Value, taken: Taken<'_>) -> Result<(), Complaint> {
    let kind = text(service, "/spec/type").unwrap_or_default().to_owned();
    if has_address(&kind) {
        give_address(service, taken)?;
        let spec = section(service, "spec");
        spec.entry("ipFamilies").or_insert_with(|| json!(["IPv4"]));
        spec.entry("ipFamilyPolicy").or_insert_with(|| "SingleStack".into());
    }
    let wants = part(service, "/spec/allocateLoadBalancerNodePorts").as_bool() != Some(false);
    if has_node_ports(&kind) {
        give_node_ports(service, taken, wants || kind == "NodePort")?;
    }
    Ok(())
}

fn give_address(service: &mut Value, taken: Taken<'_>) -> Result<(), Complaint> {
    let asked = text(service, "/spec/clusterIP").map(str::to_owned);
    let is_kept = !part(service, "/spec/clusterIPs").is_null();
    let others: BTreeSet<&str> =
        taken.services.iter().filter_map(|it| text(it, "/spec/clusterIP")).collect();
    let address = match asked {
        Some(asked) if asked == "None" || is_kept => asked,
        Some(asked) if asked.parse::<std::net::IpAddr>().is_err() => {
            let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            return Err(Complaint::invalid("spec.clusterIPs[0]", asked, why));
        }
        Some(asked) if others.contains(asked.as_str()) => {
            let why = format!("failed to allocate IP {asked}: provided IP is already allocated");
            return Err(Complaint::invalid("spec.clusterIPs", vec![asked], &why));
        }
        Some(asked) => asked,
        None if taken.dry => DRY_ADDRESS.to_string(),
        None => free_address(service, &others).to_string(),
    };
    let spec = section(service, "spec");
    spec.entry("clusterIPs").or_insert_with(|| vec![address.clone()].into());
    spec.insert("clusterIP".to_owned(), address.into());
    Ok(())
}

fn free_address(service: &Value, others: &BTreeSet<&str>) -> Ipv4Addr {
    let [first, second] = ADDRESSES;
    let begin = draw(service, "address");
    let candidates = (0..=u64::from(u16::MAX)).map(|step| {
        let [.., third, fourth] = begin.wrapping_add(step).to_be_bytes();
        Ipv4Addr::new(first, second, third, fourth)
    });
    let is_free = |it: &Ipv4Addr| {
        *it != DRY_ADDRESS && it.octets()[3] != 255 && !others.contains(it.to_string().as_str())
    };
    candidates.into_iter().find(is_free).unwrap_or(DRY_ADDRESS)
}

fn give_node_ports(service: &mut Value, taken: Taken<'_>, wants: bool) -> Result<(), Complaint> {
    let number = |port: &Value| part(port, "/nodePort").as_u64();
    let mut others: BTreeSet<u64> =
        taken.services.iter().flat_map(|it| ports(it)).filter_map(number).collect();
    for (index, port) in ports(service).enumerate() {
        let Some(asked) = number(port) else { continue };
        let wrong = |why: &str| {
            Err(Complaint::invalid(format!("spec.ports[{index}].nodePort"), asked, why))
        };
        if !NODE_PORTS.contains(&asked) {
            return wrong(
                "provided port is not in the valid range. The range of valid ports is 30000-32767",
            );
        }
        if others.contains(&asked) {
            return wrong("provided port is already allocated");
        }
    }
    others.extend(ports(service).filter_map(number));
    let begin = draw(service, "node port");
    // One number for a port, whatever the protocol.
    let mut given: BTreeMap<u64, u64> = BTreeMap::new();
    for port in ports_mut(service) {
        if number(port).is_some() || !wants {
            continue;
        }
        let wanted = part(port, "/port").as_u64().unwrap_or_default();
        let free = given.get(&wanted).copied().or_else(|| {
            let size = NODE_PORTS.end() - NODE_PORTS.start() + 1;
            let nth = |step| NODE_PORTS.start() + begin.wrapping_add(wanted + step) % size;
            let is_free = |number: &u64| !others.contains(number);
            if taken.dry {
                DRY_NODE_PORTS.clone().find(is_free)
            } else {
                (0..size).map(nth).find(is_free)
            }
        });
        let Some(free) = free else {
            let why = "failed to allocate a nodePort: range is full";
            return Err(Complaint::invalid("spec.ports[0].nodePort", 0, why));
        };
        others.insert(free);
        given.insert(wanted, free);
        fields(port).insert("nodePort".to_owned(), free.into());
    }
    Ok(())
}

/// A number that looks like a random one and is the same for the same Service, so that a test can
/// be run again.
fn draw(service: &Value, what: &str) -> u64 {
    let name = |pointer| text(service, pointer).unwrap_or_default();
    let named = format!("{what} {}/{}", name("/metadata/namespace"), name("/metadata/name"));
    let digest = Sha256::digest(named.as_bytes());
    digest.iter().take(7).fold(0, |number, byte| number * 256 + u64::from(*byte))
}
