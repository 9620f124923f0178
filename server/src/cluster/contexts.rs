//! Which contexts are meant, read from the kubeconfig as kubectl would, and how to reach them.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use skyports_model::{ContextName, Host, Namespace};
use thiserror::Error;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::{Instant, sleep_until};
use tower::service_fn;

use super::watch::told;
use crate::config::args::CommonArgs;
use crate::config::environment;

/// A server that accepts and never answers is given up after this: longer than a watch lasts (30 s),
/// and before kube takes the silence for the end of the watch (35 s) and waits once more.
const READ_TIMEOUT: Duration = Duration::from_secs(32);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Requests to one server: so many at once, then one each of these times. kube asks again without
/// any pause where watches end at once, as behind a gateway that allows no long answers.
const BURST: u32 = 40;
const PACE: Duration = Duration::from_millis(50);

/// Why no context can be looked at. All of them are the caller's to mend: exit code 2.
#[derive(Debug, Error)]
pub enum ContextsError {
    /// Two flags that exclude each other.
    #[error("{0} and {1} exclude each other")]
    Both(&'static str, &'static str),
    /// There is no kubeconfig anywhere, and this is no Pod.
    #[error("there is no kubeconfig: neither --kubeconfig nor KUBECONFIG names one, and {} does not exist", .0.display())]
    NoKubeconfig(PathBuf),
    /// A file that was asked for is not there.
    #[error("{from} names the kubeconfig {}, which does not exist", path.display())]
    Missing {
        /// The flag or variable that names it.
        from: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A file is there and cannot be read or understood.
    #[error("cannot read the kubeconfig {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line where the parser knows it.
        error: String,
    },
    /// The kubeconfig names no current context, and none was asked for.
    #[error("the kubeconfig has no current context")]
    NoCurrentContext(Vec<String>),
    /// A context that was asked for does not exist.
    #[error("there is no context `{name}` in the kubeconfig")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A name that Kubernetes could not hold.
    #[error("`{name}` is no {what}: {error}")]
    Name {
        /// What it should be.
        what: &'static str,
        /// The text.
        name: String,
        /// Why not.
        error: String,
    },
    /// The service account of this Pod cannot be used.
    #[error("the service account of this Pod cannot be used: {0}")]
    InCluster(String),
}

impl ContextsError {
    /// What to do about it, as the line after `hint:`.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoKubeconfig(_) => {
                Some("set KUBECONFIG or pass --kubeconfig; `skyports serve --demo` shows made-up clusters".into())
            }
            Self::Missing { .. } => Some("correct the path, or unset it to use ~/.kube/config".into()),
            Self::NoCurrentContext(known) | Self::Unknown { known, .. } if known.is_empty() => {
                Some("the kubeconfig holds no contexts at all: name one that does with `--kubeconfig` or KUBECONFIG".into())
            }
            Self::NoCurrentContext(known) => {
                Some(format!("pass --context NAME or --all-contexts; known: {}", known.join(", ")))
            }
            Self::Unknown { known, .. } => Some(format!("known contexts: {}", known.join(", "))),
            Self::Unreadable { .. } => Some("`kubectl config view` reads the same file".into()),
            Self::Both(..) => Some("leave one of them out".into()),
            Self::Name { .. } | Self::InCluster(_) => None,
        }
    }
}

/// Where to look within a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    /// All namespaces, and nothing less.
    All,
    /// All namespaces; only this one where listing all is refused.
    AllElse(Namespace),
    /// One namespace.
    One(Namespace),
}

/// A context to look at.
pub struct Wanted {
    /// Its name.
    pub name: ContextName,
    /// How to reach it, or why its entry cannot be used.
    pub target: Result<Arc<Target>, String>,
}

/// How to reach a context and where to look in it.
pub struct Target {
    config: Config,
    /// One for all who ask, so that they share its connections.
    client: OnceCell<Client>,
    /// The pace of what nobody waits for.
    pace: Arc<Pace>,
    /// Where to look.
    pub namespaces: Namespaces,
}

/// Without what the kubeconfig holds.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({}, {:?})", self.config.cluster_url, self.namespaces)
    }
}

impl Target {
    /// The API server's host and port, which no check may ask.
    pub fn authority(&self) -> Option<(Host, u16)> {
        let url = &self.config.cluster_url;
        let host = Host::try_from(url.host()?.to_owned()).ok()?;
        let usual = if url.scheme_str() == Some("http") { 80 } else { 443 };
        Some((host, url.port_u16().unwrap_or(usual)))
    }

    /// The API server's address.
    pub(super) fn server(&self) -> String {
        self.config.cluster_url.to_string()
    }

    /// The client; making it may run the kubeconfig's credential plugin, so never on an async
    /// thread.
    pub(super) async fn connect(&self) -> Result<Client, String> {
        Ok(paced(self.unpaced().await?, Arc::clone(&self.pace)))
    }

    /// The same, for what is asked once in a while, and much of it at once: reviews of what a reader
    /// may see.
    pub(super) async fn unpaced(&self) -> Result<Client, String> {
        let make = || async {
            let config = self.config.clone();
            let made = tokio::task::spawn_blocking(move || Client::try_from(config)).await;
            made.map_err(|error| error.to_string())?.map_err(|error| told(&error))
        };
        self.client.get_or_try_init(make).await.cloned()
    }
}

