//! The command line, as clap parses it: one struct a sub-command, each flag with its variable.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Parser, Subcommand, ValueEnum};
use skyports_model::{Cidr, Mode, OpenMode, Port, PortSet};

use super::origin::Origin;

/// Every port that `SkyPilot` opened on Kubernetes, with the URL that works or the reason why not.
#[derive(Debug, Parser)]
#[command(name = "skyports", version, about, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the web page
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// List clusters and their endpoints
    #[command(after_help = LIST_HELP)]
    List(ListArgs),
    /// Open ports of a cluster
    #[command(after_help = OPEN_HELP)]
    Open(OpenArgs),
    /// Close ports of a cluster
    #[command(after_help = CLOSE_HELP)]
    Close(CloseArgs),
    /// Say whether contexts can expose ports, and what is missing
    #[command(after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Say where the way to one port ends, and what to do about it
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArgs),
}

const SERVE_HELP: &str = "\
Without any kubeconfig the demo is shown, as with --demo; --all-contexts adds contexts to it that
fail, each in its own way.
The link that is printed logs this browser in; it works until skyports ends. Without JavaScript,
type the code that follows it. Scripts send the code as `Authorization: Bearer CODE`.

On an address that others reach there is no such code. A proxy in front signs readers in and sends a
signed token with each request (--sign-in-…); each reader sees what Kubernetes lets them list. See
docs/deploy.md.";

const LIST_HELP: &str = "\
Exit codes: 0 done (also when one of several contexts is down; standard error says which),
1 the cluster refused or cannot be reached, 2 wrong usage, 3 nothing matched.";

const OPEN_HELP: &str = "\
Exit codes: 0 done (also when the ports were open already), 1 the cluster refused or cannot be
reached, 2 wrong usage, 3 no such cluster, 4 --wait ran out of time.
SkyPilot does not know of ports opened here: its next launch that changes ports drops them.";

const CLOSE_HELP: &str = "\
Exit codes: 0 done, 1 the cluster refused or cannot be reached, 2 wrong usage (also when a port is
open in several modes and --mode names none), 3 no such cluster, or none of its ports is open.";

const CHECK_HELP: &str = "\
Exit codes: 0 some mode works in every context that was asked, 1 in one of them none does, or nobody
knows, 2 wrong usage.
It reads and changes nothing; what may not be seen is told as not known.";

const EXPLAIN_HELP: &str = "\
Exit codes: 0 done, whatever was found, 1 the cluster refused or cannot be reached, 2 wrong usage
(also when the port is open in several modes and --mode names none), 3 no such cluster, or the port
is not open.
It asks the endpoint as a browser would, with a few GETs, and changes nothing.";

// That two flags exclude each other is not said here: clap takes a variable that is `0` for a flag
// that is there.

