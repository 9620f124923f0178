//! The binary as a shell sees it: exit codes, and what is said where.
#![expect(clippy::disallowed_methods, reason = "these tests start the binary")]
#![expect(clippy::unwrap_used, clippy::as_conversions, reason = "helpers of tests may panic, too")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A home with a kubeconfig whose server nobody runs.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn dead(&self) -> PathBuf {
        self.file(
            "dead",
            "apiVersion: v1\nkind: Config\ncurrent-context: dead\n\
             clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
             users: [{name: u, user: {token: t}}]\n\
             contexts: [{name: dead, context: {cluster: k, user: u}}]\n",
        )
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skyports"));
        command.args(args).env_clear().env("HOME", self.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str], kubeconfig: Option<&Path>) -> (i32, String, String) {
        let mut command = self.command(args);
        if let Some(path) = kubeconfig {
            command.env("KUBECONFIG", path);
        }
        let Output { status, stdout, stderr } = command.output().unwrap();
        (
            status.code().unwrap(),
            String::from_utf8(stdout).unwrap(),
            String::from_utf8(stderr).unwrap(),
        )
    }

    /// Starts `serve` and reads the first line it prints.
    fn serve(&self, args: &[&str]) -> (Served, String) {
        let mut args: Vec<&str> = args.to_vec();
        args.insert(0, "serve");
        Served::start(self.command(&args).env("KUBECONFIG", self.dead()))
    }
}

struct Served(Child);

