//! Connects to addresses that were looked at: the first that takes the connection.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::outcome::{Outcome, Step, told};

/// One connection is made within this time.
const CONNECT: Duration = Duration::from_secs(2);
/// Addresses of one name that are tried: a load balancer has two or three.
const TRIES: usize = 3;

/// A connection to the first address that takes one; else how the first try ended.
pub(super) async fn first(addresses: &[SocketAddr]) -> Result<TcpStream, Outcome> {
    let mut failed = None;
    for address in addresses.iter().take(TRIES) {
        let outcome = match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => refused(&error),
            Err(_) => Outcome::TimedOut(Step::Connect),
        };
        // No way for IPv6 says nothing of the address that IPv4 has.
        if failed.is_none() || matches!(failed, Some(Outcome::NoWay(_))) {
            failed = Some(outcome);
        }
    }
    Err(failed.unwrap_or(Outcome::NoSuchName))
}

fn refused(error: &Error) -> Outcome {
    match error.kind() {
        ErrorKind::ConnectionRefused => Outcome::Refused,
        ErrorKind::TimedOut => Outcome::TimedOut(Step::Connect),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Outcome::Ended(told(error)),
        // No route, no IPv6 here, a firewall of this machine: nothing is learnt of the endpoint.
        _ => Outcome::NoWay(told(error)),
    }
}
