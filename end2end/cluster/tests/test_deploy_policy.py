"""The admission policies of the chart, on the real API server: what opening, closing, repairing and
sharing write is taken from the chart's account, and whatever else it writes is refused, though RBAC
would let it do anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from binary import Skyports
from clicks import wait_until_shown
from deployed import As, Release, deployed, refusal
from made import everything_of, ingress, service
from rig import objects
from rig.api import APPLY_PATCH, JSON_PATCH, namespaced
from rig.objects import NETWORKING
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened, with_address
from test_share import kept as kept_links
from test_share import patiently, share
from victim import NGINX, OURS, Victim, note

ADDRESS = "203.0.113.77"


# Each resource that a policy is about, and what it refuses.
PROBES: dict[str, dict] = {
    "services": {"spec": {"ports": [{"port": 80}]}},
    "ingresses": {"spec": {"defaultBackend": {"service": {"name": "x", "port": {"number": 1}}}}},
    "configmaps": {},
    "events": {"involvedObject": {"namespace": "policy-tools"}},
    "secrets": {},
}


@pytest.fixture(scope="module")
def release(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """The chart, installed; its account may do everything, and the policies are in force."""
    with deployed(rig, tmp_path_factory.mktemp("policy"), "skyports", "policy-tools", {}) as release:
        release.may_do_everything()
        api = release.api()
        for resource, probe in PROBES.items():
            there = namespaced("policy-tools", resource, group=NETWORKING if resource == "ingresses" else "")
            write = lambda: api.post(f"{there}?dryRun=All", {"metadata": {"name": "probe"}} | probe)  # noqa: E731, B023
            wait_for(f"the policy of {resource}", lambda: "denied request" in refusal(write), 30)  # noqa: B023
        yield release


@pytest.fixture
def ours(release: Release, skyports: Skyports, tmp_path: Path) -> Skyports:
    """The binary, as the chart's account."""
    return Skyports(skyports.binary, release.kubeconfig(tmp_path / "account"), tmp_path)


@pytest.fixture
def api(release: Release) -> As:
    return release.api()


# What skyports writes, each shape by the program itself.


def names(rig: Rig, namespace: str, c: str) -> list[str]:
    """Of what opening made; SkyPilot's own Services of a cluster are not meant."""
    return [name for name in everything_of(rig, namespace, c) if "-skyp" in name]


def test_ports_of_a_load_balancer_of_its_own_making(rig: Rig, namespace: str, ours: Skyports) -> None:
    c = rig.oracle.provision("own", namespace=namespace)["name_on_cloud"]
    ours.run("open", f"{namespace}/own", "8888,6006-6010", "--mode", "loadbalancer").expect(0)
    ours.run("open", f"{namespace}/own", "9000").expect(0)
    ours.run("close", f"{namespace}/own", "6006-6010").expect(0)
    ports = service(rig, namespace, objects.lb_service(c))["spec"]["ports"]
    assert [port["port"] for port in ports] == [8888, 9000]
    ours.run("close", f"{namespace}/own", "8888,9000").expect(0)
    assert names(rig, namespace, c) == []


def test_sixty_four_ports_at_once(rig: Rig, namespace: str, ours: Skyports) -> None:
    rig.oracle.provision("many", namespace=namespace)
    ours.run("open", f"{namespace}/many", "7000-7063", "--mode", "loadbalancer").expect(0)
    ours.run("open", f"{namespace}/many", "7100-7163").expect(0)
    ours.run("close", f"{namespace}/many", "7000-7063").expect(0)


def test_ports_of_skypilots_load_balancer(rig: Rig, namespace: str, ours: Skyports) -> None:
    c = with_address(rig, namespace, "lb", ["8888"], ADDRESS)
    ours.run("open", f"{namespace}/lb", "6006").expect(0)
    ours.run("close", f"{namespace}/lb", "6006").expect(0)
    ours.run("close", f"{namespace}/lb", "8888").expect(0)
    assert names(rig, namespace, c) == []


def test_a_note_is_left_on_the_head(rig: Rig, namespace: str, ours: Skyports) -> None:
    c = with_address(rig, namespace, "note", ["8888"], ADDRESS)
    ours.run("open", f"{namespace}/note", "6006").expect(0)
    ours.run("close", f"{namespace}/note", "6006").expect(0)

    def reasons() -> bool:
        events = rig.api.get(namespaced(namespace, "events"))["items"]
        found = {it["reason"] for it in events if it["involvedObject"]["name"] == f"{c}-head"}
        return {"PortOpened", "PortClosed"} <= found

    wait_for("the notes", reasons)


