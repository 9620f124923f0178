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

/// The filter of the log: `SKYPORTS_LOG` in the notation of `RUST_LOG`. By default warnings of our
/// own; kube's client would repeat itself at each attempt to reconnect.
pub fn log_filter() -> String {
    std::env::var_os("SKYPORTS_LOG")
        .and_then(|v| v.into_string().ok())
        .unwrap_or_else(|| "warn,kube_client=off,kube_runtime=off".to_owned())
}
