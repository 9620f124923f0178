//! Addresses for load balancers on this machine: `127.77.0.N`, one each; where only `127.0.0.1` can
//! be had, as on macOS, that one for all, with ports of their own.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpSocket};

/// Waiting connections a port.
const BACKLOG: u32 = 128;

/// The addresses that are taken.
#[derive(Default)]
pub(crate) struct Addresses {
    taken: Mutex<BTreeSet<u8>>,
    one_for_all: bool,
}

/// An address; it is free again when this is dropped.
pub(crate) struct Address {
    /// `None` for the one that all have.
    number: Option<u8>,
    from: Arc<Addresses>,
}

/// A listener, with the number that was wanted for it and the one that it has.
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) wanted: u16,
    pub(crate) port: u16,
}

impl Addresses {
    /// As on a machine where only `127.0.0.1` can be had.
    #[cfg(test)]
    pub(crate) fn one_for_all() -> Self {
        Self { one_for_all: true, ..Self::default() }
    }

    /// The first address where all of these ports are free.
    pub(crate) fn take(
        self: &Arc<Self>,
        ports: &BTreeSet<u16>,
    ) -> io::Result<(Address, Vec<Bound>)> {
        let bind_all = |address: &Address| ports.iter().map(|port| address.bind(*port)).collect();
        let mut number = if self.one_for_all { None } else { self.next(0) };
        while let Some(candidate) = number {
            let address = Address { number, from: Arc::clone(self) };
            match bind_all(&address) {
                Ok(bound) => return Ok((address, bound)),
                // Another program has one of the ports there.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    number = self.next(candidate);
                }
                Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => break,
                Err(error) => return Err(error),
            }
        }
        let address = Address { number: None, from: Arc::clone(self) };
        Ok((bind_all(&address)?, address)).map(|(bound, address)| (address, bound))
    }

    /// Takes the next free number above this one.
    fn next(&self, above: u8) -> Option<u8> {
        let mut taken = self.taken();
        let free = (above.checked_add(1)?..=254).find(|number| !taken.contains(number))?;
        taken.insert(free);
        Some(free)
    }

    fn taken(&self) -> MutexGuard<'_, BTreeSet<u8>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Address {
    pub(crate) fn ip(&self) -> IpAddr {
        self.number.map_or(Ipv4Addr::LOCALHOST, |number| Ipv4Addr::new(127, 77, 0, number)).into()
    }

    /// Listens on a port of this address.
    pub(crate) fn bind(&self, wanted: u16) -> io::Result<Bound> {
        let socket = TcpSocket::new_v4()?;
        // Windows understands this otherwise: there it would let two listen at once.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(self.ip(), self.number.map_or(0, |_| wanted)))?;
        let listener = socket.listen(BACKLOG)?;
        let port = listener.local_addr()?.port();
        Ok(Bound { listener, wanted, port })
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.from.taken().remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_has_an_address_of_its_own_and_gives_it_back() {
        let addresses = Arc::new(Addresses::default());
        // A port that this machine gives out, so that no two tests want the same.
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let ports = BTreeSet::from([free]);
        let (first, bound) = addresses.take(&ports).unwrap();
        let (second, _other) = addresses.take(&ports).unwrap();
        assert_ne!(first.ip(), second.ip());
        assert_eq!(bound[0].port, free);
        let ip = first.ip();
        drop((first, bound));
        assert_eq!(addresses.take(&ports).unwrap().0.ip(), ip);
    }

    #[tokio::test]
    async fn an_address_where_a_port_is_taken_is_passed_over() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let _somebody = TcpListener::bind(("127.77.0.1", free)).await.unwrap();
        let addresses = Arc::new(Addresses::default());
        let (address, _bound) = addresses.take(&BTreeSet::from([free])).unwrap();
        assert_ne!(address.ip(), IpAddr::from([127, 77, 0, 1]));
    }

    #[tokio::test]
    async fn one_address_for_all_gives_ports_of_their_own() {
        let addresses = Arc::new(Addresses::one_for_all());
        let ports = BTreeSet::from([8888, 6006]);
        let (first, one) = addresses.take(&ports).unwrap();
        let (_second, other) = addresses.take(&ports).unwrap();
        assert_eq!(first.ip(), IpAddr::from(Ipv4Addr::LOCALHOST));
        let numbers: BTreeSet<u16> = one.iter().chain(&other).map(|bound| bound.port).collect();
        assert_eq!(numbers.len(), 4);
        assert_eq!(one.iter().map(|bound| bound.wanted).collect::<BTreeSet<_>>(), ports);
    }
}