/// The client, at that pace.
fn paced(client: Client, pace: Arc<Pace>) -> Client {
    let namespace = client.default_namespace().to_owned();
    let send = move |request| {
        let (client, pace) = (client.clone(), Arc::clone(&pace));
        async move {
            pace.turn().await;
            client.send(request).await
        }
    };
    Client::new(service_fn(send), namespace)
}

/// When the requests so far would have ended, one after another.
struct Pace(Mutex<Instant>);

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Pace {
    async fn turn(&self) {
        let begin = next(&mut *self.0.lock().await, Instant::now());
        sleep_until(begin).await;
    }
}

/// When a request may begin that is made now.
fn next(end: &mut Instant, now: Instant) -> Instant {
    *end = now.max(*end) + PACE;
    end.checked_sub(PACE * BURST).map_or(now, |begin| begin.max(now))
}

/// Refuses flags that exclude each other.
pub fn check(args: &CommonArgs) -> Result<(), ContextsError> {
    if args.all_contexts && !args.contexts.is_empty() {
        return Err(ContextsError::Both("--all-contexts", "--context"));
    }
    if args.all_namespaces && args.namespace.is_some() {
        return Err(ContextsError::Both("--all-namespaces", "--namespace"));
    }
    Ok(())
}

/// The contexts that the flags and the kubeconfig ask for, in their order; at least one.
pub async fn resolve(args: &CommonArgs) -> Result<Vec<Wanted>, ContextsError> {
    check(args)?;
    match load(args.kubeconfig.as_deref())? {
        Some(kubeconfig) => choose(kubeconfig, args).await,
        None => Ok(vec![in_cluster(&Within::of(args)?)?]),
    }
}

/// Whether the kubeconfig's current context is the one that `sky local up` makes: SkyPilot then
/// opens ports through an Ingress, in whatever context (`get_port_mode` of 0.14.1).
pub fn is_sky_local(args: &CommonArgs) -> bool {
    let kubeconfig = load(args.kubeconfig.as_deref()).ok().flatten();
    let current = kubeconfig.and_then(|kubeconfig| kubeconfig.current_context);
    current.as_deref() == Some("kind-skypilot")
}

/// The contexts that the flags ask for, of a kubeconfig that is in no file.
pub async fn resolve_in(text: &str, args: &CommonArgs) -> Result<Vec<Wanted>, ContextsError> {
    let kubeconfig = Kubeconfig::from_yaml(text).map_err(|error| ContextsError::Unreadable {
        path: PathBuf::from("-"),
        error: told(&error),
    })?;
    choose(kubeconfig, args).await
}

async fn choose(kubeconfig: Kubeconfig, args: &CommonArgs) -> Result<Vec<Wanted>, ContextsError> {
    let within = Within::of(args)?;
    let CommonArgs { kubeconfig: _, contexts, all_contexts, namespace: _, all_namespaces: _ } =
        args;
    let known: Vec<String> =
        kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    let names = match (contexts.as_slice(), all_contexts) {
        (_, true) => known.clone(),
        ([], false) => {
            kubeconfig.current_context.clone().filter(|name| !name.is_empty()).into_iter().collect()
        }
        (names, false) => names.to_vec(),
    };
    if names.is_empty() {
        return Err(ContextsError::NoCurrentContext(known));
    }
    let mut wanted: Vec<Wanted> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            return Err(ContextsError::Unknown { name, known });
        }
        let context = ContextName::parse(&name).map_err(|error| ContextsError::Name {
            what: "context",
            name: name.clone(),
            error: error.to_string(),
        })?;
        if wanted.iter().any(|other| other.name == context) {
            continue;
        }
        let options = KubeConfigOptions { context: Some(name), ..KubeConfigOptions::default() };
        let target = match Config::from_custom_kubeconfig(kubeconfig.clone(), &options).await {
            Ok(config) => within.target(config).map(Arc::new),
            Err(error) => Err(told(&error)),
        };
        wanted.push(Wanted { name: context, target });
    }
    Ok(wanted)
}

/// The namespaces that the flags ask for.
struct Within {
    namespace: Option<Namespace>,
    all: bool,
}

impl Within {
    fn of(args: &CommonArgs) -> Result<Self, ContextsError> {
        Ok(Self {
            namespace: args.namespace.as_deref().map(namespace_of).transpose()?,
            all: args.all_namespaces,
        })
    }