def test_the_first_path_and_more(rig: Rig, namespace: str, ours: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = rig.oracle.provision("fresh", namespace=namespace)["name_on_cloud"]
    ours.run("open", f"{namespace}/fresh", "8888", "--mode", "ingress").expect(0)
    ours.run("open", f"{namespace}/fresh", "6006-6007").expect(0)
    ours.run("close", f"{namespace}/fresh", "6006").expect(0)
    assert len(ingress(rig, namespace, c)["spec"]["rules"][0]["http"]["paths"]) == 2
    ours.run("close", f"{namespace}/fresh", "8888,6007").expect(0)
    assert names(rig, namespace, c) == []


def test_paths_of_skypilots_ingress(rig: Rig, namespace: str, ours: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = opened(rig, namespace, "path", ["8888"], mode="ingress")
    ours.run("open", f"{namespace}/path", "6006").expect(0)
    ours.run("close", f"{namespace}/path", "6006").expect(0)
    ours.run("close", f"{namespace}/path", "8888").expect(0)
    assert f"{c}-skypilot-ingress" not in names(rig, namespace, c)


def test_a_path_that_is_kept(rig: Rig, namespace: str, ours: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = opened(rig, namespace, "kept", ["8888"], mode="ingress")
    before = names(rig, namespace, c)
    ours.run("open", f"{namespace}/kept", "8888", "--keep-prefix").expect(0)
    ours.run("open", f"{namespace}/kept", "8888", "--keep-prefix=own-path").expect(0)
    assert f"{c}-skyports-8888" in names(rig, namespace, c)
    ours.run("close", f"{namespace}/kept", "8888", "--keep-prefix").expect(0)
    assert names(rig, namespace, c) == before


def test_what_skypilots_ingress_says_of_time_and_size_is_taken_over(rig: Rig, namespace: str, ours: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = opened(rig, namespace, "says", ["8888"], mode="ingress")
    path = namespaced(namespace, "ingresses", objects.ingress_name(c), NETWORKING)
    said = {f"{NGINX}proxy-read-timeout": "120", f"{NGINX}proxy-body-size": "2g", f"{NGINX}whitelist-source-range": "192.0.2.0/24,10.0.0.0/8"}
    rig.api.patch(path, {"metadata": {"annotations": said}})
    ours.run("open", f"{namespace}/says", "8888", "--keep-prefix").expect(0)
    made = rig.api.get(namespaced(namespace, "ingresses", f"{c}-skyports-8888", NETWORKING))
    assert made["metadata"]["annotations"].items() >= said.items()
    # Where it says who must log in elsewhere, the policy wants to be told that this is meant.
    rig.api.patch(path, {"metadata": {"annotations": {f"{NGINX}auth-url": "https://login.example.com"}}})
    told = ours.run("open", f"{namespace}/says", "8888", "--keep-prefix").expect(1)
    assert "no login elsewhere" in told.err + told.out, told


@pytest.mark.parametrize("mode", ["loadbalancer", "ingress"])
def test_requests_for_the_head_alone(rig: Rig, namespace: str, ours: Skyports, mode: str) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = opened(rig, namespace, "head", ["8888"], mode=mode, nodes=2)
    ours.run("open", f"{namespace}/head", "8888", "--head-only", "--mode", mode).expect(0)
    name = objects.lb_service(c) if mode == "loadbalancer" else f"{c}--skypilot-svc--8888"
    assert service(rig, namespace, name)["spec"]["selector"]["component"] == f"{c}-head"


def test_from_one_mode_to_the_other(rig: Rig, namespace: str, ours: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    opened(rig, namespace, "moves", ["8888"], mode="ingress")
    ours.run("open", f"{namespace}/moves", "8888", "--mode", "loadbalancer", "--switch").expect(0)
    ours.run("open", f"{namespace}/moves", "8888", "--mode", "ingress", "--switch").expect(0)


def test_a_restricted_port(rig: Rig, namespace: str, ours: Skyports) -> None:
    c = with_address(rig, namespace, "office", ["8888"], ADDRESS)
    for network in ("192.0.2.0/24", "2001:db8::/32"):
        ours.run("open", f"{namespace}/office", "6006", "--allow", network).expect(0)
    assert f"{c}-skyports-lb-6006" in names(rig, namespace, c)
    ours.run("close", f"{namespace}/office", "6006").expect(0)


def test_guest_links(rig: Rig, namespace: str, ours: Skyports) -> None:
    c = with_address(rig, namespace, "train", ["8888"], ADDRESS)
    with ours.serve("--namespace", namespace) as server:
        wait_until_shown(server, namespace, c)
        share(server, namespace, c)
        share(server, namespace, c, label="another")
        assert len(kept_links(rig, namespace, c)["data"]) == 2
        page = patiently(server, "POST", f"/c/rig/{namespace}/{c}/share", port=8888, mode="loadbalancer", revoke="all")
        assert "revoked" in page.text, page.text
        wait_for("their end", lambda: not kept_links(rig, namespace, c).get("data"))


# What it never writes. Each is sent by the account, which may do everything by RBAC.


@pytest.fixture(scope="module")
def victim(rig: Rig, release: Release) -> Victim:
    namespace = rig.namespace("policy-victims")
    objects.ingress_class(rig.api)
    c = opened(rig, namespace, "victim", ["8888", "6006"], nodes=2)
    rig.oracle.open_ports(c, ["8888", "6006"], mode="ingress", namespace=namespace)
    victim = Victim(rig, release.api(), namespace, c)
    plain = {"selector": {"app": "db"}, "ports": [{"port": 5432}]}
    rig.api.post(victim.services(), {"metadata": {"name": "database"}, "spec": plain})
    # One that has our name, and that somebody else made.
    squatter = victim.service(f"{c}-skyports-7000", labels={}, ownerReferences=[])
    rig.api.post(victim.services(), squatter)
    backend = {"service": {"name": "database", "port": {"number": 5432}}}
    rules = [{"host": "shop.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    rig.api.post(victim.ingresses(), {"metadata": {"name": "shop"}, "spec": {"rules": rules}})
    # Somebody's own path in SkyPilot's Ingress.
    own = [{"op": "add", "path": "/spec/rules/-", "value": rules[0]}]
    rig.api.patch(victim.ingresses(objects.ingress_name(c)), own, JSON_PATCH)
    rig.api.post(victim.config_maps(), {"metadata": {"name": "settings"}, "data": {"a": "b"}})
    rig.api.post(victim.config_maps(), victim.links())
    return victim


def spec(v: Victim, name: str, **changes: object) -> Callable[[], None]:
    return lambda: v.make_service(v.service(f"{v.c}{name}", changes))


def meta(v: Victim, name: str, **changes: object) -> Callable[[], None]:
    return lambda: v.make_service(v.service(f"{v.c}{name}", None, **changes))


def change(v: Victim, path: str, patch: object, kind: str = "application/merge-patch+json") -> Callable[[], None]:
    return lambda: v.api.patch(f"{path}?{OURS}&dryRun=All", patch, kind)


def remove(v: Victim, path: str) -> Callable[[], None]:
    return lambda: v.api.delete(path, {"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]})


def make(v: Victim, path: str, thing: dict) -> Callable[[], None]:
    return lambda: v.api.post(f"{path}?dryRun=All", thing)


def add_path(v: Victim, path: str, service_name: str, port: int) -> Callable[[], None]:
    backend = {"service": {"name": service_name, "port": {"number": port}}}
    value = {"path": path, "pathType": "ImplementationSpecific", "backend": backend}
    at = v.ingresses(objects.ingress_name(v.c))
    return change(v, at, [{"op": "add", "path": "/spec/rules/0/http/paths/-", "value": value}], JSON_PATCH)


def lb(v: Victim) -> str:
    return v.services(objects.lb_service(v.c))


def internal() -> dict[str, str]:
    """The annotations by which the program makes a load balancer internal, in whatever cloud."""
    providers = Path(__file__).resolve().parents[3] / "server" / "k8s" / "data" / "providers.toml"
    found = re.findall(r'^internal = \{ "([^"]+)" = "([^"]+)" \}$', providers.read_text(), re.M)
    assert len(found) >= 6, found
    return dict(found)


INTERNAL = internal()
KEPT, RESTRICTED = "-skyports-9000", "-skyports-lb-9000"
NETWORKS = ["192.0.2.0/24"]
SHAPES: dict[str, Callable[[Victim], Callable[[], None]]] = {
    "a Service behind a kept path": lambda v: spec(v, KEPT),
    "a restricted load balancer": lambda v: spec(v, RESTRICTED, loadBalancerSourceRanges=NETWORKS),
    **{
        f"an internal load balancer by {annotation}": lambda v, of={annotation: value}: meta(v, RESTRICTED, annotations=of)
        for annotation, value in INTERNAL.items()
    },
    "a route": lambda v: lambda: v.make_route(v.route()),
    "a path": lambda v: add_path(v, f"/skypilot/{v.namespace}/{v.c}/9000(/|$)(.*)", f"{v.c}--skypilot-svc--9000", 9000),
    "a path of older releases": lambda v: add_path(v, f"/skypilot/{v.c}/9000(/|$)(.*)", f"{v.c}--skypilot-svc--9000", 9000),
    "a question": lambda v: lambda: v.api.post(
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}},
    ),
    "another's rights": lambda v: lambda: v.api.post(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"user": "x", "resourceAttributes": {"verb": "get", "resource": "pods"}}},
    ),
    "a note": lambda v: make(v, namespaced(v.namespace, "events"), note(v)),
    "a link": lambda v: change(v, v.config_maps(f"{v.c}-skyports-links"), {"data": {"b" * 64: "{}"}}),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_that_hostile_writes_begin_with_are_taken(victim: Victim, shape: str) -> None:
    assert refusal(SHAPES[shape](victim)) == ""


NAMED = "skyports writes Services of SkyPilot's clusters alone"
MADE = "skyports makes Services of the type that belongs to the name"
META = "skyports makes Services with its own labels"
PORTS = "skyports opens TCP ports that lead to the same port"
CHANGED = "skyports changes of a Service of SkyPilot's only ports"
ROUTE = "skyports makes Ingresses of the class nginx with one rule"
ROUTE_META = "skyports makes Ingresses with its own labels"
PATH = "skyports writes no path but"
LINKS = "skyports writes no ConfigMap but C-skyports-links"
ELSE = "and nothing else"
TLS = {"tls": [{"hosts": ["bank.example.com"], "secretName": "bank"}]}

HOSTILE: dict[str, tuple[str, Callable[[Victim], Callable[[], None]]]] = {
    # Services that it would make.
    "a Service of no cluster": (NAMED, lambda v: make(v, v.services(), v.service("evil-9000"))),
    "one of another cluster's name": (NAMED, lambda v: spec(v, KEPT, selector={"skypilot-cluster-name": "other"})),
    "one that selects everything": (NAMED, lambda v: spec(v, KEPT, selector={})),
    "one that selects more": (MADE, lambda v: spec(v, KEPT, selector={**v.head, "app": "db"})),
    "one that selects workers": (MADE, lambda v: spec(v, KEPT, selector={**v.head, "component": f"{v.c}-worker1"})),
    "external IPs": (MADE, lambda v: spec(v, KEPT, externalIPs=["203.0.113.9"])),
    "another name": (MADE, lambda v: spec(v, KEPT, type="ExternalName", externalName="metadata.example.com")),
    "a load balancer for a kept path": (MADE, lambda v: spec(v, KEPT, type="LoadBalancer")),
    "a node port": (MADE, lambda v: spec(v, KEPT, type="NodePort")),
    "no selector's own head": (MADE, lambda v: spec(v, KEPT, clusterIP="None")),
    "an address of choice": (MADE, lambda v: spec(v, RESTRICTED, loadBalancerSourceRanges=NETWORKS, loadBalancerIP="203.0.113.9")),
    "a class of choice": (MADE, lambda v: spec(v, RESTRICTED, loadBalancerSourceRanges=NETWORKS, loadBalancerClass="x.example.com/y")),
    "pods that are not ready": (MADE, lambda v: spec(v, KEPT, publishNotReadyAddresses=True)),
    "a restricted port for everybody": (MADE, lambda v: spec(v, RESTRICTED)),
    "an annotation of a cloud": (META, lambda v: meta(v, KEPT, annotations={"external-dns.alpha.kubernetes.io/hostname": "bank.example.com"})),
    "an internal one that is public": (META, lambda v: meta(v, RESTRICTED, annotations={"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"})),
    "a label of somebody's": (META, lambda v: meta(v, KEPT, labels={**v.meta["labels"], "service.kubernetes.io/service-proxy-name": "x"})),
    "no label of its own": (META, lambda v: meta(v, KEPT, labels={})),
    "no owner": (META, lambda v: meta(v, KEPT, ownerReferences=[])),
    "an owner elsewhere": (META, lambda v: meta(v, KEPT, ownerReferences=[{**v.meta["ownerReferences"][0], "name": "other"}])),
    "an owner that waits for it": (META, lambda v: meta(v, KEPT, ownerReferences=[{**v.meta["ownerReferences"][0], "blockOwnerDeletion": True}])),
    "a finalizer": (META, lambda v: meta(v, KEPT, finalizers=["x.example.com/forever"])),
    "a port that leads elsewhere": (PORTS, lambda v: spec(v, KEPT, ports=[{"port": 9000, "targetPort": 22, "protocol": "TCP"}])),
    "a port of another number": (PORTS, lambda v: spec(v, KEPT, ports=[{"port": 22, "targetPort": 22, "protocol": "TCP"}])),
    "a port by UDP": (PORTS, lambda v: spec(v, KEPT, ports=[{"port": 9000, "targetPort": 9000, "protocol": "UDP"}])),
    "two ports where the name has one": (PORTS, lambda v: spec(v, KEPT, ports=[{"name": f"p{n}", "port": n, "targetPort": n} for n in (9000, 22)])),
    "too many ports": (PORTS, lambda v: change(v, lb(v), [{"op": "add", "path": "/spec/ports/-", "value": {"name": f"port{n}", "port": n, "targetPort": n, "protocol": "TCP"}} for n in range(7000, 7065)], JSON_PATCH)),
    # Services that are there.
    "somebody's Service": (NAMED, lambda v: change(v, v.services("database"), {"spec": {"selector": v.head}})),
    "its end": (NAMED, lambda v: remove(v, v.services("database"))),
    "SkyPilot's with external IPs": (CHANGED, lambda v: change(v, lb(v), {"spec": {"externalIPs": ["203.0.113.9"]}})),
    "SkyPilot's with a network": (CHANGED, lambda v: change(v, lb(v), {"spec": {"loadBalancerSourceRanges": NETWORKS}})),
    "SkyPilot's of another type": (CHANGED, lambda v: change(v, v.services(f"{v.c}--skypilot-svc--8888"), {"spec": {"type": "LoadBalancer"}})),
    "SkyPilot's for another cluster": (CHANGED, lambda v: change(v, lb(v), {"spec": {"selector": {"skypilot-cluster-name": "other"}}})),
    "SkyPilot's for one worker": (CHANGED, lambda v: change(v, lb(v), {"spec": {"selector": {"component": f"{v.c}-worker1"}}})),
    "SkyPilot's with an annotation": (CHANGED, lambda v: change(v, lb(v), {"metadata": {"annotations": {"a": "b"}}})),
    "SkyPilot's as its own": (CHANGED, lambda v: change(v, lb(v), {"metadata": {"labels": {"app.kubernetes.io/managed-by": "skyports"}}})),
    "SkyPilot's without its owner": (CHANGED, lambda v: change(v, lb(v), {"metadata": {"ownerReferences": None, "finalizers": ["x.example.com/y"]}})),
    "a port of SkyPilot's that leads to SSH": (PORTS, lambda v: change(v, lb(v), [{"op": "add", "path": "/spec/ports/-", "value": {"name": "port9000", "port": 9000, "targetPort": 22, "protocol": "TCP"}}], JSON_PATCH)),
    "another port of a Service for one": (CHANGED, lambda v: change(v, v.services(f"{v.c}--skypilot-svc--8888"), {"spec": {"ports": [{"port": 22, "targetPort": 22}]}})),
    "the end of SkyPilot's Service for one port": ("skyports deletes no Service that it did not make", lambda v: remove(v, v.services(f"{v.c}--skypilot-svc--8888"))),
    "a name of its own that another made": (CHANGED, lambda v: change(v, v.services(f"{v.c}-skyports-7000"), v.service(f"{v.c}-skyports-7000"), APPLY_PATCH)),
    "and its end": ("skyports deletes no Service that it did not make", lambda v: remove(v, v.services(f"{v.c}-skyports-7000"))),
    "a status": (ELSE, lambda v: change(v, lb(v) + "/status", {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}})),
    "a proxy to a Service": (ELSE, lambda v: lambda: v.api.post(v.services("database:5432") + "/proxy/", {})),
    # Ingresses.
    "an Ingress of no cluster": ("skyports writes Ingresses of SkyPilot's clusters alone", lambda v: make(v, v.ingresses(), {"metadata": {"name": "evil"}, "spec": v.route()["spec"]})),
    "somebody's Ingress": ("skyports writes Ingresses of SkyPilot's clusters alone", lambda v: change(v, v.ingresses("shop"), {"spec": {"ingressClassName": "nginx"}})),
    "the end of it": ("skyports writes Ingresses of SkyPilot's clusters alone", lambda v: remove(v, v.ingresses("shop"))),
    "text for nginx' configuration": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}configuration-snippet": "return 200;"}))),
    "a server's text": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}server-snippet": "return 200;"}))),
    "a login elsewhere": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}auth-url": "https://evil.example.com"}))),
    "another server's name": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}server-alias": "bank.example.com"}))),
    "a rewrite": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}rewrite-target": "/$2"}))),
    "a value with more in it": (ROUTE_META, lambda v: lambda: v.make_route(v.route(annotations={f"{NGINX}proxy-body-size": "1m; return 200 x"}))),
    "a host": (ROUTE, lambda v: lambda: v.make_route(v.route({"rules": [{"host": "bank.example.com", **v.route()["spec"]["rules"][0]}]}))),
    "another class": (ROUTE, lambda v: lambda: v.make_route(v.route({"ingressClassName": "internal"}))),
    "somebody's certificate": (ROUTE, lambda v: lambda: v.make_route(v.route(TLS))),
    "all that is asked for": (ROUTE, lambda v: lambda: v.make_route(v.route({"defaultBackend": {"service": {"name": "database", "port": {"number": 5432}}}}))),
    "the root": (PATH, lambda v: lambda: v.make_route(v.route(path="/"))),
    "another cluster's path": (PATH, lambda v: lambda: v.make_route(v.route(path=f"/skypilot/{v.namespace}/other/9000(/.*)?()()$"))),
    "another namespace's path": (PATH, lambda v: lambda: v.make_route(v.route(path=f"/skypilot/other/{v.c}/9000(/.*)?()()$"))),
    "an expression for more": (PATH, lambda v: lambda: v.make_route(v.route(path=f"/skypilot/{v.namespace}/{v.c}/.*()()$"))),
    "a path that ends nginx' block": (PATH, lambda v: lambda: v.make_route(v.route(path=f"/skypilot/{v.namespace}/{v.c}/9000(/.*)?()()$" + "{return_200;}"))),
    "a path for somebody's Service": (PATH, lambda v: lambda: v.make_route(v.route(backend={"service": {"name": "database", "port": {"number": 9000}}}))),
    "a path for another port": (PATH, lambda v: lambda: v.make_route(v.route(backend={"service": {"name": f"{v.c}-skyports-9000", "port": {"number": 22}}}))),
    "a path in SkyPilot's for somebody's Service": (PATH, lambda v: add_path(v, f"/skypilot/{v.namespace}/{v.c}/9000(/|$)(.*)", "database", 9000)),
    "a path in SkyPilot's of another cluster": (PATH, lambda v: add_path(v, f"/skypilot/{v.namespace}/other/9000(/|$)(.*)", f"{v.c}--skypilot-svc--9000", 9000)),
    "a path in SkyPilot's for everything": (PATH, lambda v: add_path(v, "/(.*)()", f"{v.c}--skypilot-svc--9000", 9000)),
    "an annotation of SkyPilot's Ingress": ("skyports changes of SkyPilot's Ingress paths alone", lambda v: change(v, v.ingresses(objects.ingress_name(v.c)), {"metadata": {"annotations": {f"{NGINX}server-snippet": "return 200;"}}})),
    "somebody's path in SkyPilot's Ingress": ("skyports takes away no path but", lambda v: change(v, v.ingresses(objects.ingress_name(v.c)), [{"op": "remove", "path": "/spec/rules/1"}], JSON_PATCH)),
    "SkyPilot's Ingress with somebody's path": ("skyports deletes no Ingress that it did not make", lambda v: remove(v, v.ingresses(objects.ingress_name(v.c)))),
    # What else there is.
    "somebody's ConfigMap": (LINKS, lambda v: change(v, v.config_maps("settings"), {"data": {"a" * 64: "{}"}})),
    "the root certificate of a namespace": (LINKS, lambda v: change(v, v.config_maps("kube-root-ca.crt"), {"data": {"ca.crt": "x"}})),
    "a ConfigMap of its own": (LINKS, lambda v: make(v, v.config_maps(), {"metadata": {"name": "x"} | v.meta, "data": {}})),
    "the links' owner": (LINKS, lambda v: change(v, v.config_maps(f"{v.c}-skyports-links"), {"metadata": {"ownerReferences": None}})),
    "what is no link": ("skyports keeps guest links alone", lambda v: change(v, v.config_maps(f"{v.c}-skyports-links"), {"data": {"run.sh": "x"}})),
    "a link that is too long": ("skyports keeps guest links alone", lambda v: change(v, v.config_maps(f"{v.c}-skyports-links"), {"data": {"c" * 64: "x" * 1001}})),
    "all links": ("skyports deletes no ConfigMap", lambda v: remove(v, v.config_maps(f"{v.c}-skyports-links"))),
    "an event of somebody's": ("skyports leaves no events but", lambda v: make(v, namespaced(v.namespace, "events"), note(v, reason="Killing", source={"component": "kubelet"}))),
    "a warning": ("skyports leaves no events but", lambda v: make(v, namespaced(v.namespace, "events"), note(v, type="Warning"))),
    "a Secret": (ELSE, lambda v: make(v, namespaced(v.namespace, "secrets"), {"metadata": {"name": "x"}})),
    "a pod": (ELSE, lambda v: make(v, namespaced(v.namespace, "pods"), {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", "image": "x"}]}})),
    "the end of a pod": (ELSE, lambda v: remove(v, namespaced(v.namespace, "pods", f"{v.c}-head"))),
    "a command in a pod": (ELSE, lambda v: lambda: v.api.post(namespaced(v.namespace, "pods", f"{v.c}-head") + "/exec?command=id&stdout=1", {})),
    "a token": (ELSE, lambda v: lambda: v.api.post(namespaced(v.namespace, "serviceaccounts", "default") + "/token", {"spec": {}})),
    "a right": (ELSE, lambda v: make(v, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {"metadata": {"name": "x"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}})),
    "an EndpointSlice": (ELSE, lambda v: make(v, namespaced(v.namespace, "endpointslices", group="discovery.k8s.io/v1"), {"metadata": {"name": "x"}, "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}]})),
    "a NetworkPolicy": (ELSE, lambda v: make(v, namespaced(v.namespace, "networkpolicies", group=NETWORKING), {"metadata": {"name": "x"}, "spec": {"podSelector": {}}})),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_write_is_refused(victim: Victim, case: str) -> None:
    words, write = HOSTILE[case]
    told = refusal(write(victim))
    assert "ValidatingAdmissionPolicy 'policy-tools-skyports-" in told and words in told, told or "it was taken"


def test_the_end_of_the_policies_is_hostile_too(release: Release) -> None:
    # What guards policies is RBAC: API servers ask no policy about policies.
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/policy-tools-skyports-else"
    role = {it["metadata"]["name"]: it["rules"] for it in release.rig.api.get("/apis/rbac.authorization.k8s.io/v1/clusterroles")["items"]}
    ours = [rule for name, rules in role.items() if name.startswith("policy-tools-skyports-") for rule in rules]
    assert ours and not any("admissionregistration.k8s.io" in rule["apiGroups"] for rule in ours), ours
    assert release.rig.api.is_there(path)


def test_nobody_else_is_held_up(rig: Rig, victim: Victim, namespace: str) -> None:
    # Every kind of request, by an administrator, with all policies in force.
    api, v = rig.api, Victim(rig, rig.api, victim.namespace, victim.c)
    path = namespaced(namespace, "services")
    api.post(path, {"metadata": {"name": "free"}, "spec": {"type": "ExternalName", "externalName": "example.com"}})
    api.patch(f"{path}/free?fieldManager=kubectl", {"metadata": {"labels": {"a": "b"}}})
    api.delete(path)
    applied = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}})
    api.patch(namespaced(namespace, "configmaps", "x") + "?fieldManager=kubectl", applied, APPLY_PATCH)
    api.post(namespaced(namespace, "secrets"), {"metadata": {"name": "x"}})
    v.make_service(v.service(f"{v.c}-skyports-9000", {"externalIPs": ["203.0.113.9"]}))
    rig.oracle.open_ports(v.c, ["8888", "7777"], namespace=v.namespace)
