//! The mode that is taken where nobody names one, and why.

use serde::{Deserialize, Serialize};

use crate::endpoint::Mode;
use crate::request::OpenMode;

/// The mode of a port that is opened without naming one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultMode {
    /// The mode.
    pub mode: OpenMode,
    /// What decided.
    pub why: WhyMode,
}

/// What decided the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WhyMode {
    /// The cluster's other ports are open in it.
    AlreadyUsed,
    /// The current context is `kind-skypilot`, where SkyPilot takes Ingress whatever its config
    /// says (`get_port_mode` of 0.14.1).
    SkyLocal,
    /// SkyPilot's config names it for this context.
    Config,
    /// SkyPilot's config names `podip`, in which nothing is opened.
    ConfigPodIp,
    /// Nothing names a mode: SkyPilot's own default.
    Default,
}

impl DefaultMode {
    /// The mode for a cluster that uses `existing`, where SkyPilot's config names `config` for its
    /// context.
    ///
    /// A cluster with ports in both modes: the one that the config or else SkyPilot's default names.
    pub fn of(
        existing: impl IntoIterator<Item = Mode>,
        config: Option<Mode>,
        current_context_is_sky_local: bool,
    ) -> Self {
        let mut used: Vec<OpenMode> =
            existing.into_iter().filter_map(|mode| mode.try_into().ok()).collect();
        used.dedup();
        let by_skypilot = Self::by_skypilot(config, current_context_is_sky_local);
        match used.as_slice() {
            [] => by_skypilot,
            _ if used.contains(&by_skypilot.mode) => {
                Self { mode: by_skypilot.mode, why: WhyMode::AlreadyUsed }
            }
            [mode, ..] => Self { mode: *mode, why: WhyMode::AlreadyUsed },
        }
    }

    /// What SkyPilot would take for a cluster that it launches now.
    fn by_skypilot(config: Option<Mode>, current_context_is_sky_local: bool) -> Self {
        if current_context_is_sky_local {
            return Self { mode: OpenMode::Ingress, why: WhyMode::SkyLocal };
        }
        match config.map(OpenMode::try_from) {
            Some(Ok(mode)) => Self { mode, why: WhyMode::Config },
            Some(Err(_)) => Self { mode: OpenMode::LoadBalancer, why: WhyMode::ConfigPodIp },
            None => Self { mode: OpenMode::LoadBalancer, why: WhyMode::Default },
        }
    }
}

impl WhyMode {
    /// The cause for people, a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AlreadyUsed => "The cluster’s other ports are open in this mode.",
            Self::SkyLocal => "Clusters made by `sky local up` have no load balancers.",
            Self::Config => "SkyPilot’s config names this mode for the context.",
            Self::ConfigPodIp => {
                "SkyPilot’s config says podip, in which a port is reached inside the cluster only."
            }
            Self::Default => "SkyPilot’s default: its config names no mode for the context.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clusters_own_mode_comes_first_then_skypilots() {
        use OpenMode::{Ingress, LoadBalancer};
        let check = |used: &[Mode], config, is_local, mode, why| {
            let found = DefaultMode::of(used.iter().copied(), config, is_local);
            assert_eq!(found, DefaultMode { mode, why }, "{used:?} {config:?} {is_local}");
        };
        let (lb, ingress) = (Mode::LoadBalancer, Mode::Ingress);
        check(&[], None, false, LoadBalancer, WhyMode::Default);
        check(&[], Some(ingress), false, Ingress, WhyMode::Config);
        check(&[], Some(lb), false, LoadBalancer, WhyMode::Config);
        check(&[], Some(Mode::PodIp), false, LoadBalancer, WhyMode::ConfigPodIp);
        check(&[], Some(lb), true, Ingress, WhyMode::SkyLocal);
        check(&[ingress], Some(lb), false, Ingress, WhyMode::AlreadyUsed);
        check(&[lb], None, true, LoadBalancer, WhyMode::AlreadyUsed);
        check(&[Mode::PodIp, Mode::NodePort], None, false, LoadBalancer, WhyMode::Default);
        check(&[lb, ingress], Some(ingress), false, Ingress, WhyMode::AlreadyUsed);
        check(&[ingress, lb], None, false, LoadBalancer, WhyMode::AlreadyUsed);
    }
}