    fn target(&self, mut config: Config) -> Result<Target, String> {
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(READ_TIMEOUT);
        // The watches have their own pauses; kube's would wait for minutes.
        config.default_retry = false;
        // A pod is 70 kB of start-up script: worth packing for a network, not for this machine.
        config.disable_compression |= config.cluster_url.host().is_some_and(is_this_machine);
        let namespaces =
            match &self.namespace {
                Some(namespace) => Namespaces::One(namespace.clone()),
                None if self.all => Namespaces::All,
                None => Namespaces::AllElse(Namespace::parse(&config.default_namespace).map_err(
                    |error| format!("namespace `{}`: {error}", config.default_namespace),
                )?),
            };
        Ok(Target { config, client: OnceCell::new(), pace: Arc::default(), namespaces })
    }
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn namespace_of(text: &str) -> Result<Namespace, ContextsError> {
    Namespace::parse(text).map_err(|error| ContextsError::Name {
        what: "namespace",
        name: text.to_owned(),
        error: error.to_string(),
    })
}

fn in_cluster(within: &Within) -> Result<Wanted, ContextsError> {
    let config = Config::incluster().map_err(|error| ContextsError::InCluster(told(&error)))?;
    Ok(Wanted { name: ContextName::in_cluster(), target: within.target(config).map(Arc::new) })
}

/// The kubeconfig; `None` when the in-cluster account is meant.
fn load(flag: Option<&Path>) -> Result<Option<Kubeconfig>, ContextsError> {
    let named = match flag {
        Some(path) => vec![path.to_path_buf()],
        None => environment::kubeconfig_files(),
    };
    if let Some(first) = named.first() {
        let from = if flag.is_some() { "--kubeconfig" } else { "KUBECONFIG" };
        // As kubectl does: of several files those that are not there do not count.
        let there: Vec<&PathBuf> = named.iter().filter(|path| path.exists()).collect();
        if there.is_empty() {
            return Err(ContextsError::Missing { from, path: first.clone() });
        }
        return read(there.into_iter().map(PathBuf::as_path)).map(Some);
    }
    let default =
        environment::default_kubeconfig().unwrap_or_else(|| PathBuf::from("~/.kube/config"));
    if default.exists() {
        return read([default.as_path()].into_iter()).map(Some);
    }
    if environment::in_cluster() { Ok(None) } else { Err(ContextsError::NoKubeconfig(default)) }
}

fn read<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<Kubeconfig, ContextsError> {
    paths.into_iter().try_fold(Kubeconfig::default(), |merged, path| {
        Kubeconfig::read_from(path).and_then(|next| merged.merge(next)).map_err(|error| {
            let error = match error {
                KubeconfigError::ReadConfig(error, _) => error.to_string(),
                error => told(&error),
            };
            ContextsError::Unreadable { path: path.to_path_buf(), error }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(path: &Path) -> CommonArgs {
        CommonArgs {
            kubeconfig: Some(path.to_path_buf()),
            contexts: vec![],
            all_contexts: false,
            namespace: None,
            all_namespaces: false,
        }
    }

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    const TWO: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
        clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
        users: [{name: u, user: {token: t}}]\n\
        contexts: [{name: a, context: {cluster: k, user: u, namespace: ml}}, {name: b, context: {cluster: gone}}]\n";

    #[tokio::test]
    async fn the_current_context_is_the_default() {
        let (_folder, path) = written(TWO);
        let wanted = resolve(&args(&path)).await.unwrap();
        assert_eq!(wanted.len(), 1);
        assert_eq!(wanted[0].name.as_str(), "a");
        let namespaces = &wanted[0].target.as_ref().ok().unwrap().namespaces;
        assert_eq!(*namespaces, Namespaces::AllElse(Namespace::parse("ml").unwrap()));
    }

    #[tokio::test]
    async fn an_entry_that_cannot_be_used_spares_the_others() {
        let (_folder, path) = written(TWO);
        let wanted = resolve(&CommonArgs { all_contexts: true, ..args(&path) }).await.unwrap();
        assert!(wanted[0].target.is_ok());
        let error = wanted[1].target.as_ref().err().unwrap();
        assert!(error.contains("gone"), "{error}");
    }

    #[tokio::test]
    async fn wrong_names_and_files_are_told_apart() {
        let (_folder, path) = written(TWO);
        let error = |args| async move { resolve(&args).await.err().unwrap() };
        let unknown = error(CommonArgs { contexts: vec!["c".into()], ..args(&path) }).await;
        assert_eq!(unknown.to_string(), "there is no context `c` in the kubeconfig");
        assert_eq!(unknown.hint().unwrap(), "known contexts: a, b");
        let missing = error(args(&path.join("no"))).await.to_string();
        assert!(missing.starts_with("--kubeconfig names the kubeconfig "), "{missing}");
        let (_folder, broken) = written("clusters: [\n  }");
        let broken = error(args(&broken)).await.to_string();
        assert!(broken.contains("line"), "{broken}");
        let name =
            error(CommonArgs { namespace: Some("a/b".into()), ..args(&path) }).await.to_string();
        assert_eq!(name, "`a/b` is no namespace: the name holds `/`");
    }

    #[test]
    fn many_requests_come_at_once_and_endless_ones_at_a_pace() {
        let now = Instant::now() + PACE * BURST;
        let mut end = now;
        for _ in 0..BURST {
            assert_eq!(next(&mut end, now), now);
        }
        for later in 1..100 {
            assert_eq!(next(&mut end, now), now + PACE * later);
        }
        let rested = now + PACE * 500;
        assert_eq!(next(&mut end, rested), rested);
    }
}
