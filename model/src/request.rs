//! What somebody asks for: ports of a cluster to open or to close.

use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::endpoint::Mode;
use crate::id::ClusterId;
use crate::ports::PortSet;

/// Ports to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRequest {
    /// The cluster.
    pub cluster: ClusterId,
    /// Its ports.
    pub ports: PortSet,
    /// The way in which they shall be exposed.
    pub mode: OpenMode,
    /// Who shall reach them.
    pub reach: Reach,
    /// What is asked for beyond that.
    pub extras: Extras,
}

/// Ports to close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseRequest {
    /// The cluster.
    pub cluster: ClusterId,
    /// Its ports.
    pub ports: PortSet,
    /// The way in which they are exposed.
    pub mode: OpenMode,
    /// How much of it goes.
    pub extent: Extent,
}

/// What is asked for beyond what SkyPilot does when it opens ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Extras {
    /// What the app sees of the path, in the mode `ingress`.
    pub prefix: Prefix,
    /// Where requests go.
    pub nodes: Nodes,
    /// What becomes of the ports in the other mode.
    pub other_mode: OtherMode,
}

/// What the app sees of the path that its requests have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Prefix {
    /// Nothing: SkyPilot's Ingress takes it off.
    #[default]
    TakenOff,
    /// All of it, at the path that SkyPilot prints: by a route of our own that wins over SkyPilot's.
    Kept,
    /// All of it, at a path of our own, where the controller lets SkyPilot's route win.
    KeptElsewhere,
}

/// The nodes of a cluster that get requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Nodes {
    /// As SkyPilot selects them: every one, where nobody has changed that.
    #[default]
    AsTheyAre,
    /// The head alone.
    Head,
}

/// What becomes of ports in the mode that is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum OtherMode {
    /// Nothing.
    #[default]
    Stays,
    /// They close there once they are open here.
    Closes,
}

/// How much of a port is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Extent {
    /// All that exposes it in the mode.
    #[default]
    Everything,
    /// The route alone that keeps the path: SkyPilot's own stays.
    KeptRoute,
}

/// What somebody asks to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Open ports.
    Open(OpenRequest),
    /// Close ports.
    Close(CloseRequest),
}

impl Ask {
    /// The cluster.
    pub fn cluster(&self) -> &ClusterId {
        match self {
            Self::Open(OpenRequest { cluster, .. }) | Self::Close(CloseRequest { cluster, .. }) => {
                cluster
            }
        }
    }

    /// Its ports.
    pub fn ports(&self) -> &PortSet {
        match self {
            Self::Open(OpenRequest { ports, .. }) | Self::Close(CloseRequest { ports, .. }) => {
                ports
            }
        }
    }

    /// The mode.
    pub fn mode(&self) -> OpenMode {
        match self {
            Self::Open(OpenRequest { mode, .. }) | Self::Close(CloseRequest { mode, .. }) => *mode,
        }
    }
}

/// The modes in which skyports opens and closes ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OpenMode {
    /// A port of a Service of type `LoadBalancer`.
    LoadBalancer,
    /// A path of an Ingress.
    Ingress,
}

impl OpenMode {
    /// Both.
    pub const ALL: [OpenMode; 2] = [Self::LoadBalancer, Self::Ingress];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::LoadBalancer => Self::Ingress,
            Self::Ingress => Self::LoadBalancer,
        }
    }
}

impl From<OpenMode> for Mode {
    fn from(mode: OpenMode) -> Mode {
        match mode {
            OpenMode::LoadBalancer => Mode::LoadBalancer,
            OpenMode::Ingress => Mode::Ingress,
        }
    }
}

/// The mode is one in which nothing is opened or closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("ports are opened in the modes `loadbalancer` and `ingress` only")]
pub struct NotWritable;

impl TryFrom<Mode> for OpenMode {
    type Error = NotWritable;
    fn try_from(mode: Mode) -> Result<Self, NotWritable> {
        Self::ALL.into_iter().find(|writable| Mode::from(*writable) == mode).ok_or(NotWritable)
    }
}

impl FromStr for OpenMode {
    type Err = NotWritable;
    fn from_str(word: &str) -> Result<Self, NotWritable> {
        Mode::parse(word).ok_or(NotWritable)?.try_into()
    }
}

impl fmt::Display for OpenMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Mode::from(*self).as_str())
    }
}

/// Who shall reach a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Whoever reaches what SkyPilot opens.
    Shared,
    /// These networks alone.
    From(Sources),
    /// Whoever is in the cloud's own network.
    Internal,
}