/// Flags of `skyports serve`.
#[expect(clippy::struct_excessive_bools, reason = "a field a flag")]
#[derive(Debug, Clone, Parser)]
pub struct ServeArgs {
    /// Address to listen on; the next free port is taken when this one is in use
    #[arg(
        long,
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:7676",
        env = "SKYPORTS_LISTEN"
    )]
    pub listen: SocketAddr,
    /// Open the page in a browser
    #[arg(long, env = "SKYPORTS_OPEN", value_parser = FalseyValueParser::new())]
    pub open: bool,
    /// Show the built-in demo: made-up clusters, with links that open
    #[arg(long, env = "SKYPORTS_DEMO", value_parser = FalseyValueParser::new())]
    pub demo: bool,
    /// Ask for no login; on a loopback address only
    #[arg(long, env = "SKYPORTS_NO_LOGIN", value_parser = FalseyValueParser::new())]
    pub no_login: bool,
    /// Never write to a cluster
    #[arg(long, env = "SKYPORTS_READ_ONLY", value_parser = FalseyValueParser::new())]
    pub read_only: bool,
    /// Where others reach this skyports, for links to it: http(s)://HOST:PORT
    #[arg(long, value_name = "URL", env = "SKYPORTS_PUBLIC_URL")]
    pub public_url: Option<Origin>,
    /// Who may look, where others reach this skyports.
    #[command(flatten)]
    pub sign_in: SignInArgs,
    /// Show every cluster to everybody who reaches this skyports, without any sign-in; never writes
    #[arg(
        long,
        env = "SKYPORTS_DANGEROUSLY_SHOW_TO_EVERYBODY",
        value_parser = FalseyValueParser::new()
    )]
    pub dangerously_show_to_everybody: bool,
    /// Write as the reader who signed in, by impersonation; Kubernetes 1.36 or newer, where it can be
    /// held to what skyports writes
    #[arg(long, env = "SKYPORTS_WRITE_AS_USER", value_parser = FalseyValueParser::new())]
    pub write_as_user: bool,
    /// A group that is named together with the reader who writes, where their token names it, too; may
    /// be given several times (in the variable: a line each). Without any, a reader writes by rights that are theirs alone
    #[arg(
        long = "write-as-group",
        value_name = "GROUP",
        env = "SKYPORTS_WRITE_AS_GROUP",
        // Names of a directory hold commas.
        value_delimiter = '\n'
    )]
    pub write_as_groups: Vec<String>,
    /// Never ask endpoints whether they answer: then none is shown as ready or failed
    #[arg(long, env = "SKYPORTS_NO_CHECKS", value_parser = FalseyValueParser::new())]
    pub no_checks: bool,
    /// Folder of the web page's files, as `cargo xtask web` makes it
    #[arg(long, value_name = "DIR", env = "SKYPORTS_WEB_DIR", hide = true)]
    pub web_dir: Option<PathBuf>,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Flags that say how a proxy in front proves who a reader is: by a signed token (JWT) with each
/// request. The first three belong together.
#[derive(Debug, Clone, Default, Parser)]
pub struct SignInArgs {
    /// Issuer of the tokens, as their `iss` names it
    #[arg(long = "sign-in-issuer", value_name = "URL", env = "SKYPORTS_SIGN_IN_ISSUER")]
    pub issuer: Option<String>,
    /// Audience, of which a token's `aud` must name one; may be given several times
    #[arg(
        long = "sign-in-audience",
        value_name = "AUDIENCE",
        env = "SKYPORTS_SIGN_IN_AUDIENCE",
        value_delimiter = ','
    )]
    pub audiences: Vec<String>,
    /// The issuer's public keys as a JSON Web Key Set: an https URL or a file
    #[arg(long = "sign-in-keys", value_name = "URL|PATH", env = "SKYPORTS_SIGN_IN_KEYS")]
    pub keys: Option<String>,
    /// The one algorithm that signs the tokens [default: RS256]
    #[arg(long = "sign-in-algorithm", value_name = "NAME", env = "SKYPORTS_SIGN_IN_ALGORITHM")]
    pub algorithm: Option<String>,
    /// The header with the token, after `Bearer` or alone [default: Authorization]
    #[arg(long = "sign-in-header", value_name = "NAME", env = "SKYPORTS_SIGN_IN_HEADER")]
    pub header: Option<String>,
    /// The claim that names the user [default: sub]
    #[arg(long = "sign-in-user-claim", value_name = "CLAIM", env = "SKYPORTS_SIGN_IN_USER_CLAIM")]
    pub user_claim: Option<String>,
    /// The claim that lists the user's groups [default: groups]
    #[arg(
        long = "sign-in-groups-claim",
        value_name = "CLAIM",
        env = "SKYPORTS_SIGN_IN_GROUPS_CLAIM"
    )]
    pub groups_claim: Option<String>,
    /// What the API server puts before user names [default: oidc:]
    #[arg(
        long = "sign-in-user-prefix",
        value_name = "PREFIX",
        env = "SKYPORTS_SIGN_IN_USER_PREFIX"
    )]
    pub user_prefix: Option<String>,
    /// What the API server puts before the names of groups [default: oidc:]
    #[arg(
        long = "sign-in-groups-prefix",
        value_name = "PREFIX",
        env = "SKYPORTS_SIGN_IN_GROUPS_PREFIX"
    )]
    pub groups_prefix: Option<String>,
}

