//! The way to what an experiment is made on: few connections that are used again, to addresses that
//! were looked at once, and so many requests and no more.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{self, HeaderValue};
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::subject::Subject;
use crate::probe::ask::{self, LARGEST_HEAD, MOST_HEADERS, USER_AGENT, failed};
use crate::probe::outcome::{Outcome, Step};
use crate::probe::{Prober, connect};

/// Requests of one experiment.
pub(super) const MOST: u32 = 30;
/// Connections at once.
const AT_ONCE: usize = 4;
/// One answer is waited for so long.
const ANSWER: Duration = Duration::from_secs(4);
/// A body that nobody reads is drained up to that length, so that its connection can be used again.
const DRAINED: u64 = 64 << 10;
/// For the header of a WebSocket's handshake: sixteen bytes that mean nothing, in base64.
const KEY: &str = "c2t5cG9ydHMtY2hlY2stMA==";

/// A way on which questions are put.
pub(super) struct Road<'a> {
    prober: &'a Prober,
    subject: &'a Subject,
    addresses: Vec<SocketAddr>,
    idle: Mutex<Vec<Line>>,
    room: Semaphore,
    asked: AtomicU32,
    deadline: Instant,
}

/// A connection, and the task that moves its bytes.
struct Line {
    sender: SendRequest<Empty<Bytes>>,
    _moves: AbortOnDropHandle<()>,
}

/// What is read of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// Its text, whatever it is said to be.
    All,
    /// Its text where it is a page or a refusal.
    Page,
    /// Its head; its text where something went wrong.
    Head,
}

/// An answer: its head, and what was read of its text.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    /// What it says it is; empty where it says nothing.
    pub(super) kind: String,
    pub(super) text: Vec<u8>,
}

impl<'a> Road<'a> {
    /// The way there, or why there is none.
    pub(super) async fn to(
        prober: &'a Prober,
        subject: &'a Subject,
        deadline: Instant,
    ) -> Result<Self, Outcome> {
        let addresses = timeout_at(deadline, prober.addresses(&subject.target))
            .await
            .unwrap_or(Err(Outcome::TimedOut(Step::Name)))?;
        Ok(Self {
            prober,
            subject,
            addresses,
            idle: Mutex::default(),
            room: Semaphore::new(AT_ONCE),
            asked: AtomicU32::new(0),
            deadline,
        })
    }

    /// Requests that were sent.
    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Asks for a path.
    pub(super) async fn get(&self, path: &str, read: Read) -> Result<Answered, Outcome> {
        self.ask(path, false, read).await
    }

    /// Asks for a WebSocket at a path, and leaves it at once.
    pub(super) async fn upgrade(&self, path: &str) -> Result<Answered, Outcome> {
        self.ask(path, true, Read::Head).await
    }

    async fn ask(&self, path: &str, upgrades: bool, read: Read) -> Result<Answered, Outcome> {
        let Ok(_room) = self.room.acquire().await else {
            return Err(Outcome::TimedOut(Step::Answer));
        };
        let until = self.deadline.min(Instant::now() + ANSWER);
        let late = |_| Err(Outcome::TimedOut(Step::Answer));
        // A server may close what it kept open just when it is asked: then it is asked once more.
        if let Some(line) = self.idle() {
            let asked = self.over(line, path, upgrades, read);
            match timeout_at(until, asked).await.unwrap_or_else(late) {
                Err(Outcome::Ended(_)) => {}
                other => return other,
            }
        }
        let line = timeout_at(until, self.connect()).await;
        let line = line.unwrap_or(Err(Outcome::TimedOut(Step::Connect)))?;
        timeout_at(until, self.over(line, path, upgrades, read)).await.unwrap_or_else(late)
    }

    fn idle(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().filter(|line| line.sender.is_ready())
    }

    async fn connect(&self) -> Result<Line, Outcome> {
        let stream = connect::first(&self.addresses).await?;
        // Questions are small, and each waits for its answer.
        let _ = stream.set_nodelay(true);
        match self.subject.target.request() {
            Some(request) if request.is_tls => {
                match self.prober.tls.wrap(stream, self.subject.target.host()).await {
                    Ok(stream) => Line::over(stream).await,
                    Err(error) => Err(Outcome::TlsFailed(crate::probe::outcome::told(&error))),
                }
            }
            Some(_) | None => Line::over(stream).await,
        }
    }

    async fn over(
        &self,
        mut line: Line,
        path: &str,
        upgrades: bool,
        read: Read,
    ) -> Result<Answered, Outcome> {
        let Some(request) = self.request(path, upgrades) else {
            return Err(Outcome::Forbidden("that is no request"));
        };
        if self.asked.fetch_add(1, Ordering::Relaxed) >= MOST {
            self.asked.store(MOST, Ordering::Relaxed);
            return Err(Outcome::Forbidden("so many requests are enough"));
        }
        let sent = line.sender.send_request(request).await;
        let response = sent.map_err(|error| failed(&error))?;
        let (answered, is_whole) = taken(response, read).await;
        if is_whole && line.sender.ready().await.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
        Ok(answered)
    }

    fn request(&self, path: &str, upgrades: bool) -> Option<Request<Empty<Bytes>>> {
        let authority = &self.subject.target.request()?.authority;
        let mut request = Request::get(path)
            .header(header::HOST, authority.as_str())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, "text/html, */*;q=0.5")
            .header(header::ACCEPT_ENCODING, "identity");
        if upgrades {
            request = request
                .header(header::CONNECTION, "Upgrade")
                .header(header::UPGRADE, "websocket")
                .header(header::ORIGIN, HeaderValue::from_str(&self.subject.origin()).ok()?)
                .header(header::SEC_WEBSOCKET_VERSION, "13")
                .header(header::SEC_WEBSOCKET_KEY, KEY);
        }
        request.body(Empty::new()).ok()
    }
}

impl Line {
    async fn over<S>(stream: S) -> Result<Self, Outcome>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(LARGEST_HEAD).max_headers(MOST_HEADERS);
        let both = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = both.map_err(|error| failed(&error))?;
        let moves = tokio::spawn(async move {
            // What went wrong is told to whoever asked.
            let _ = connection.await;
        });
        Ok(Self { sender, _moves: AbortOnDropHandle::new(moves) })
    }
}

/// What is kept of a response, and whether its connection can be used again.
async fn taken(response: Response<Incoming>, read: Read) -> (Answered, bool) {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let kind = ask::text(&head.headers, header::CONTENT_TYPE).unwrap_or_default();
    // An address is followed as it is, and shortened only where it is shown.
    let location = head.headers.get(header::LOCATION).filter(|_| head.status.is_redirection());
    let location =
        location.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
    let is_text = match read {
        Read::All => true,
        Read::Page => kind.is_empty() || kind.contains("html") || kind.contains("text/plain"),
        // Of what went wrong the text tells whose it is.
        Read::Head => status >= 400 && kind.contains("text/"),
    };
    let is_wanted = is_text || (read == Read::Page && ask::is_refusal(status));
    let is_short = body.size_hint().upper().is_some_and(|length| length <= DRAINED);
    // A stream of events does not end.
    let is_endless = kind.contains("event-stream") || status == 101;
    let (text, is_whole) = if !is_endless && (is_wanted || is_short) {
        ask::beginning(body).await
    } else {
        (vec![], false)
    };
    let text = if is_wanted { text } else { vec![] };
    (Answered { status, location, kind, text }, is_whole)
}
