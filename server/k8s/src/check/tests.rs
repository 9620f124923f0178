//! What a check says of whole environments: a row each, of the answers that an API server gives.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use skyports_model::{
    CheckLine, CheckPart, ContextCheck, ContextName, DefaultMode, LineState, Mode, Namespace,
    Timestamp, Verdict,
};

use super::{
    Answers, Audience, Facts, Looked, NoAddress, Right, SkyPilotSays, Surroundings, check,
};

const NOW: Timestamp = Timestamp(1_800_000_000);

/// An API server that has nothing but itself.
struct World {
    answers: Answers,
    context: &'static str,
    says: SkyPilotSays,
}

fn list(items: Vec<Value>) -> Looked<Value> {
    Looked::Seen(json!({ "items": items }))
}

fn groups(names: &[&str]) -> Looked<Value> {
    let groups: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    Looked::Seen(json!({ "groups": groups }))
}

fn forbidden() -> Looked<Value> {
    Looked::Forbidden("nodes is forbidden: User \"maya\" cannot list resource \"nodes\"".to_owned())
}

fn world() -> World {
    let answers = Answers {
        version: Looked::Seen(json!({ "gitVersion": "v1.36.3" })),
        groups: groups(&["apps", "networking.k8s.io"]),
        classes: list(vec![]),
        nodes: list(vec![]),
        services: list(vec![]),
        pools: Looked::Absent,
        controller: Looked::Absent,
        gateways: Looked::Absent,
        rights: vec![],
        as_of: NOW,
    };
    World { answers, context: "lab", says: says(None, false) }
}

fn says(config: Option<Mode>, is_sky_local: bool) -> SkyPilotSays {
    SkyPilotSays {
        mode: DefaultMode::of([], config, is_sky_local),
        files: vec!["~/.sky/config.yaml".to_owned()],
        problems: vec![],
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
    }
}

impl World {
    fn version(mut self, version: &str) -> Self {
        self.answers.version = Looked::Seen(json!({ "gitVersion": version }));
        self
    }

    fn group(mut self, group: &str) -> Self {
        self.answers.groups = groups(&["apps", "networking.k8s.io", group]);
        self
    }

    fn node(mut self, provider_id: &str, label: &str) -> Self {
        let metadata = json!({ "name": "n1", "labels": { label: "x" } });
        self.answers.nodes =
            list(vec![json!({ "metadata": metadata, "spec": { "providerID": provider_id } })]);
        self
    }

    fn class(mut self, name: &str, controller: &str) -> Self {
        self.answers.classes = list(vec![
            json!({ "metadata": { "name": name }, "spec": { "controller": controller } }),
        ]);
        self
    }

    fn services(mut self, addresses: &[&[&str]]) -> Self {
        let services = addresses.iter().enumerate().map(|(number, addresses)| {
            let entry = |address: &&str| match address.parse::<std::net::IpAddr>() {
                Ok(_) => json!({ "ip": address }),
                Err(_) => json!({ "hostname": address }),
            };
            let entries: Vec<_> = addresses.iter().map(entry).collect();
            json!({
                "metadata": { "name": format!("s{number}"), "namespace": "ml", "creationTimestamp": "2027-01-15T07:50:00Z" },
                "spec": { "type": "LoadBalancer" },
                "status": { "loadBalancer": { "ingress": entries } },
            })
        });
        self.answers.services = list(services.collect());
        self
    }

    fn pool(mut self, range: &str) -> Self {
        let pool = json!({ "metadata": { "name": "skypilot" }, "spec": { "addresses": [range] } });
        self.answers.pools = list(vec![pool]);
        self
    }