/// A network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// Invariant: no bit is set after the prefix, which is not empty: `0.0.0.0/0` restricts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

/// Why a text is no network that restricts anything.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CidrError {
    /// It is no network.
    #[error("`{}` is no network; write `10.0.0.0/8`, `2001:db8::/32` or an address", .0.escape_default())]
    NotANetwork(String),
    /// It holds every address.
    #[error("`{0}` is everybody and restricts nothing; leave it out to open the port for all")]
    Everybody(IpNet),
}

impl FromStr for Cidr {
    type Err = CidrError;
    fn from_str(text: &str) -> Result<Self, CidrError> {
        let text = text.trim();
        let shown = || CidrError::NotANetwork(text.chars().take(60).collect());
        let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
        let net = text.parse().or_else(|_| address()).map_err(|_| shown())?;
        if net.prefix_len() == 0 { Err(CidrError::Everybody(net)) } else { Ok(Self(net.trunc())) }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;
    fn try_from(text: String) -> Result<Self, CidrError> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> String {
        cidr.to_string()
    }
}

/// The most networks of one request: clouds make a firewall rule of each.
const MOST_SOURCES: usize = 32;

/// Networks, at least one and at most 32.
///
/// Invariant: sorted, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Cidr>", into = "Vec<Cidr>")]
pub struct Sources(Vec<Cidr>);

/// There are no networks, or too many.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a restriction names 1 to {MOST_SOURCES} networks")]
pub struct SourcesError;

impl Sources {
    /// The networks in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Cidr> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }
}

impl TryFrom<Vec<Cidr>> for Sources {
    type Error = SourcesError;
    fn try_from(mut networks: Vec<Cidr>) -> Result<Self, SourcesError> {
        crate::order::put_in_order(&mut networks, Ord::cmp);
        networks.dedup();
        (1..=MOST_SOURCES).contains(&networks.len()).then_some(Self(networks)).ok_or(SourcesError)
    }
}

impl From<Sources> for Vec<Cidr> {
    fn from(sources: Sources) -> Self {
        sources.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn networks_are_told_in_their_plain_form() {
        let read = |text: &str| text.parse::<Cidr>().map(|cidr| cidr.to_string());
        assert_eq!(read("10.1.2.3/8").unwrap(), "10.0.0.0/8");
        assert_eq!(read("203.0.113.7").unwrap(), "203.0.113.7/32");
        assert_eq!(read("2001:DB8::1/32").unwrap(), "2001:db8::/32");
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "office", "10.0.0.0/8\nx"] {
            assert!(matches!(read(bad), Err(CidrError::NotANetwork(_))), "{bad}");
        }
        for everybody in ["0.0.0.0/0", "::/0", "10.0.0.0/0"] {
            assert!(matches!(read(everybody), Err(CidrError::Everybody(_))), "{everybody}");
        }
    }

    #[test]
    fn a_restriction_is_never_empty() {
        assert_eq!(Sources::try_from(vec![]), Err(SourcesError));
        let cidr: Cidr = "10.0.0.0/8".parse().unwrap();
        assert_eq!(Sources::try_from(vec![cidr, cidr]).unwrap().to_string(), "10.0.0.0/8");
        let many = (0..33).map(|n| format!("10.0.{n}.0/24").parse().unwrap()).collect::<Vec<_>>();
        assert_eq!(Sources::try_from(many), Err(SourcesError));
    }

    #[test]
    fn only_two_modes_are_written() {
        assert_eq!("ingress".parse(), Ok(OpenMode::Ingress));
        assert_eq!("podip".parse::<OpenMode>(), Err(NotWritable));
        assert_eq!("".parse::<OpenMode>(), Err(NotWritable));
    }

    #[test]
    fn a_request_travels() {
        let request = OpenRequest {
            cluster: crate::testing::cluster("train", &[]).id,
            ports: "8888,6006-6008".parse().unwrap(),
            mode: OpenMode::LoadBalancer,
            reach: Reach::From(vec!["10.0.0.0/8".parse().unwrap()].try_into().unwrap()),
            extras: Extras { prefix: Prefix::Kept, ..Extras::default() },
        };
        let bytes = postcard::to_allocvec(&request).unwrap();
        assert_eq!(postcard::from_bytes::<OpenRequest>(&bytes), Ok(request));
    }

    proptest! {
        #[test]
        fn reading_a_network_never_panics(text in "\\PC{0,40}|[0-9a-f:./]{0,20}") {
            if let Ok(cidr) = text.parse::<Cidr>() {
                prop_assert_eq!(cidr.to_string().parse(), Ok(cidr));
            }
        }
    }
}
