//! The frozen codes of reasons and warnings, listed for people in `docs/codes.md`.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)*) => {
        /// What a finding is about, for scripts. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[doc = $doc])+ $name,)* }

        impl Code {
            /// Every code, in the order of `docs/codes.md`.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as JSON and `docs/codes.md` spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// Something is expected to give the endpoint an address; wait.
    WaitingForAddress = "waiting_for_address",
    /// The address is there, and no pod of the cluster runs yet.
    WaitingForPod = "waiting_for_pod",
    /// Every pod of the cluster has ended; nothing will answer until it is launched again.
    PodEnded = "pod_ended",
    /// No current data: what is shown is as it was when the context last answered.
    Stale = "stale",
    /// The Ingress names a class that does not exist.
    NoIngressClass = "no_ingress_class",
    /// No ingress controller gives the Ingress an address.
    NoIngressController = "no_ingress_controller",
    /// A Service for the port exists, and no path of an Ingress leads to it.
    IngressPathMissing = "ingress_path_missing",
    /// A port that was opened here is gone from what SkyPilot shares with us.
    DroppedBySkyPilot = "dropped_by_skypilot",
    /// Objects of clusters that are gone are still there.
    Orphaned = "orphaned",
    /// A restriction of who reaches a load balancer is gone.
    RestrictionDropped = "restriction_dropped",
    /// The Ingress leads to a Service that does not exist.
    IngressServiceMissing = "ingress_service_missing",
    /// Nothing in the cluster has reacted to the `LoadBalancer` Service.
    NoLoadBalancerController = "no_load_balancer_controller",
    /// The controller of load balancers reports an error.
    LoadBalancerError = "load_balancer_error",
    /// Clusters of `sky local up` have no load balancers.
    LoadBalancerUnsupportedHere = "load_balancer_unsupported_here",
    /// The Service is being deleted, and something holds it.
    LoadBalancerDeleting = "load_balancer_deleting",
    /// The app usually on this port does not work under a sub-path.
    SubpathBreaksApp = "subpath_breaks_app",
    /// The app usually on this port needs a setting to work under a sub-path.
    SubpathNeedsFlag = "subpath_needs_flag",
    /// Nothing is known of the app on this port; some do not work under a sub-path.
    SubpathUnknownApp = "subpath_unknown_app",
    /// Requests are spread over all nodes of the cluster.
    MultiNodeRouting = "multi_node_routing",
    /// A permission is missing.
    Forbidden = "forbidden",
    /// The Kubernetes API does not answer.
    Unreachable = "unreachable",
    /// The kubeconfig has no usable entry for the context.
    ContextInvalid = "context_invalid",
    /// What was asked for at this moment got no answer.
    ReadFailed = "read_failed",
    /// An object that was asked for at this moment is not there.
    ObjectGone = "object_gone",
    /// An object could not be read.
    UnreadableObject = "unreadable_object",
    /// The cluster has no head: nothing would answer on a port.
    NoHead = "no_head",
    /// Another object exposes the port.
    PortTaken = "port_taken",
    /// Kubernetes or nginx would not take a name as it is meant.
    NameNotAllowed = "name_not_allowed",
    /// An object of SkyPilot's is not as SkyPilot makes it.
    UnexpectedObject = "unexpected_object",
    /// A port cannot be restricted in this way.
    ReachNotPossible = "reach_not_possible",
    /// A manifest does not say what was planned.
    ManifestDiffers = "manifest_differs",
    /// This skyports was told to write nothing.
    ReadOnly = "read_only",
    /// Whoever reaches the port usually owns what is behind it.
    DangerousPort = "dangerous_port",
    /// A launch that changes ports takes this one away.
    NextLaunchDrops = "next_launch_drops",
    /// Whoever is on the internet reaches the port.
    PublicAddress = "public_address",
    /// The port is reached from the cloud's or the site's own network.
    InternalAddress = "internal_address",
    /// A load balancer is billed beside the nodes.
    CostsExtra = "costs_extra",
    /// A load balancer asks one port whether all of them live.
    FirstPortChecked = "first_port_checked",
    /// No address is left for a load balancer.
    NoFreeAddress = "no_free_address",
    /// A path of another Ingress takes the requests.
    PathShadowed = "path_shadowed",
    /// The app sees the whole path of its requests.
    PathKept = "path_kept",
    /// The links of the mode in which the port closes stop working.
    LinkStops = "link_stops",
    /// Guest links of a port end when it closes.
    GuestLinksEnd = "guest_links_end",
    /// A field that SkyPilot owns is taken, until its next write.
    SelectorTaken = "selector_taken",
    /// A load balancer has no path that could be kept.
    NoPathToKeep = "no_path_to_keep",
    /// The API server, a policy or a quota refuses a write.
    WriteRefused = "write_refused",
    /// Somebody else owns a field that was to be written.
    WriteOwned = "write_owned",
    /// Others kept changing what was to be written.
    WriteContended = "write_contended",
    /// Nobody answered a write.
    WriteUnanswered = "write_unanswered",
    /// Nothing listens on the port behind the endpoint.
    NothingListens = "nothing_listens",
    /// Nobody answered a check in time.
    NoAnswer = "no_answer",
    /// The host's name has no address.
    NameUnresolved = "name_unresolved",
    /// No TLS could be had where the URL says so.
    TlsFailed = "tls_failed",
    /// What answers does not speak HTTP.
    NotHttp = "not_http",
    /// The app answers with an error of its own.
    ServerError = "server_error",
    /// The ingress controller does not serve the path.
    PathNotServed = "path_not_served",
    /// The app refuses to be asked by that host name.
    HostRefused = "host_refused",
    /// Whoever reaches the address can run programs there, without a login.
    PublicWithoutAuth = "public_without_auth",
    /// The load balancer asks a port on which nothing listens, and serves none of the others.
    HealthCheckOnDeadPort = "health_check_on_dead_port",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
