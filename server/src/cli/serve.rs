//! `skyports serve`: the web page.
#![expect(clippy::print_stdout, reason = "the link is what this command prints")]

mod source;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use skyports_app::dashboard::{Dashboard as _, Place};
use skyports_model::Mode;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, note, tell};
use crate::cluster::contexts;
use crate::config::args::ServeArgs;
use crate::config::environment;
use crate::config::exposure::{Exposure, exposure};
use crate::config::origin::Origin;
use crate::config::sign_in::SignIn;
use crate::dashboard::live::Live;
use crate::dashboard::ports::Settings;
use crate::web::assets::WebFiles;
use crate::web::gate::Gate;
use crate::web::host::AllowedHosts;
use crate::web::listen;
use crate::web::router::{Shared, router};
use crate::web::session::Sessions;
use crate::web::sign_in::Door;

/// Contexts that answer later than this after the start are not waited for.
const FIRST_LOOK: Duration = Duration::from_mins(1);

/// Runs until it is interrupted.
pub fn run(args: ServeArgs) -> Exit {
    start_log();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(serve(args)),
        Err(error) => {
            tell(format!("cannot start the runtime: {error}"), None);
            Exit::Usage
        }
    }
}

async fn serve(args: ServeArgs) -> Exit {
    match begin(args).await {
        Ok(()) => Exit::Done,
        Err(Wrong { what, hint }) => {
            tell(what, hint.as_deref());
            Exit::Usage
        }
    }
}

/// Why nothing is served.
struct Wrong {
    what: String,
    hint: Option<String>,
}

impl Wrong {
    fn new(what: impl std::fmt::Display, hint: &str) -> Self {
        Self { what: what.to_string(), hint: Some(hint.to_owned()) }
    }
}

async fn begin(args: ServeArgs) -> Result<(), Wrong> {
    let exposure = exposure(&args).map_err(|error| Wrong::new(&error, error.hint()))?;
    let ServeArgs { listen, open, demo, read_only, no_checks, public_url, web_dir, common, .. } =
        args;
    let stopping = CancellationToken::new();
    let source = source::resolve(demo, &common, &stopping).await;
    let source = source.map_err(|error| Wrong { what: error.to_string(), hint: error.hint() })?;
    if source.demo.is_some() && !matches!(exposure, Exposure::Code | Exposure::NoLogin) {
        let what =
            "there is no kubeconfig and no service account, and the demo is for this machine alone";
        return Err(Wrong::new(
            what,
            "pass --kubeconfig, or start it in a Pod with a service account",
        ));
    }
    let files = WebFiles::load(web_dir.as_deref())
        .map_err(|error| Wrong::new(error, "`cargo xtask web` builds these files"))?;
    let (listener, address) = bind(listen).await.map_err(|error| {
        let what = format!("cannot listen on {listen}: {error}");
        Wrong::new(what, "pass --listen 127.0.0.1:0 for any free port")
    })?;
    let gate = gate(&exposure, address.port()).await?;
    let code = gate.login_code().map(str::to_owned);
    let origin = public_url.as_ref().filter(|_| !address.ip().is_loopback());
    let link = Link {
        origin: origin.map_or_else(|| format!("http://{address}"), Origin::to_string),
        code,
    };
    let settings = Settings {
        // The demo is the same wherever it is shown.
        skypilot_config: if source.demo.is_some() {
            vec![]
        } else {
            environment::skypilot_config_files()
        },
        is_sky_local: source.demo.is_none() && contexts::is_sky_local(&common),
        read_only: read_only || !exposure.has_writes(),
        write_groups: exposure.write_groups().to_vec(),
        place: Some(place(address, public_url.as_ref())),
    };
    let live = if no_checks {
        Live::start(source.contexts)
    } else {
        Live::checking(source.contexts, Some(address))
    };
    let live = live.with_settings(settings);
    let hosts = AllowedHosts::of(address).and(public_url.as_ref().map(Origin::authority));
    let shared = Shared::new(live.clone(), files, gate, hosts, stopping.clone());
    let shared = shared.telling_of(source.demo);
    let shared = if exposure.has_writes() { shared } else { shared.without_writes() };
    // Server functions run on this executor; a second initialisation by a test is harmless.
    let _ = any_spawner::Executor::init_tokio();
    let server = tokio::spawn(listen::serve(listener, router(shared), stopping.clone()));
    link.print();
    let _opener = open.then(|| link.open());
    let ended = tokio::select! {
        () = interrupted() => Ok(()),
        shared = shared_origin(live, public_url.as_ref()) => Err(shared),
    };
    stopping.cancel();
    // The server's own task neither panics nor is aborted.
    let _ = server.await;
    ended
}

