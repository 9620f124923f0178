//! `skyports serve`: the web page.
#![expect(clippy::print_stdout, reason = "the link is what this command prints")]

mod source;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use skyports_app::dashboard::Place;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, note, tell};
use crate::cluster::contexts;
use crate::config::args::ServeArgs;
use crate::config::environment;
use crate::config::origin::Origin;
use crate::dashboard::live::Live;
use crate::dashboard::ports::Settings;
use crate::web::assets::WebFiles;
use crate::web::host::AllowedHosts;
use crate::web::listen;
use crate::web::router::{Shared, router};
use crate::web::session::Sessions;

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
    let ServeArgs {
        listen,
        open,
        demo,
        no_login,
        read_only,
        no_checks,
        public_url,
        web_dir,
        common,
    } = args;
    if !listen.ip().is_loopback() {
        tell(
            format!(
                "{listen} is reachable from other machines, and this release can sign nobody in"
            ),
            Some(
                "listen on 127.0.0.1, and reach it from elsewhere by `ssh -L 7676:127.0.0.1:7676 HOST`",
            ),
        );
        return Exit::Usage;
    }
    let stopping = CancellationToken::new();
    let source = match source::resolve(demo, &common, &stopping).await {
        Ok(source) => source,
        Err(error) => {
            tell(&error, error.hint().as_deref());
            return Exit::Usage;
        }
    };
    let files = match WebFiles::load(web_dir.as_deref()) {
        Ok(files) => files,
        Err(error) => {
            tell(error, Some("`cargo xtask web` builds these files"));
            return Exit::Usage;
        }
    };
    let (listener, address) = match bind(listen).await {
        Ok(bound) => bound,
        Err(error) => {
            tell(
                format!("cannot listen on {listen}: {error}"),
                Some("pass --listen 127.0.0.1:0 for any free port"),
            );
            return Exit::Usage;
        }
    };
    let sessions = if no_login {
        Ok(Sessions::without_login(address.port()))
    } else {
        Sessions::with_login(address.port())
    };
    let sessions = match sessions {
        Ok(sessions) => sessions,
        Err(error) => {
            tell(format!("the system gives no random numbers: {error}"), None);
            return Exit::Usage;
        }
    };
    let link = Link { address, code: sessions.login_code().map(str::to_owned) };
    let settings = Settings {
        // The demo is the same wherever it is shown.
        skypilot_config: if source.demo.is_some() {
            vec![]
        } else {
            environment::skypilot_config_files()
        },
        is_sky_local: source.demo.is_none() && contexts::is_sky_local(&common),
        read_only,
        place: Some(place(address, public_url.as_ref())),
    };
    let live = if no_checks {
        Live::start(source.contexts)
    } else {
        Live::checking(source.contexts, Some(address))
    };
    let live = live.with_settings(settings);
    let hosts = AllowedHosts::of(address).and(public_url.as_ref().map(Origin::authority));
    let shared =
        Shared::new(live, files, sessions, hosts, stopping.clone()).telling_of(source.demo);
    // Server functions run on this executor; a second initialisation by a test is harmless.
    let _ = any_spawner::Executor::init_tokio();
    let server = tokio::spawn(listen::serve(listener, router(shared), stopping.clone()));
    link.print();
    let _opener = open.then(|| link.open());
    interrupted().await;
    stopping.cancel();
    // The server's own task neither panics nor is aborted.
    let _ = server.await;
    Exit::Done
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
    address: SocketAddr,
    code: Option<String>,
}

impl Link {
    fn url(&self) -> String {
        match &self.code {
            Some(code) => format!("http://{}/#{code}", self.address),
            None => format!("http://{}/", self.address),
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