    fn controller(mut self, kind: &str, address: Option<&str>) -> Self {
        let entries: Vec<_> = address.iter().map(|ip| json!({ "ip": ip })).collect();
        self.answers.controller = Looked::Seen(json!({
            "metadata": { "name": "ingress-nginx-controller", "namespace": "ingress-nginx" },
            "spec": { "type": kind, "ports": [{ "name": "http", "port": 80, "nodePort": 30080 }] },
            "status": { "loadBalancer": { "ingress": entries } },
        }));
        self
    }

    fn facts(&self) -> Facts {
        Facts::of(self.answers.clone())
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::of(&self.facts())
    }

    fn checked(&self) -> ContextCheck {
        check(&ContextName::parse(self.context).unwrap(), &self.facts(), &self.says)
    }

    fn told(&self, part: CheckPart) -> String {
        told(&self.checked(), part)
    }
}

fn told(check: &ContextCheck, part: CheckPart) -> String {
    let line = |line: &CheckLine| {
        let steps: Vec<_> = line
            .next
            .iter()
            .map(|step| {
                format!(
                    "
    → {}",
                    step.title
                )
            })
            .collect();
        let steps = steps.concat();
        let evidence = line.evidence.as_deref().unwrap_or_default();
        format!("{}: {}\n    {evidence}{steps}", line.state.word(), line.name)
    };
    check.of(part).map(line).collect::<Vec<_>>().join("\n")
}

/// What is known around a server of that version.
pub(crate) fn of_version(version: &str) -> Surroundings {
    world().version(version).surroundings()
}

/// What is known where `MetalLB` gives addresses of that range, of which these are in use.
pub(crate) fn of_metallb(range: &str, used: &[&[&str]]) -> Surroundings {
    world().group("metallb.io").pool(range).services(used).surroundings()
}

fn gke() -> World {
    world().version("v1.34.1-gke.1279000")
}

fn eks() -> World {
    world().version("v1.33.5-eks-113cf36")
}

/// Its name, what is there, whom we take it for, whether load balancers work, who reaches them, and
/// whether they cost extra.
type Row = (&'static str, World, Option<&'static str>, Verdict, Option<Audience>, bool);

#[test]
fn an_environment_a_row() {
    let metallb = || world().group("metallb.io").pool("192.168.7.80-192.168.7.81");
    let sky_local = || World {
        context: "kind-skypilot",
        says: says(None, true),
        ..world().node("kind://docker/skypilot/c", "x")
    };
    let mut unseen = eks();
    unseen.answers.classes = forbidden();
    let rows: [Row; 12] = [
        ("GKE", gke(), Some("gke"), Verdict::Works, Some(Audience::Public), true),
        (
            "GKE by its nodes",
            world().node("gce://p/z/n", "x"),
            Some("gke"),
            Verdict::Works,
            Some(Audience::Public),
            true,
        ),
        ("EKS classic", eks(), Some("aws"), Verdict::Works, Some(Audience::Public), true),
        (
            "EKS with its controller",
            eks().class("alb", "ingress.k8s.aws/alb"),
            Some("aws-lbc"),
            Verdict::Works,
            Some(Audience::Internal),
            true,
        ),
        ("EKS, more may not be seen", unseen, Some("aws-any"), Verdict::Works, None, false),
        (
            "EKS Auto Mode",
            eks().group("eks.amazonaws.com"),
            Some("eks-auto"),
            Verdict::Works,
            None,
            true,
        ),
        (
            "k3s with addresses",
            world().version("v1.33.1+k3s1").services(&[&["192.168.7.2", "192.168.7.3"]]),
            Some("k3s"),
            Verdict::Works,
            Some(Audience::Internal),
            false,
        ),
        (
            "k3s without",
            world().version("v1.33.1+k3s1"),
            Some("k3s"),
            Verdict::Unknown,
            None,
            false,
        ),
        (
            "MetalLB",
            metallb().services(&[&["192.168.7.80"]]),
            Some("metallb"),
            Verdict::Works,
            Some(Audience::Internal),
            false,
        ),
        (
            "MetalLB, its pool full",
            metallb().services(&[&["192.168.7.80"], &["192.168.7.81"]]),
            Some("metallb"),
            Verdict::DoesNot,
            Some(Audience::Internal),
            false,
        ),
        ("kind-skypilot", sky_local(), Some("kind"), Verdict::DoesNot, None, false),
        ("unknown", world(), None, Verdict::Unknown, None, false),
    ];
    for (name, world, provider, verdict, audience, costs) in rows {
        let (surroundings, check) = (world.surroundings(), world.checked());
        assert_eq!(surroundings.facts().map(|it| it.id.as_str()), provider, "{name}");
        assert_eq!(check.load_balancer, verdict, "{name}: {}", world.told(CheckPart::LoadBalancer));
        let found = surroundings.audience(&BTreeMap::new()).map(|(audience, _)| audience);
        assert_eq!(found, audience, "{name}");
        let told = world.told(CheckPart::LoadBalancer);
        assert_eq!(told.contains("costs extra"), costs, "{name}: {told}");
        assert!(provider.is_some() || !told.contains('$'), "{name}: a price of nobody's: {told}");
        // What does not work says what to do.
        let first = check.of(CheckPart::LoadBalancer).next().unwrap();
        assert!(verdict == Verdict::Works || !first.next.is_empty(), "{name}: {told}");
    }
}