impl Served {
    /// Starts a server and reads the first line that it prints.
    fn start(command: &mut Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line.trim().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The page at the address that the line names.
fn page(line: &str) -> String {
    let authority = line.strip_prefix("skyports: http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn no_kubeconfig_at_all_says_what_to_do() {
    let home = Home::new();
    // Who names a context does not mean the demo's.
    for args in [&["list"][..], &["serve", "--context", "prod"]] {
        let (code, out, err) = home.run(args, None);
        assert_eq!(code, 2, "{err}");
        assert!(out.is_empty());
        assert!(
            err.starts_with("error: there is no kubeconfig")
                && err.contains("\nhint: set KUBECONFIG")
                && err.contains("skyports serve --demo"),
            "{err}"
        );
    }
}

#[test]
fn without_a_kubeconfig_the_demo_is_served_and_said_to_be_one() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--no-login", "--listen", "127.0.0.1:0"]);
    let (mut served, line) = Served::start(&mut command);
    let page = page(&line);
    assert!(page.contains("Demo, since there is no kubeconfig."), "{page}");
    served.0.kill().unwrap();
    let mut err = String::new();
    served.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(err.contains("there is no kubeconfig") && err.contains("showing the demo"), "{err}");
}

#[test]
fn the_demo_that_is_asked_for_does_not_look_at_kubeconfigs() {
    let home = Home::new();
    let args = ["serve", "--demo", "--no-login", "--listen", "127.0.0.1:0"];
    let mut command = home.command(&args);
    let (served, line) = Served::start(command.env("KUBECONFIG", home.path().join("gone")));
    let page = page(&line);
    assert!(page.contains("aria-label=\"Demo\"") && !page.contains("no kubeconfig"), "{page}");
    drop(served);
    let (code, _, err) = home.run(&["serve", "--demo", "--context", "prod"], None);
    assert_eq!(code, 2);
    assert!(err.contains("no context `prod`") && err.contains("demo-cloud"), "{err}");
    let missing = home.path().join("gone");
    let (code, _, err) = home.run(&["serve"], Some(&missing));
    assert_eq!(code, 2);
    assert!(err.contains("KUBECONFIG names the kubeconfig"), "{err}");
}

#[test]
fn the_demo_has_contexts_in_trouble_for_those_who_ask() {
    let home = Home::new();
    let shown = |flags: &[&str]| {
        let mut command = home.command(&["serve", "--demo", "--no-login"]);
        let (_served, line) = Served::start(command.args(["--listen", "127.0.0.1:0"]).args(flags));
        page(&line)
    };
    let all = shown(&["--all-contexts"]);
    assert!(all.contains("demo-locked") && all.contains("demo-cloud"), "{all}");
    let one = shown(&["--context", "demo-locked"]);
    assert!(one.contains("demo-locked") && !one.contains("demo-cloud"), "{one}");
    let usual = shown(&[]);
    assert!(usual.contains("demo-cloud") && !usual.contains("demo-locked"), "{usual}");
}

#[test]
fn flags_that_mean_different_things_exclude_each_other() {
    let home = Home::new();
    for (args, said) in [
        (&["list", "--all-contexts", "--context", "dead"][..], "--all-contexts and --context"),
        (&["list", "--all-namespaces", "--namespace", "ml"], "--all-namespaces and --namespace"),
        (&["serve", "--demo", "--kubeconfig", "x"], "--demo and --kubeconfig"),
        (&["serve", "--demo", "--all-contexts", "--context", "x"], "--all-contexts and --context"),
    ] {
        let (code, _, err) = home.run(args, Some(&home.dead()));
        assert_eq!(code, 2, "{args:?}");
        assert!(err.contains(said) && err.contains("\nhint: leave one"), "{args:?}: {err}");
    }
    let mut command = home.command(&["serve"]);
    let output = command.env("SKYPORTS_DEMO", "1").env("SKYPORTS_KUBECONFIG", "x").output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[test]
fn a_variable_that_is_zero_is_no_flag() {
    let home = Home::new();
    let mut command = home.command(&["list", "--context", "dead", "--namespace", "ml"]);
    command.env("KUBECONFIG", home.dead());
    command.env("SKYPORTS_ALL_CONTEXTS", "0").env("SKYPORTS_ALL_NAMESPACES", "false");
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let dead = home.dead();
    let args = ["serve", "--no-login", "--listen", "127.0.0.1:0", "--kubeconfig"];
    let mut command = home.command(&args);
    let (_served, line) = Served::start(command.arg(dead).env("SKYPORTS_DEMO", "0"));
    let page = page(&line);
    assert!(page.contains("dead") && !page.contains("aria-label=\"Demo\""), "{page}");
}

#[test]
fn a_kubeconfig_that_is_missing_or_no_yaml_is_an_error() {
    let home = Home::new();
    let missing = home.path().join("gone");
    let (code, _, err) = home.run(&["list"], Some(&missing));
    assert_eq!(code, 2);
    assert!(err.contains("KUBECONFIG names the kubeconfig") && err.contains("gone"), "{err}");
    let broken = home.file("broken", "contexts: [\n  {name: a\n");
    for command in ["list", "serve"] {
        let (code, _, err) = home.run(&[command], Some(&broken));
        assert_eq!(code, 2);
        assert!(
            err.contains("cannot read the kubeconfig")
                && err.contains("broken")
                && err.contains("line"),
            "{err}"
        );
    }
}

#[test]
fn an_unknown_context_names_the_known_ones() {
    let home = Home::new();
    let (code, _, err) = home.run(&["list", "--context", "prod"], Some(&home.dead()));
    assert_eq!(code, 2);
    assert!(err.contains("no context `prod`") && err.contains("known contexts: dead"), "{err}");
}

#[test]
fn a_cluster_that_nobody_answers_for_is_exit_one() {
    let home = Home::new();
    let (code, out, err) = home.run(&["list", "-o", "json"], Some(&home.dead()));
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("dead: No answer from dead."), "{err}");
    assert!(out.contains("\"unreachable\""), "{out}");
}

#[test]
fn wrong_usage_is_exit_two() {
    let home = Home::new();
    for args in
        [&["list", "--nonsense"] as &[_], &["serve", "--listen", "nowhere"], &["frobnicate"], &[]]
    {
        assert_eq!(home.run(args, None).0, 2, "{args:?}");
    }
}

#[test]
fn s20_nothing_is_served_to_others_and_a_login_is_asked_by_default() {
    let home = Home::new();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "203.0.113.7:7676"] {
        for flags in
            [&[] as &[_], &["--no-login"], &["--read-only"], &["--no-login", "--read-only"]]
        {
            let mut args = vec!["serve", "--listen", listen];
            args.extend(flags);
            let (code, out, err) = home.run(&args, Some(&home.dead()));
            assert_eq!(code, 2, "{args:?}");
            assert!(
                out.is_empty() && err.contains("reachable from other machines"),
                "{args:?}: {err}"
            );
        }
    }
    for (flags, has_code) in
        [(&[] as &[_], true), (&["--read-only"], true), (&["--no-login"], false)]
    {
        let mut args = vec!["--listen", "127.0.0.1:0"];
        args.extend(flags);
        let (_server, line) = home.serve(&args);
        assert!(line.starts_with("skyports: http://127.0.0.1:"), "{line}");
        assert_eq!(line.contains("/#"), has_code, "{args:?}: {line}");
    }
    let (_server, line) = home.serve(&["--listen", "[::1]:0"]);
    assert!(line.starts_with("skyports: http://[::1]:") && line.contains("/#"), "{line}");
}

#[test]
fn s03_the_secret_is_in_no_argument() {
    let home = Home::new();
    let (server, line) = home.serve(&["--listen", "127.0.0.1:0"]);
    let code = line.split_once('#').unwrap().1;
    assert_eq!(code.len(), 64);
    if cfg!(target_os = "linux") {
        let arguments = std::fs::read(format!("/proc/{}/cmdline", server.0.id())).unwrap();
        assert!(!String::from_utf8_lossy(&arguments).contains(code));
    }
}

#[test]
fn help_names_each_flags_variable() {
    let home = Home::new();
    for command in ["serve", "list", "explain"] {
        let (code, out, _) = home.run(&[command, "--help"], None);
        assert_eq!(code, 0);
        assert!(out.contains("SKYPORTS_KUBECONFIG") && out.contains("SKYPORTS_CONTEXT"), "{out}");
    }
}

#[test]
fn variables_of_flags_take_ones_and_zeros() {
    let home = Home::new();
    for value in ["1", "0", "true", "false", "yes", ""] {
        let mut command = home.command(&["serve", "--listen", "0.0.0.0:0"]);
        let output = command
            .env("SKYPORTS_READ_ONLY", value)
            .env("SKYPORTS_NO_LOGIN", value)
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("reachable from other machines"), "{value}: {err}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let home = Home::new();
    let mut command = home.command(&["list", "-o", "json"]);
    command.env("KUBECONFIG", home.dead()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn a_kubeconfig_cannot_steer_the_terminal() {
    let home = Home::new();
    let config = home.file("steers", "contexts: [{name: \"a\\e[31m\", context: {cluster: c}}]\n");
    let (code, _, err) = home.run(&["list", "--context", "b"], Some(&config));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("known contexts: a") && !err.contains('\u{1b}'), "{err:?}");
}
