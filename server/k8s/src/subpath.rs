//! Whether an app stands its path, and how to reach it otherwise: the one that is usually on the
//! port, as long as nobody has looked, and what an experiment has found.

mod said;
mod seen;
#[cfg(test)]
mod tests;

use skyports_model::copies::is_cluster_name;
use skyports_model::kubectl::Kubectl;
use skyports_model::{ClusterId, Code, Finding, Port, Reason, Step};

pub use self::said::{said, verdict_as_said};
pub use self::seen::seen;
use crate::apps::{self, Kept, Profile, Stripped};

/// Whether a warning only guesses by the port's number.
pub fn is_guess(warning: &Finding) -> bool {
    is_about_path(warning.code)
}

/// Whether a finding is about an app under its path.
pub fn is_about_path(code: Code) -> bool {
    matches!(code, Code::SubpathBreaksApp | Code::SubpathNeedsFlag | Code::SubpathUnknownApp)
}

/// Why the app that is usually on the port does not stand its path as it is; `None` when it does,
/// or when nothing is known.
pub(crate) fn reason(
    port: Port,
    path: &str,
    is_kept: bool,
    ways_out: impl FnOnce(&Profile) -> Vec<Step>,
) -> Option<Reason> {
    let profile = apps::usual_on(port).filter(|_| path != "/")?;
    let app = profile.name.clone();
    let evidence = format!("port {port} alone; {}", profile.evidence());
    let (breaks, flag, why) = if is_kept {
        let kept = &profile.kept;
        match kept.verdict {
            Kept::Works | Kept::Unknown => return None,
            Kept::NeedsFlag => (false, kept.flag(path, None), kept.why.clone()?),
            Kept::Breaks => (true, None, kept.why.clone()?),
        }
    } else {
        let stripped = &profile.stripped;
        match stripped.verdict {
            Stripped::WorksWithSlash | Stripped::ApiOnly | Stripped::Unknown => return None,
            Stripped::NeedsFlag => (false, stripped.flag(path, None), stripped.why.clone()?),
            Stripped::Breaks => (true, None, stripped.why.clone()?),
        }
    };
    if breaks {
        return Some(Reason::SubpathBreaksApp { app, why, evidence, steps: ways_out(profile) });
    }
    // What a link may hold can still mean something to a shell.
    let flag = flag.filter(|_| is_plain(path))?;
    Some(Reason::SubpathNeedsFlag { app, why, evidence, flag, steps: ways_out(profile) })
}

/// Tunnels to the head pod, and by the cluster's display name.
pub(crate) fn tunnels(
    cluster: &ClusterId,
    head: Option<&str>,
    display_name: Option<&str>,
    port: Port,
) -> Vec<Step> {
    let forward = head.map(|head| {
        let (pod, ports) = (format!("pod/{head}"), format!("{port}:{port}"));
        let kubectl = Kubectl::of(&cluster.context).within(&cluster.namespace);
        let command = kubectl.command(["port-forward", &pod, &ports]);
        Step::command(format!("Bring it to http://localhost:{port}/ on your machine"), command)
    });
    // SkyPilot writes a host of that name into ~/.ssh/config.
    let name = display_name.filter(|name| is_cluster_name(name));
    let ssh = name.map(|name| {
        let command = format!("ssh -L {port}:localhost:{port} {name}");
        Step::command("The same through SSH", command)
    });
    forward.into_iter().chain(ssh).collect()
}

/// What adds a route that keeps the path.
pub(crate) fn kept_title(app: &str) -> String {
    format!("Or keep the path: add a route that leaves it as it is, then start {app} with")
}

/// Whether a path means nothing to a shell.
pub(crate) fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~'))
}
