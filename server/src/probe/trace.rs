//! How long each step of a check took, and how many connections it made; knows no outcome's meaning.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::outcome::{Outcome, millis};
use super::target::Target;

/// The steps of a check, in milliseconds; `None` for a step that was not needed or not reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Looking up the name.
    pub name: Option<u32>,
    /// The connection that was made last.
    pub connect: Option<u32>,
    /// Its TLS handshake.
    pub tls: Option<u32>,
    /// The question over it, until the answer's head was there.
    pub answer: Option<u32>,
    /// The addresses of the host.
    pub addresses: Vec<IpAddr>,
    /// Connections that were tried.
    pub connections: u32,
    /// Those of them that were refused, or ended without an answer.
    pub refused: u32,
}

impl Trace {
    /// The host has these addresses.
    pub(super) fn found(&mut self, target: &Target, addresses: &[SocketAddr], time: Duration) {
        self.name = target.host().ip().is_none().then(|| millis(time));
        self.addresses = addresses.iter().map(SocketAddr::ip).collect();
    }

    /// Another connection is made.
    pub(super) fn begin(&mut self) {
        self.connections += 1;
        (self.connect, self.tls, self.answer) = (None, None, None);
    }

    /// It has ended.
    pub(super) fn end(&mut self, outcome: &Outcome) {
        self.refused += u32::from(outcome.is_no_answer());
        if let Outcome::Answered(answer) = outcome {
            // The answer's own time counts from the beginning of the connection.
            let before = self.connect.unwrap_or(0) + self.tls.unwrap_or(0);
            self.answer = Some(answer.millis.saturating_sub(before));
        }
    }
}
