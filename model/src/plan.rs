//! What will happen when ports are opened or closed, told before it does.

use serde::{Deserialize, Serialize};

use crate::endpoint::FutureUrl;
use crate::finding::Finding;
use crate::id::ObjectRef;
use crate::net::Port;
use crate::request::{Ask, CloseRequest, Extent, Nodes, OpenMode, OpenRequest, Prefix};
use crate::url::ExternalUrl;

/// A plan as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Whether ports open or close.
    pub direction: Direction,
    /// What it is about.
    pub subject: Subject,
    /// The mode.
    pub mode: OpenMode,
    /// The ports for which something changes.
    pub changed: Vec<Port>,
    /// The ports that are already so.
    pub unchanged: Vec<Port>,
    /// What will be written, in this order. Empty when every port is already so.
    pub steps: Vec<PlannedStep>,
    /// Where each port will be reached; empty when ports close.
    pub urls: Vec<PlannedUrl>,
    /// What a person should know before.
    pub warnings: Vec<Finding>,
    /// What a person must confirm by typing the port's number.
    pub must_confirm: Vec<Confirmation>,
}

/// Whether ports open or close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// They open.
    Open,
    /// They close.
    Close,
}

/// What of ports a plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// That they are open.
    Ports,
    /// That their path is kept.
    KeptPath,
    /// That the head alone gets their requests.
    HeadOnly,
}

impl Subject {
    /// What a request is about.
    pub fn of(ask: &Ask) -> Self {
        match ask {
            Ask::Open(OpenRequest { extras, .. }) if extras.prefix != Prefix::TakenOff => {
                Self::KeptPath
            }
            Ask::Open(OpenRequest { extras, .. }) if extras.nodes == Nodes::Head => Self::HeadOnly,
            Ask::Close(CloseRequest { extent: Extent::KeptRoute, .. }) => Self::KeptPath,
            Ask::Open(_) | Ask::Close(_) => Self::Ports,
        }
    }

    /// What is said of a port for which it was done, and for which it was so already; `None` where
    /// the ports themselves open or close.
    pub fn words(self, direction: Direction) -> Option<(&'static str, &'static str)> {
        match (self, direction) {
            (Self::Ports, _) | (Self::HeadOnly, Direction::Close) => None,
            (Self::KeptPath, Direction::Open) => Some(("keeps its path", "keeps its path already")),
            (Self::KeptPath, Direction::Close) => {
                Some(("no longer keeps its path", "did not keep its path"))
            }
            (Self::HeadOnly, Direction::Open) => {
                Some(("leads to the head alone", "leads to the head alone already"))
            }
        }
    }
}

/// One object that will be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The object.
    pub object: ObjectRef,
    /// What happens to it.
    pub verb: Verb,
    /// The same for people, a sentence.
    pub sentence: String,
    /// The object as it will be; `None` when it goes.
    pub yaml: Option<String>,
    /// The object as it is; `None` when it does not exist.
    pub before: Option<String>,
    /// The lines of both texts, those around a change alone.
    pub diff: Vec<DiffLine>,
    /// The command that does the same.
    pub kubectl: String,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verb {
    /// It is made.
    Create,
    /// An object of ours is made, or made as it should be.
    Apply,
    /// It gets ports.
    AddPorts,
    /// It loses ports and keeps others.
    RemovePorts,
    /// It gets paths.
    AddPaths,
    /// It loses paths and keeps others.
    RemovePaths,
    /// It leads to other pods.
    Select,
    /// It goes.
    Delete,
}

impl Verb {
    /// The verb for people: `Create`, `Add ports to`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Apply => "Apply",
            Self::AddPorts => "Add ports to",
            Self::RemovePorts => "Remove ports from",
            Self::AddPaths => "Add paths to",
            Self::RemovePaths => "Remove paths from",
            Self::Select => "Change the selector of",
            Self::Delete => "Delete",
        }
    }
}

/// A line of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// Whether it comes, goes or stays.
    pub change: LineChange,
    /// The line without its end.
    pub text: String,
}

/// Whether a line comes, goes or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LineChange {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It stays.
    Kept,
    /// Lines stay that are not shown; the text says so.
    Skipped,
}

impl LineChange {
    /// The sign before the line.
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Kept | Self::Skipped => ' ',
        }
    }
}

/// Where a port will be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedUrl {
    /// The port.
    pub port: Port,
    /// What is known of the place.
    pub place: Place,
}

/// What is known of the place where a port will be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Links, the first preferred: the address is there already.
    Known(Vec<ExternalUrl>),
    /// `HOST:PORT`: the port speaks no HTTP, and the address is there already.
    Address(String),
    /// The link as far as it is known while there is no address.
    Future(FutureUrl),
    /// An address that does not exist yet, and no link: the port speaks no HTTP.
    FutureAddress,
}

/// A port that a person must confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The port; its number is what is typed.
    pub port: Port,
    /// Why, and what to do instead.
    pub reason: Finding,
}
