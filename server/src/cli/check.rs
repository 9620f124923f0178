//! `skyports check`: whether contexts can expose ports, in a terminal.

use std::io::{ErrorKind, Write as _};

use serde_json::{Value, json};
use skyports_model::finding::shown;
use skyports_model::{CheckLine, CheckPart, ContextCheck, ContextName, Step, Verdict};
use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::exit::{Exit, tell};
use super::find::PATIENCE;
use crate::cluster::contexts;
use crate::config::args::{CheckArgs, CheckOutput};
use crate::config::environment;
use crate::dashboard::check;
use crate::dashboard::document::Time;
use crate::dashboard::ports::Settings;

/// Looks once.
pub fn run(args: CheckArgs) -> Exit {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(checked(args)),
        Err(error) => {
            tell(format!("cannot start the runtime: {error}"), None);
            Exit::Usage
        }
    }
}

async fn checked(args: CheckArgs) -> Exit {
    let CheckArgs { output, common } = args;
    let wanted = match contexts::resolve(&common).await {
        Ok(wanted) => wanted,
        Err(error) => {
            tell(&error, error.hint().as_deref());
            return Exit::Usage;
        }
    };
    let settings = Settings {
        skypilot_config: environment::skypilot_config_files(),
        is_sky_local: contexts::is_sky_local(&common),
        read_only: true,
        ..Settings::default()
    };
    let checks = check::once(&wanted, &settings, PATIENCE).await;
    let text = match output {
        CheckOutput::Text => text(&checks),
        CheckOutput::Json => format!("{:#}\n", document(&checks)),
    };
    if let Err(error) = written(&text)
        // The reader has seen enough: `skyports check | head`.
        && error.kind() != ErrorKind::BrokenPipe
    {
        tell(format!("cannot write the check: {error}"), None);
        return Exit::Usage;
    }
    let works =
        |check: &Option<ContextCheck>| check.as_ref().is_some_and(ContextCheck::some_mode_works);
    if checks.iter().all(|(_, check)| works(check)) { Exit::Done } else { Exit::Cluster }
}

fn written(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

type Checks = [(ContextName, Option<ContextCheck>)];

/// A table of the contexts, then the lines of each.
fn text(checks: &Checks) -> String {
    let mut builder = Builder::default();
    builder.push_record(["CONTEXT", "PROVIDER", "VERSION", "LOADBALANCER", "INGRESS"]);
    for (name, check) in checks {
        builder.push_record(row(name, check.as_ref()));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    let mut lines: Vec<String> =
        table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    for (name, check) in checks {
        lines.extend([String::new(), shown(name.as_str(), 200)]);
        match check {
            Some(check) => {
                lines.extend(CheckPart::ALL.iter().flat_map(|part| of_part(check, *part)));
            }
            None => lines.push(format!("  no answer in {} s", PATIENCE.as_secs())),
        }
    }
    lines.join("\n") + "\n"
}

fn row(name: &ContextName, check: Option<&ContextCheck>) -> [String; 5] {
    let told =
        |text: Option<&String>| text.map_or_else(|| "unknown".to_owned(), |it| shown(it, 60));
    let verdict =
        |verdict: Option<Verdict>| verdict.unwrap_or(Verdict::Unknown).label().to_lowercase();
    [
        shown(name.as_str(), 80),
        told(check.and_then(|check| check.provider.as_ref())),
        told(check.and_then(|check| check.version.as_ref())),
        verdict(check.map(|check| check.load_balancer)),
        verdict(check.map(|check| check.ingress)),
    ]
}

fn of_part(check: &ContextCheck, part: CheckPart) -> Vec<String> {
    let lines: Vec<String> = check.of(part).flat_map(told).collect();
    let head = (!lines.is_empty()).then(|| format!("  {}", part.label()));
    head.into_iter().chain(lines).collect()
}

/// A line with what it rests on and what to do, each on lines of its own.
fn told(line: &CheckLine) -> Vec<String> {
    let CheckLine { part: _, state, name, evidence, next, documentation } = line;
    let beneath = |what: &str| format!("{:15}{what}", "");
    let mut lines = vec![format!("    {:<10} {name}", state.word())];
    lines.extend(evidence.as_deref().map(beneath));
    for Step { title, command, form: _ } in next {
        lines.push(beneath(&format!("next: {title}")));
        let command = command.iter().flat_map(|command| command.lines());
        lines.extend(command.map(|line| beneath(&format!("  {line}"))));
    }
    lines.extend(documentation.as_ref().map(|page| beneath(&format!("see:  {}", page.url))));
    lines
}

/// The same for scripts.
fn document(checks: &Checks) -> Value {
    let contexts = checks.iter().map(|(name, check)| match check {
        Some(check) => {
            let mut document = serde_json::to_value(check).unwrap_or_default();
            if let Some(as_of) = document.get_mut("as_of") {
                *as_of = json!(Time(check.as_of));
            }
            document
        }
        None => json!({ "context": name, "load_balancer": Verdict::Unknown, "ingress": Verdict::Unknown, "lines": [] }),
    });
    json!({ "contexts": contexts.collect::<Vec<_>>() })
}
