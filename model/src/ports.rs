//! Ports as people ask for them: SkyPilot's notation `8888`, `6006-6008`, `8888,6006-6008`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::net::Port;

/// The most ports of one request. A Service may hold more; nobody reads a preview that long.
const MOST: usize = 64;

/// Ports, at least one and at most 64.
///
/// Invariant: sorted, none twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PortSet(Vec<Port>);

/// Why a text names no ports.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PortSetError {
    /// Nothing stands there, or nothing between two commas.
    #[error("a port is missing; ports are numbers or ranges with commas between: `8888,6006-6008`")]
    Missing,
    /// A part is neither a port nor a range.
    #[error("`{}` is no port: a port is a number from 1 to 65535, a range is `6006-6008`", .0.escape_default())]
    NotAPort(String),
    /// A range begins after its end.
    #[error("the range `{0}-{1}` runs backwards: write `{1}-{0}`")]
    Backwards(Port, Port),
    /// More ports than one request may name.
    #[error("these are more than {MOST} ports; open them in several steps")]
    TooMany,
}

impl PortSet {
    /// One port.
    pub fn one(port: Port) -> Self {
        Self(vec![port])
    }

    /// The ports in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Port> + '_ {
        self.0.iter().copied()
    }

    /// Whether the port is one of them.
    pub fn contains(&self, port: Port) -> bool {
        self.0.binary_search(&port).is_ok()
    }

    fn of(mut ports: Vec<Port>) -> Result<Self, PortSetError> {
        put_in_order(&mut ports);
        match ports.len() {
            0 => Err(PortSetError::Missing),
            1..=MOST => Ok(Self(ports)),
            _ => Err(PortSetError::TooMany),
        }
    }
}

impl FromStr for PortSet {
    type Err = PortSetError;

    fn from_str(text: &str) -> Result<Self, PortSetError> {
        let mut ports = vec![];
        for part in text.split(',') {
            let (first, last) = range(part.trim())?;
            // Before it is expanded: `1-65535` must cost nothing.
            if usize::from(last.number() - first.number()) >= MOST {
                return Err(PortSetError::TooMany);
            }
            ports.extend((first.number()..=last.number()).filter_map(|n| Port::new(n.into())));
            if ports.len() > MOST {
                put_in_order(&mut ports);
            }
            if ports.len() > MOST {
                return Err(PortSetError::TooMany);
            }
        }
        Self::of(ports)
    }
}

/// The first and the last port of a part between commas.
fn range(part: &str) -> Result<(Port, Port), PortSetError> {
    if part.is_empty() {
        return Err(PortSetError::Missing);
    }
    let number = |text: &str| {
        let shown = || part.chars().take(40).collect();
        text.trim().parse().map_err(|_| PortSetError::NotAPort(shown()))
    };
    let (first, last) = match part.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(part)?, number(part)?),
    };
    if first > last { Err(PortSetError::Backwards(first, last)) } else { Ok((first, last)) }
}

fn put_in_order(ports: &mut Vec<Port>) {
    crate::order::put_in_order(ports, Ord::cmp);
    ports.dedup();
}

/// Ports in SkyPilot's notation, three and more in a row as a range.
pub(crate) fn runs(mut ports: Vec<Port>) -> Vec<String> {
    put_in_order(&mut ports);
    let follows = |a: &Port, b: &Port| a.number().checked_add(1) == Some(b.number());
    let text = |run: &[Port]| match run {
        [] => vec![],
        [first, _, .., last] if run.len() > 2 => vec![format!("{first}-{last}")],
        few => few.iter().map(ToString::to_string).collect(),
    };
    ports.chunk_by(follows).flat_map(text).collect()
}

impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&runs(self.0.clone()).join(","))
    }
}

impl TryFrom<Vec<Port>> for PortSet {
    type Error = PortSetError;
    fn try_from(ports: Vec<Port>) -> Result<Self, PortSetError> {
        Self::of(ports)
    }
}

impl TryFrom<String> for PortSet {
    type Error = PortSetError;
    fn try_from(text: String) -> Result<Self, PortSetError> {
        text.parse()
    }
}

impl From<PortSet> for String {
    fn from(ports: PortSet) -> String {
        ports.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, String> {
        let ports = text.parse::<PortSet>();
        ports.map(|ports| ports.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn skypilots_notation_is_read() {
        assert_eq!(read("8888").unwrap(), "8888");
        assert_eq!(read("6006-6008").unwrap(), "6006-6008");
        assert_eq!(read("8888,6006-6008").unwrap(), "6006-6008,8888");
        assert_eq!(read(" 8888 , 6006 - 6008 ").unwrap(), "6006-6008,8888");
        assert_eq!(read("2,1,2,1").unwrap(), "1,2");
        assert_eq!(read("1-64").unwrap(), "1-64");
        assert_eq!(read("1-40,20-60,1-60").unwrap(), "1-60");
        assert_eq!(read("65535").unwrap(), "65535");
    }

    #[test]
    fn what_is_no_port_is_told_with_its_place() {
        let error = |text| read(text).unwrap_err();
        assert!(error("").starts_with("a port is missing"));
        assert!(error("8888,,6006").starts_with("a port is missing"));
        assert!(error("8888,abc").starts_with("`abc` is no port"));
        assert!(error("0").starts_with("`0` is no port"));
        assert!(error("80-").starts_with("`80-` is no port"));
        assert!(error("1-2-3").starts_with("`1-2-3` is no port"));
        assert!(error("８８").starts_with("`\\u{ff18}\\u{ff18}` is no port"));
        assert_eq!(error("6008-6006"), "the range `6008-6006` runs backwards: write `6006-6008`");
        assert!(error("1-65535").starts_with("these are more than 64 ports"));
        assert!(error("1-65").starts_with("these are more than 64 ports"));
        assert!(error("1-40,101-140").starts_with("these are more than 64 ports"));
    }

    proptest! {
        #[test]
        fn ports_are_read_as_they_are_written(numbers in prop::collection::btree_set(1_i64..65_536, 1..64)) {
            let ports: Vec<Port> = numbers.into_iter().filter_map(Port::new).collect();
            let set = PortSet::try_from(ports.clone()).unwrap();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), ports);
            prop_assert_eq!(set.to_string().parse(), Ok(set));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|[0-9,-]{0,40}") {
            if let Ok(ports) = text.parse::<PortSet>() {
                prop_assert!((1..=MOST).contains(&ports.iter().len()));
            }
        }
    }
}
