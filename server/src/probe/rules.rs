//! Which addresses are never asked: this machine, the metadata services of clouds, what is no
//! address of one host, the API servers, ourselves.
//!
//! Private ranges may be asked: internal load balancers, kind and `MetalLB` live there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use skyports_model::Host;

/// Why an API server is not asked.
pub(super) const API_SERVER: &str = "that is the address of an API server";

/// What is known of this machine and its contexts.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    servers: Vec<(Host, u16)>,
    own: Option<SocketAddr>,
}

impl Rules {
    /// Rules that spare these API servers.
    pub fn sparing(servers: impl IntoIterator<Item = (Host, u16)>) -> Self {
        Self { servers: servers.into_iter().collect(), own: None }
    }

    /// The same, for one who listens there.
    #[must_use]
    pub fn listening_on(self, own: SocketAddr) -> Self {
        Self { own: Some(own), ..self }
    }

    /// The API servers at a port, by address or name.
    pub(super) fn servers_at(&self, port: u16) -> impl Iterator<Item = &Host> {
        self.servers.iter().filter(move |(_, at)| *at == port).map(|(host, _)| host)
    }

    /// Why an address may not be asked. This machine's own may where the endpoint itself is said
    /// to be here: SkyPilot's `localhost` rule and the demo do so.
    pub fn forbid(&self, address: SocketAddr, may_be_here: bool) -> Option<&'static str> {
        let ip = address.ip();
        if self.own.is_some_and(|own| is_own(own, address)) {
            return Some("that is where skyports itself listens");
        }
        if ip.is_loopback() && may_be_here {
            return None;
        }
        deny(ip).or_else(|| match ip {
            IpAddr::V4(_) => None,
            IpAddr::V6(ip) => within(ip).into_iter().flatten().find_map(deny_v4),
        })
    }
}

/// An address without the IPv6 form in which IPv4 may be written.
pub(super) fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

fn is_own(own: SocketAddr, address: SocketAddr) -> bool {
    let (ours, theirs) = (plain(own.ip()), plain(address.ip()));
    own.port() == address.port() && (ours == theirs || ours.is_unspecified())
}

fn deny(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => deny_v4(ip),
        IpAddr::V6(ip) => deny_v6(ip),
    }
}

const LOOPBACK: &str = "that is this machine";
const METADATA: &str = "that is a cloud’s metadata service, or a neighbour on the link";
const NO_HOST: &str = "that is no address of one host";

fn deny_v4(ip: Ipv4Addr) -> Option<&'static str> {
    match ip.octets() {
        [127, ..] => Some(LOOPBACK),
        // The metadata services of most clouds are link-local; those of Alibaba Cloud, Azure and
        // Oracle Cloud have an address of their own.
        [169, 254, ..] | [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192] => {
            Some(METADATA)
        }
        // "This network" (RFC 791), multicast, the reserved class E, broadcast.
        [0 | 224..=255, ..] => Some(NO_HOST),
        _ => None,
    }
}

fn deny_v6(ip: Ipv6Addr) -> Option<&'static str> {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(LOOPBACK),
        // Link-local, then what AWS (instance data, time, names, pod identity) and Google Cloud
        // keep for themselves.
        [0xfe80..=0xfebf, ..] | [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] => Some(METADATA),
        [0, 0, 0, 0, 0, 0, 0, 0] | [0xff00..=0xffff, ..] => Some(NO_HOST),
        _ => None,
    }
}

/// The IPv4 addresses that an IPv6 address may lead to, where something translates.
fn within(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let bits = ip.to_bits();
    let at = |shift: u32| u32::try_from((bits >> shift) & 0xffff_ffff).ok().map(Ipv4Addr::from);
    match ip.segments() {
        // Mapped, and the older "compatible" form.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        // Translated (RFC 2765), NAT64, and NAT64 of a network's own (RFC 8215).
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..]
        | [0x64, 0xff9b, 1, ..] => [at(0), None],
        // 6to4.
        [0x2002, ..] => [at(80), None],
        // Teredo: its server, and the client's address turned around.
        [0x2001, 0, ..] => [at(64), at(0).map(|ip| Ipv4Addr::from(!ip.to_bits()))],
        _ => [None, None],
    }
}
