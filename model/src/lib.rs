//! The vocabulary of skyports: what a cluster, an endpoint, a state and a reason are.
//!
//! Types and rules only: no I/O, no clock, no Kubernetes types, no Leptos. Everything that comes
//! from a cluster, the network or a browser is parsed into one of these types at the edge.
//! Start reading at [`overview::Overview`], the one picture that every page and command shows.

pub mod arrangement;
pub mod caution;
pub mod chain;
pub mod change;
pub mod check;
pub mod cluster;
pub mod code;
pub mod context;
pub mod copies;
pub mod default_mode;
pub mod description;
mod discreet;
pub mod endpoint;
pub mod failure;
pub mod filter;
pub mod finding;
pub mod id;
pub mod kubectl;
pub mod leftover;
pub mod net;
mod order;
pub mod outcome;
pub mod overview;
pub mod plan;
pub mod ports;
pub mod query;
mod realm;
pub mod reason;
pub mod refusal;
pub mod repair;
pub mod request;
pub mod share;
pub mod shell;
#[cfg(test)]
mod testing;
pub mod time;
pub mod trouble;
pub mod url;
pub mod verdict;

pub use arrangement::{Grouping, Sort, SortKey};
pub use caution::Caution;
pub use chain::{Chain, Link, LinkKind, LinkResult};
pub use change::Change;
pub use check::{CheckLine, CheckPart, ContextCheck, LineState, Verdict};
pub use cluster::{Cluster, ClusterKind, Resources};
pub use code::Code;
pub use context::{ContextState, ContextStatus};
pub use copies::Copies;
pub use default_mode::{DefaultMode, WhyMode};
pub use description::{Description, EventLine, ObjectText};
pub use endpoint::{
    AppGuess, Checked, Confidence, Endpoint, EndpointState, FutureUrl, Mode, Owner, Route,
};
pub use failure::{Failure, FailureKind};
pub use filter::Filter;
pub use finding::{Finding, Form, Step};
pub use id::{ClusterId, ContextName, EndpointId, NameOnCloud, Namespace, ObjectKind, ObjectRef};
pub use net::{Host, Port, Scheme};
pub use outcome::{Outcome, WriteFailure};
pub use overview::Overview;
pub use plan::Preview;
pub use ports::PortSet;
pub use query::Query;
pub use realm::Realm;
pub use reason::{Reason, Silence};
pub use refusal::Refusal;
pub use repair::Repair;
pub use request::{
    Ask, Cidr, CloseRequest, Extent, Extras, Nodes, OpenMode, OpenRequest, OtherMode, Prefix,
    Reach, Sources,
};
pub use time::Timestamp;
pub use trouble::Trouble;
pub use url::ExternalUrl;
// `Verdict` at the root is `check`’s, on a mode of a context.
pub use verdict::{Exchange, VerdictKind};