/// Flags of `skyports list`.
#[derive(Debug, Clone, Parser)]
pub struct ListArgs {
    /// Show this cluster only: NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME
    #[arg(value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = ListOutput::Table, env = "SKYPORTS_OUTPUT")]
    pub output: ListOutput,
    /// Print again at each change, until interrupted
    #[arg(long, env = "SKYPORTS_WATCH", value_parser = FalseyValueParser::new())]
    pub watch: bool,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The ways in which `list` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListOutput {
    /// Columns for people
    Table,
    /// More columns
    Wide,
    /// The document of `GET /api/v1/overview`
    Json,
}

/// Flags of `skyports open`.
#[expect(clippy::struct_excessive_bools, reason = "a field a flag")]
#[derive(Debug, Clone, Parser)]
pub struct OpenArgs {
    /// The cluster: NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// Ports as SkyPilot writes them: 8888, 6006-6008 or 8888,6006-6008
    #[arg(value_name = "PORTS")]
    pub ports: PortSet,
    /// How to expose them [default: as the cluster's other ports, else as SkyPilot's config says,
    /// else loadbalancer]
    #[arg(long, value_name = "MODE", env = "SKYPORTS_MODE")]
    pub mode: Option<OpenMode>,
    /// Let only this network in; may be given several times. Makes a load balancer of its own
    #[arg(long = "allow", value_name = "CIDR", env = "SKYPORTS_ALLOW", value_delimiter = ',')]
    pub allow: Vec<Cidr>,
    /// Let only the cloud's own network in, where skyports knows how. Makes a load balancer of its
    /// own
    #[arg(long, env = "SKYPORTS_INTERNAL", value_parser = FalseyValueParser::new())]
    pub internal: bool,
    /// Let the app see its whole path: add a route in the mode ingress that wins over SkyPilot's, at
    /// the same URL. The app must be started with its flag for that path; --dry-run tells it
    #[arg(
        long,
        value_name = "WHERE",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "same-path",
        env = "SKYPORTS_KEEP_PREFIX"
    )]
    pub keep_prefix: Option<KeepPrefix>,
    /// Send requests to the head alone, not to every node. On a Service that SkyPilot made, its next
    /// launch that changes ports undoes this
    #[arg(long, env = "SKYPORTS_HEAD_ONLY", value_parser = FalseyValueParser::new())]
    pub head_only: bool,
    /// Then close the ports in the other mode: their links there stop working
    #[arg(long, env = "SKYPORTS_SWITCH", value_parser = FalseyValueParser::new())]
    pub switch: bool,
    /// Confirm a port that gives whoever reaches it control: name it once more
    #[arg(long, value_name = "PORT", env = "SKYPORTS_CONFIRM", value_delimiter = ',')]
    pub confirm: Vec<Port>,
    /// Say what would happen, and what the API server says to it; change nothing
    #[arg(long, env = "SKYPORTS_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// How to print; yaml is what `kubectl apply` would take
    #[arg(short, long, value_enum, default_value_t = PlanOutput::Table, env = "SKYPORTS_OUTPUT")]
    pub output: PlanOutput,
    /// Wait until they can be used, so many seconds at most
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "300",
        env = "SKYPORTS_WAIT"
    )]
    pub wait: Option<u64>,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The paths at which the app can see its whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeepPrefix {
    /// The one that SkyPilot prints
    SamePath,
    /// /skyports/NAMESPACE/CLUSTER/PORT, where the controller lets SkyPilot's route win
    OwnPath,
}

