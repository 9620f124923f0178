//! Ports that a person must confirm by typing their number.

use skyports_model::Caution;
use skyports_model::Port;
use skyports_model::plan::Confirmation;

use super::draft::Site;

/// What whoever reaches such a port can do.
const RUNS: &str = "It asks for no login: whoever reaches it can run programs on the cluster.";
const READS: &str = "It asks for no login: whoever reaches it can read and change what it holds.";
const GUESSES: &str = "Wherever it is open, passwords are tried on it within minutes.";

/// The number, what is usually on it, and what follows. Ray's: `ShadowRay`, CVE-2023-48022; the
/// others by their projects' own documentation, each without its optional login.
const DANGEROUS: [(u16, &str, &str); 10] = [
    (22, "SSH", GUESSES),
    (2375, "Docker’s API", RUNS),
    (2376, "Docker’s API behind TLS", "Whoever has a certificate can run programs on the machine."),
    (2379, "etcd", READS),
    (2380, "etcd’s peers", READS),
    (6379, "Redis, or Ray’s control store", READS),
    (8265, "Ray’s dashboard", RUNS),
    (8266, "Ray’s dashboard in SkyPilot", RUNS),
    (10_001, "Ray’s client server", RUNS),
    (
        10_250,
        "the kubelet",
        "Whoever reaches it and is let in can run programs in every pod of the node.",
    ),
];

/// What must be confirmed of the ports that are about to open.
pub(super) fn confirmations(site: &Site<'_>, ports: &[Port]) -> Vec<Confirmation> {
    let dangerous = |port: &Port| {
        let (_, what, why) = DANGEROUS.iter().find(|(number, ..)| *number == port.number())?;
        let cluster = site.existing.display_name.clone();
        let caution = Caution::DangerousPort { port: *port, what, why, cluster };
        let reason = caution.finding(&site.environment.context);
        Some(Confirmation { port: *port, reason })
    };
    ports.iter().filter_map(dangerous).collect()
}
