//! From where an endpoint can be reached, as far as its address tells.

use skyports_model::{Endpoint, Host, Mode, Realm};

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
        match Realm::of(host) {
            Realm::Public => Self::Public,
            Realm::Private => Self::Private,
            Realm::Machine => Self::Machine,
            Realm::NotTold => Self::NotTold,
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
    fn addresses_are_cut_at_their_last_colon() {
        assert_eq!(host_of_address("[fd00::1]:22"), Host::parse("fd00::1").ok());
        assert_eq!(host_of_address("10.0.0.1:22"), Host::parse("10.0.0.1").ok());
        assert_eq!(host_of_address("nothing"), None);
    }
}