/// Flags of `skyports close`.
#[derive(Debug, Clone, Parser)]
pub struct CloseArgs {
    /// The cluster: NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// Ports as SkyPilot writes them: 8888, 6006-6008 or 8888,6006-6008
    #[arg(value_name = "PORTS")]
    pub ports: PortSet,
    /// The mode in which they are open [default: the only one]
    #[arg(long, value_name = "MODE", env = "SKYPORTS_MODE")]
    pub mode: Option<OpenMode>,
    /// Take away only the route that open --keep-prefix added; SkyPilot's stays
    #[arg(long, env = "SKYPORTS_KEEP_PREFIX", value_parser = FalseyValueParser::new())]
    pub keep_prefix: bool,
    /// Say what would happen, and what the API server says to it; change nothing
    #[arg(long, env = "SKYPORTS_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// How to print; yaml is what stays
    #[arg(short, long, value_enum, default_value_t = PlanOutput::Table, env = "SKYPORTS_OUTPUT")]
    pub output: PlanOutput,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Flags of `skyports check`.
#[derive(Debug, Clone, Parser)]
pub struct CheckArgs {
    /// How to print
    #[arg(short, long, value_enum, default_value_t = CheckOutput::Text, env = "SKYPORTS_OUTPUT")]
    pub output: CheckOutput,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Flags of `skyports explain`.
#[derive(Debug, Clone, Parser)]
pub struct ExplainArgs {
    /// The cluster: NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// The port that the app listens on
    #[arg(value_name = "PORT")]
    pub port: Port,
    /// The mode in which it is open [default: the only one]
    #[arg(long, value_name = "MODE", env = "SKYPORTS_MODE", value_parser = mode)]
    pub mode: Option<Mode>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = CheckOutput::Text, env = "SKYPORTS_OUTPUT")]
    pub output: CheckOutput,
    /// Which clusters.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// A mode by its word.
fn mode(word: &str) -> Result<Mode, String> {
    Mode::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Mode::ALL.iter().map(|mode| mode.as_str()).collect();
        format!("the modes are {}", words.join(", "))
    })
}

/// The ways in which `check` and `explain` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckOutput {
    /// Lines for people
    Text,
    /// One document for scripts
    Json,
}

/// The ways in which `open` and `close` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanOutput {
    /// Lines for people
    Table,
    /// One document for scripts
    Json,
    /// The objects as they will be
    Yaml,
}

/// Flags that say which clusters are meant.
#[derive(Debug, Clone, Parser)]
pub struct CommonArgs {
    /// Kubeconfig file; else KUBECONFIG, else ~/.kube/config, else the in-cluster account
    #[arg(long, value_name = "PATH", env = "SKYPORTS_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context to look at; may be given several times [default: the current one]
    #[arg(long = "context", value_name = "NAME", env = "SKYPORTS_CONTEXT", value_delimiter = ',')]
    pub contexts: Vec<String>,
    /// Look at every context of the kubeconfig
    #[arg(long, env = "SKYPORTS_ALL_CONTEXTS", value_parser = FalseyValueParser::new())]
    pub all_contexts: bool,
    /// Look at one namespace only [default: all that can be listed, else the context's own]
    #[arg(long, short, value_name = "NS", env = "SKYPORTS_NAMESPACE")]
    pub namespace: Option<String>,
    /// Look at all namespaces, and never fall back to the context's own
    #[arg(long, short = 'A', env = "SKYPORTS_ALL_NAMESPACES", value_parser = FalseyValueParser::new())]
    pub all_namespaces: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_variable() {
        for command in Args::command().get_subcommands() {
            for arg in
                command.get_opts().filter(|a| !["help", "version"].contains(&a.get_id().as_str()))
            {
                let variable =
                    arg.get_env().map(|v| v.to_string_lossy().into_owned()).unwrap_or_default();
                assert!(
                    variable.starts_with("SKYPORTS_"),
                    "{} --{}",
                    command.get_name(),
                    arg.get_id()
                );
            }
        }
    }
}
