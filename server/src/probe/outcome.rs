//! How a check ended: facts about an answer, or what stood in its way. Never the answer's text.

use std::time::Duration;

use skyports_model::finding::shown;

/// The longest text that is kept of anything that came from the other side, in characters.
const LONGEST: usize = 80;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Something spoke HTTP.
    Answered(Answer),
    /// A port that is not asked by HTTP took the connection.
    Connected {
        /// How long that took.
        millis: u32,
    },
    /// The connection was refused.
    Refused,
    /// The time ran out.
    TimedOut(Step),
    /// The host's name has no address.
    NoSuchName,
    /// The TLS handshake failed.
    TlsFailed(String),
    /// What came is no HTTP.
    NotHttp(String),
    /// The connection ended before an answer.
    Ended(String),
    /// By our own rules nobody is asked there, and why.
    Forbidden(&'static str),
    /// No way leads there from this machine, and why.
    NoWay(String),
}

/// What a check waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The name's address.
    Name,
    /// The connection.
    Connect,
    /// The TLS handshake or the answer.
    Answer,
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Server`.
    pub server: Option<String>,
    /// The page's title.
    pub title: Option<String>,
    /// Where it redirects to; nobody goes there.
    pub location: Option<String>,
    /// Whether it is one of nginx's own pages.
    pub is_of_nginx: bool,
    /// Whether the app refuses to be asked by that name, whatever the path.
    pub refuses_host: bool,
    /// Whether it holds the mark that was looked for, where one was.
    pub is_marked: bool,
    /// How long the answer's head took.
    pub millis: u32,
}

impl Outcome {
    /// Whether something took the connection, and spoke as it should.
    pub fn has_answered(&self) -> bool {
        matches!(self, Self::Answered(_) | Self::Connected { .. })
    }

    /// How it ended, in a few words.
    pub fn told(&self) -> String {
        match self {
            Self::Answered(answer) => answer.told(),
            Self::Connected { millis } => format!("connected in {millis} ms"),
            Self::Refused => "connection refused".to_owned(),
            Self::TimedOut(Step::Name) => "no answer about the name in time".to_owned(),
            Self::TimedOut(Step::Connect) => "no connection in time".to_owned(),
            Self::TimedOut(Step::Answer) => "no answer in time".to_owned(),
            Self::NoSuchName => "the name has no address".to_owned(),
            Self::TlsFailed(error) => format!("TLS failed: {error}"),
            Self::NotHttp(error) => format!("no HTTP: {error}"),
            Self::Ended(error) => format!("the connection ended: {error}"),
            Self::Forbidden(why) => format!("not asked: {why}"),
            Self::NoWay(error) => format!("no way there: {error}"),
        }
    }

    /// Whether it is nginx itself that answers, that there is nothing or nobody.
    pub fn is_of_proxy(&self) -> bool {
        matches!(self, Self::Answered(answer) if answer.is_of_nginx && answer.status >= 400)
    }

    /// Whether the connection was refused, or ended without an answer.
    pub fn is_no_answer(&self) -> bool {
        matches!(self, Self::Refused | Self::Ended(_))
    }

    /// Whether both say the same but for the time that it took.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Answered(one), Self::Answered(other)) => {
                Answer { millis: other.millis, ..one.clone() } == *other
            }
            (Self::Connected { .. }, Self::Connected { .. }) => true,
            (one, other) => one == other,
        }
    }
}

impl Answer {
    /// The answer in a few words: `200 in 12 ms, “JupyterLab”`.
    pub fn told(&self) -> String {
        let Self { status, server, title, location, millis, .. } = self;
        let mut text = format!("{status} in {millis} ms");
        if let Some(location) = location {
            text = format!("{text}, to {location}");
        }
        if let Some(title) = title {
            text = format!("{text}, “{title}”");
        }
        if let Some(server) = server {
            text = format!("{text}, by {server}");
        }
        text
    }
}

/// A time as it is told.
pub(super) fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// Text of the other side, or an error that may hold some, made fit to show.
pub(super) fn told(text: impl std::fmt::Display) -> String {
    shown(&text.to_string(), LONGEST)
}