async fn gate(exposure: &Exposure, port: u16) -> Result<Gate, Wrong> {
    let sessions = match exposure {
        Exposure::SignedIn { sign_in, .. } => {
            let door = Door::open(SignIn::clone(sign_in)).await.map_err(|error| {
                Wrong::new(
                    error,
                    "--sign-in-keys names the issuer’s `jwks_uri`, or a file with the same",
                )
            })?;
            return Ok(Gate::Door(Box::new(door)));
        }
        Exposure::NoLogin | Exposure::Everybody => Ok(Sessions::without_login(port)),
        Exposure::Code => Sessions::with_login(port),
    };
    let sessions = sessions.map_err(|error| Wrong {
        what: format!("the system gives no random numbers: {error}"),
        hint: None,
    })?;
    Ok(Gate::Sessions(sessions))
}

/// Looks once, as soon as the contexts have answered, whether an Ingress serves an app of a cluster on
/// the host of this page: from one origin it could act as whoever reads the page. Ends only then.
///
/// Later it is not looked for: whoever can write an Ingress could end this server by one.
async fn shared_origin(mut live: Live, public_url: Option<&Origin>) -> Wrong {
    let found = async {
        let origin = public_url?;
        tokio::time::timeout(FIRST_LOOK, live.settled()).await.ok()?;
        let overview = live.overview();
        let paths = overview.endpoints().filter(|(_, it)| it.mode() == Mode::Ingress);
        let mut urls = paths.flat_map(|(_, endpoint)| &endpoint.urls);
        let url = urls.find(|url| url.host() == origin.host())?;
        Some(format!(
            "{url} is an app of a cluster, on the host of this page ({origin}): it could act as whoever reads the page"
        ))
    };
    match found.await {
        Some(what) => {
            Wrong::new(what, "give skyports a host of its own, under another domain than the apps")
        }
        None => std::future::pending().await,
    }
}

/// Where links to this skyports lead.
fn place(address: SocketAddr, public_url: Option<&Origin>) -> Place {
    match public_url {
        Some(origin) => Place { origin: origin.to_string(), is_public: true },
        None => Place { origin: format!("http://{address}"), is_public: false },
    }
}

async fn bind(listen: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let (listener, moved) = listen::bind(listen).await?;
    let address = listener.local_addr()?;
    if moved {
        note(format!("{listen} is in use; listening on {address} instead"));
    }
    Ok((listener, address))
}

/// The page's link, with the secret in its fragment.
struct Link {
    origin: String,
    code: Option<String>,
}

impl Link {
    fn url(&self) -> String {
        match &self.code {
            Some(code) => format!("{}/#{code}", self.origin),
            None => format!("{}/", self.origin),
        }
    }

    fn print(&self) {
        println!("skyports: {}", self.url());
        if let Some(code) = &self.code {
            println!("          without JavaScript, or in a script, the code is {code}");
        }
        // A reader on the other end of a pipe waits for the line.
        let _ = std::io::stdout().flush();
    }

    /// Opens the page in a browser, by a file that only this user can read: an argument with the
    /// secret in it would be there for everybody to see.
    fn open(&self) -> Option<NamedTempFile> {
        let url = self.url();
        let page = format!(
            "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0;url={url}\"><a href=\"{url}\">skyports</a>\n"
        );
        let opened =
            tempfile::Builder::new().prefix("skyports-").suffix(".html").tempfile().and_then(
                |mut file| {
                    file.write_all(page.as_bytes())?;
                    open::that_detached(Path::new(file.path()))?;
                    Ok(file)
                },
            );
        opened.inspect_err(|error| note(format!("cannot open a browser: {error}"))).ok()
    }
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_new(environment::log_filter())
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // It tells the address of each request, and the address of a guest link is a secret.
    let filter = match "tower_http::csrf=off".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => tracing_subscriber::EnvFilter::new("warn"),
    };
    // A second subscriber in one process, as tests make it, is no failure.
    let _ = tracing_subscriber::fmt()
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

/// Waits for Ctrl-C or the signal that ends a service.
async fn interrupted() {
    let ctrl_c = async {
        // Without a handler there is nothing to wait for, and the default action ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminated => {}
    }
}
