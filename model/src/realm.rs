//! From where an address can be reached, as far as the address itself tells: the one place that knows the
//! ranges of private networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::net::Host;

/// From where an address is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// It is routed on the internet.
    Public,
    /// It is for private networks.
    Private,
    /// It leads back to the machine that asks.
    Machine,
    /// A name, which does not tell.
    NotTold,
}

impl Realm {
    /// The realm of a host.
    pub fn of(host: &Host) -> Self {
        match host.ip() {
            Some(IpAddr::V4(ip)) => Self::of_v4(ip),
            Some(IpAddr::V6(ip)) => {
                ip.to_ipv4_mapped().map_or_else(|| Self::of_v6(ip), Self::of_v4)
            }
            None => Self::of_name(&host.to_string()),
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Self {
        let [a, b, ..] = ip.octets();
        // 100.64.0.0/10 is shared by carriers and by overlay networks (RFC 6598).
        let shared = a == 100 && (64..128).contains(&b);
        if ip.is_loopback() || ip.is_unspecified() {
            Self::Machine
        } else if ip.is_private() || ip.is_link_local() || shared {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        if ip.is_loopback() || ip.is_unspecified() {
            Self::Machine
        } else if ip.is_unique_local() || ip.is_unicast_link_local() {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn of_name(name: &str) -> Self {
        // AWS names its internal load balancers so (Elastic Load Balancing, user guide, "scheme").
        let internal = name.starts_with("internal-") && name.ends_with(".elb.amazonaws.com");
        if name == "localhost" || name.ends_with(".localhost") {
            Self::Machine
        } else if internal {
            Self::Private
        } else {
            Self::NotTold
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_names_tell_the_realm() {
        for (host, realm) in [
            ("203.0.113.7", Realm::Public),
            ("10.1.2.3", Realm::Private),
            ("172.31.0.1", Realm::Private),
            ("172.32.0.1", Realm::Public),
            ("192.168.0.1", Realm::Private),
            ("100.64.0.1", Realm::Private),
            ("100.128.0.1", Realm::Public),
            ("169.254.1.1", Realm::Private),
            ("127.0.0.1", Realm::Machine),
            ("0.0.0.0", Realm::Machine),
            ("::1", Realm::Machine),
            ("::ffff:10.0.0.1", Realm::Private),
            ("fd00::1", Realm::Private),
            ("fe80::1", Realm::Private),
            ("2001:db8::1", Realm::Public),
            ("localhost", Realm::Machine),
            ("internal-a1.eu-west-1.elb.amazonaws.com", Realm::Private),
            ("lb.example.com", Realm::NotTold),
        ] {
            assert_eq!(Realm::of(&Host::parse(host).unwrap()), realm, "{host}");
        }
    }
}
