//! From where an address can be reached, as far as the address itself tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use skyports_model::{Endpoint, Host, Mode};

/// From where an endpoint can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The address is routed on the internet; a firewall may still stand before it.
    Public,
    /// The address is for private networks.
    Private,
    /// The address is a pod's: it is routed inside the cluster, and sometimes around it.
    Cluster,
    /// The address leads back to the machine that asks.
    Machine,
    /// A name, which does not tell.
    NotTold,
}

impl Reach {
    /// The reach of an endpoint's first address; `None` while there is none.
    pub(crate) fn of(endpoint: &Endpoint) -> Option<Self> {
        let reach = match endpoint.urls.first() {
            Some(url) => Self::of_host(url.host()),
            None => Self::of_host(&host_of_address(endpoint.addresses.first()?)?),
        };
        let pod = endpoint.mode() == Mode::PodIp && reach == Self::Private;
        Some(if pod { Self::Cluster } else { reach })
    }

    /// The reach for people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Public => "Public address",
            Self::Private => "Private network",
            Self::Cluster => "Cluster only",
            Self::Machine => "This machine",
            Self::NotTold => "Not known",
        }
    }

    /// Why the label tells nothing, where it does not.
    pub(crate) fn why(self) -> Option<&'static str> {
        let not_told = self == Self::NotTold;
        not_told.then_some("A name does not tell from where it can be reached")
    }

    /// The icon's name.
    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Public | Self::NotTold => "globe",
            Self::Private => "lock",
            Self::Cluster => "pod",
            Self::Machine => "terminal",
        }
    }

    fn of_host(host: &Host) -> Self {
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

/// The host of `HOST:PORT`, where IPv6 stands in brackets.
fn host_of_address(address: &str) -> Option<Host> {
    let (host, _) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Host::parse(host).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_names_tell_the_reach() {
        for (host, reach) in [
            ("203.0.113.7", Reach::Public),
            ("10.1.2.3", Reach::Private),
            ("172.31.0.1", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.0.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("100.128.0.1", Reach::Public),
            ("169.254.1.1", Reach::Private),
            ("127.0.0.1", Reach::Machine),
            ("::1", Reach::Machine),
            ("::ffff:10.0.0.1", Reach::Private),
            ("fd00::1", Reach::Private),
            ("fe80::1", Reach::Private),
            ("2001:db8::1", Reach::Public),
            ("localhost", Reach::Machine),
            ("internal-a1.eu-west-1.elb.amazonaws.com", Reach::Private),
            ("lb.example.com", Reach::NotTold),
        ] {
            assert_eq!(Reach::of_host(&Host::parse(host).unwrap()), reach, "{host}");
        }
    }

    #[test]
    fn addresses_are_cut_at_their_last_colon() {
        assert_eq!(host_of_address("[fd00::1]:22"), Host::parse("fd00::1").ok());
        assert_eq!(host_of_address("10.0.0.1:22"), Host::parse("10.0.0.1").ok());
        assert_eq!(host_of_address("nothing"), None);
    }
}