#[test]
fn metallb_without_a_pool_gives_nothing_and_says_nothing() {
    let mut empty = world().group("metallb.io");
    empty.answers.pools = list(vec![]);
    assert_eq!(empty.surroundings().no_address, Some(NoAddress::NoPool));
    insta::assert_snapshot!(empty.told(CheckPart::LoadBalancer), @r"
    attention: MetalLB has no pool of addresses
        No `IPAddressPool` gives addresses by itself. Without one MetalLB writes nothing at all, not even an event.
        → Give it a pool of free addresses, yours instead of these
    ");
    // A pool that is only for those who name it is none for SkyPilot.
    let pool = json!({ "metadata": { "name": "x" }, "spec": { "addresses": ["192.0.2.0/24"], "autoAssign": false } });
    empty.answers.pools = list(vec![pool]);
    assert_eq!(empty.surroundings().no_address, Some(NoAddress::NoPool));
    empty.answers.pools = forbidden();
    assert_eq!(empty.checked().load_balancer, Verdict::Unknown);
    assert_eq!(empty.surroundings().no_address, None);
}

#[test]
fn a_classic_load_balancer_checks_one_port_until_it_is_told_otherwise() {
    insta::assert_snapshot!(eks().told(CheckPart::LoadBalancer), @"
    ready: Amazon Web Services assigns addresses
        version `v1.33.5-eks-113cf36`.
    note: Public: whoever has the address reaches the port
        Says the provider’s default (cloud-provider-aws, pkg/providers/v1/aws.go: ServiceAnnotationLoadBalancerInternal, read on 2026-09-20).
        → Make every port of SkyPilot’s internal
    note: A load balancer costs extra: $0.025 an hour for each classic load balancer and $0.008 per GB
        List price of Amazon Web Services, https://aws.amazon.com/elasticloadbalancing/pricing/ (read on 2026-09-20). All ports of a cluster share one; SkyPilot does not count it.
    attention: Only the first port of a cluster is checked: if nothing listens on it, none works
        A classic load balancer has one health check. cloud-provider-aws, pkg/providers/v1/aws.go: “We only configure a TCP health-check on the first port” (read on 2026-11-24).
        → Have each port checked by itself
        → Or open the port first on which something listens already
    ");
    let mut told = eks();
    told.says.annotations =
        [("service.beta.kubernetes.io/aws-load-balancer-type".to_owned(), "nlb".to_owned())].into();
    let lines = told.told(CheckPart::LoadBalancer);
    assert!(lines.contains("ready: Each port is checked by itself"), "{lines}");
}

#[test]
fn an_annotation_of_skypilots_config_turns_the_reach() {
    let lbc = eks().class("alb", "ingress.k8s.aws/alb").surroundings();
    let scheme = |value: &str| {
        BTreeMap::from([(
            "service.beta.kubernetes.io/aws-load-balancer-scheme".to_owned(),
            value.to_owned(),
        )])
    };
    let reach = |annotations| lbc.audience(&annotations).map(|(audience, _)| audience);
    assert_eq!(reach(scheme("internet-facing")), Some(Audience::Public));
    assert_eq!(reach(scheme("internal")), Some(Audience::Internal));
    assert_eq!(lbc.internal_annotations(), Some(scheme("internal")));
    assert_eq!(world().surroundings().internal_annotations(), None);
}

#[test]
fn who_may_not_look_is_told_so_and_nothing_is_claimed() {
    let mut blind = world();
    blind.answers = Answers {
        classes: forbidden(),
        nodes: forbidden(),
        services: forbidden(),
        controller: forbidden(),
        gateways: forbidden(),
        ..blind.answers
    };
    let check = blind.checked();
    assert_eq!((check.load_balancer, check.ingress), (Verdict::Unknown, Verdict::Unknown));
    assert!(check.provider.is_none());
    let lines: Vec<_> =
        check.lines.iter().filter(|line| line.state == LineState::Unknown).collect();
    assert!(lines.len() >= 4, "{lines:?}");
    assert!(
        lines.iter().all(|line| line
            .evidence
            .as_ref()
            .is_some_and(|it| it.contains("Not allowed to look"))),
        "{lines:?}"
    );
}

#[test]
fn a_service_that_waits_in_vain_says_that_nothing_assigns_addresses() {
    let waiting = world().services(&[&[]]);
    insta::assert_snapshot!(waiting.told(CheckPart::LoadBalancer), @"
    attention: Nothing assigns addresses
        Service `ml/s0` has waited for an address for 10 min.
        → On your own machines, install MetalLB, which gives addresses of your own network
        → Then give it a pool of free addresses, yours instead of these
    ");
    // One that has an address shows that it is not for everybody in vain.
    assert_eq!(world().services(&[&[], &["203.0.113.7"]]).checked().load_balancer, Verdict::Works);
}

#[test]
fn ingress_needs_skypilots_class_and_a_controller_that_is_reached() {
    let nginx = || world().class("nginx", "k8s.io/ingress-nginx");
    let verdict = |world: World| world.checked().ingress;
    assert_eq!(verdict(world()), Verdict::DoesNot);
    assert_eq!(
        verdict(world().class("traefik", "traefik.io/ingress-controller")),
        Verdict::DoesNot
    );
    assert_eq!(verdict(nginx()), Verdict::Unknown);
    assert_eq!(verdict(nginx().controller("LoadBalancer", None)), Verdict::DoesNot);
    assert_eq!(verdict(nginx().controller("NodePort", None)), Verdict::Works);
    assert_eq!(verdict(nginx().controller("LoadBalancer", Some("198.51.100.7"))), Verdict::Works);
    assert_eq!(
        verdict(
            world()
                .class("nginx", "nginx.org/ingress-controller")
                .controller("LoadBalancer", Some("198.51.100.7"))
        ),
        Verdict::Unknown
    );
    insta::assert_snapshot!(nginx().controller("LoadBalancer", Some("198.51.100.7")).told(CheckPart::Ingress), @"
    ready: IngressClass `nginx`
        Controller `k8s.io/ingress-nginx`. SkyPilot needs a class with exactly this name.
    ready: The controller has a public address: 198.51.100.7
        `status.loadBalancer` of Service `ingress-nginx/ingress-nginx-controller`.
    note: ingress-nginx is retired: no security fixes since March 2026
        It is the only controller that SkyPilot supports; others that answer to its class and annotations exist.
    ");
    insta::assert_snapshot!(nginx().controller("LoadBalancer", None).told(CheckPart::Ingress), @"
    ready: IngressClass `nginx`
        Controller `k8s.io/ingress-nginx`. SkyPilot needs a class with exactly this name.
    attention: The controller has no address
        Service `ingress-nginx/ingress-nginx-controller` is of type LoadBalancer and has no address.
        → Tell SkyPilot where it is reached, with an address of yours instead of this; needed only while its Service has none
    note: ingress-nginx is retired: no security fixes since March 2026
        It is the only controller that SkyPilot supports; others that answer to its class and annotations exist.
    ");
    insta::assert_snapshot!(world().class("traefik", "traefik.io/ingress-controller").told(CheckPart::Ingress), @"
    attention: No IngressClass named `nginx`
        There are `traefik`; SkyPilot needs one with exactly that name.
        → Install a controller whose class is named `nginx`; ingress-nginx is the one that SkyPilot supports, and it is retired
    ");
}

#[test]
fn skypilots_mode_is_told_with_where_it_was_read() {
    let mut world = world()
        .class("nginx", "k8s.io/ingress-nginx")
        .controller("LoadBalancer", Some("198.51.100.7"))
        .services(&[&[]]);
    world.context = "arn:aws:eks:eu-west-1:1:cluster/serve";
    insta::assert_snapshot!(world.told(CheckPart::SkyPilot), @"
    attention: Opens ports as `loadbalancer`, which cannot work here
        SkyPilot’s default: its config names no mode for the context. Read in `~/.sky/config.yaml`.
        → Switch this context to ingress, in ~/.sky/config.yaml
    note: Gateway API is not present
        No resources of `gateway.networking.k8s.io`. Neither SkyPilot nor skyports uses it yet.
    ");
    let check = world.checked();
    let switch = check.of(CheckPart::SkyPilot).find_map(|line| line.next.first()).unwrap();
    insta::assert_snapshot!(switch.command.clone().unwrap(), @"
    kubernetes:
      context_configs:
        arn:aws:eks:eu-west-1:1:cluster/serve:
          ports: ingress
    ");
    world.says = SkyPilotSays {
        problems: vec!["a.yaml: broken".to_owned()],
        labels: [("team".to_owned(), "ml".to_owned())].into(),
        ..says(Some(Mode::Ingress), false)
    };
    insta::assert_snapshot!(world.told(CheckPart::SkyPilot), @"
    attention: SkyPilot’s config cannot be read
        a.yaml: broken
        → Mend the file: SkyPilot itself ends there
    ready: Opens ports as `ingress`
        SkyPilot’s config names this mode for the context. Read in `~/.sky/config.yaml`.
    note: Adds labels or annotations to every object
        `custom_metadata`: `team: ml`. skyports adds them, too.
    note: Gateway API is not present
        No resources of `gateway.networking.k8s.io`. Neither SkyPilot nor skyports uses it yet.
    ");
}

#[test]
fn a_right_that_is_missing_names_its_rule() {
    let mut world = world();
    let right = |verb, resource, granted| Right {
        verb,
        resource,
        namespace: Namespace::parse("ml").ok(),
        granted,
    };
    world.answers.rights = vec![
        right("list", "pods", Looked::Seen(true)),
        right("create", "services", Looked::Seen(true)),
        right("delete", "services", Looked::Seen(false)),
        right("create", "ingresses", Looked::Failed("no answer in time".to_owned())),
    ];
    insta::assert_snapshot!(world.told(CheckPart::Rights), @"
    ready: You may list pods
        SelfSubjectAccessReview in `ml`, 08:00 UTC.
        → Ask it yourself
    attention: You may not delete services
        SelfSubjectAccessReview in `ml`, 08:00 UTC.
        → Ask who manages the cluster for this rule
    unknown: Whether you may create ingresses is not known
        No answer: no answer in time
    ");
}
