//! The environment variables that are not flags of ours.

use std::path::PathBuf;

/// The files that `KUBECONFIG` names; empty when it is unset or empty.
pub fn kubeconfig_files() -> Vec<PathBuf> {
    let paths = std::env::var_os("KUBECONFIG").unwrap_or_default();
    std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect()
}

/// `~/.kube/config`, where there is a home.
pub fn default_kubeconfig() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".kube").join("config"))
}

/// Whether this process runs in a Pod with a service account.
pub fn in_cluster() -> bool {
    std::env::var_os("KUBERNETES_SERVICE_HOST").is_some()
        && std::path::Path::new("/var/run/secrets/kubernetes.io/serviceaccount/token").exists()
}

/// The filter of the log: `SKYPORTS_LOG` in the notation of `RUST_LOG`. By default what was written,
/// and warnings of our own; kube's client would repeat itself at each attempt to reconnect.
pub fn log_filter() -> String {
    std::env::var_os("SKYPORTS_LOG")
        .and_then(|v| v.into_string().ok())
        .unwrap_or_else(|| "warn,audit=info,kube_client=off,kube_runtime=off".to_owned())
}

/// The files of SkyPilot's own config, the one that wins last: that of `SKYPILOT_CONFIG` alone, else
/// the user's and the project's (`sky/skypilot_config.py` of 0.14.1).
pub fn skypilot_config_files() -> Vec<PathBuf> {
    let named = |variable| std::env::var_os(variable).filter(|path| !path.is_empty()).map(at_home);
    if let Some(only) = named("SKYPILOT_CONFIG") {
        return vec![only];
    }
    let user = named("SKYPILOT_GLOBAL_CONFIG")
        .or_else(|| Some(std::env::home_dir()?.join(".sky/config.yaml")));
    let project = named("SKYPILOT_PROJECT_CONFIG").unwrap_or_else(|| PathBuf::from(".sky.yaml"));
    user.into_iter().chain([project]).collect()
}

/// A path in which `~` stands for the user's folder.
fn at_home(path: std::ffi::OsString) -> PathBuf {
    let path = PathBuf::from(path);
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}
