"""What SkyPilot's guide about ports on Kubernetes tells its reader, and what skyports shows or does
for each of its sentences: a row each, on the real API server.

Each row has the sentence in our words, and a function that proves the promise. What a row needs is
made by SkyPilot's own code; other tests look at each subject more closely.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from binary import Skyports
from environments import ENVIRONMENTS, Environment, check, of
from overview import cluster, endpoints
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened, with_address

CONTROLLER = "198.51.100.7"
BALANCER = "203.0.113.90"


@dataclass(frozen=True)
class Guide:
    """What a row has at hand."""

    rig: Rig
    namespace: str
    skyports: Skyports
    made: Callable[[Environment], None]
    folder: Path

    def check(self, code: int, context: str = "rig") -> dict:
        kubeconfig = self.rig.write_kubeconfig(self.folder / "kubeconfig", self.rig.context(context))
        return check(self.skyports, self.namespace, code, kubeconfig)

    def environment(self, name: str) -> Environment:
        """After the clusters: SkyPilot counts nodes, and of an environment's only the provider is known."""
        (found,) = [it for it in ENVIRONMENTS if it.name == name]
        self.made(found)
        return found

    def cluster(self, name: str = "train") -> str:
        return self.rig.oracle.provision(name, namespace=self.namespace)["name_on_cloud"]

    def overview(self, *arguments: str) -> dict:
        return self.skyports.list_json("--namespace", self.namespace, *arguments)

    def plan(self, ports: str, mode: str) -> dict:
        where = f"{self.namespace}/train"
        done = self.skyports.run("open", where, ports, "--mode", mode, "--dry-run", "-o", "json")
        return json.loads(done.expect(0).out)

    def objects(self, kind: str, group: str = "") -> list[dict]:
        return self.rig.api.get(namespaced(self.namespace, kind, group=group))["items"]


def steps(lines: list[dict]) -> str:
    """The next steps of lines of a check, as one text."""
    return "\n".join(f"{step['title']} {step['command'] or ''}" for line in lines for step in line["next"])


def names(lines: list[dict]) -> str:
    return "\n".join(line["name"] for line in lines)


def codes(warnings: list[dict]) -> set[str]:
    return {warning["code"] for warning in warnings}


def g1(guide: Guide) -> None:
    found = guide.check(1)
    assert {found["load_balancer"], found["ingress"]} <= {"unknown", "does_not"}, found
    for part in ("load_balancer", "ingress"):
        assert steps(of(found, part)), f"what is missing for {part}"


def g2(guide: Guide) -> None:
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    objects.ingress_class(guide.rig.api)
    c = guide.cluster()
    for mode in ("loadbalancer", "ingress"):
        guide.skyports.run("open", f"{guide.namespace}/train", "8888", "--mode", mode).expect(0)
    shown = cluster(guide.overview(), guide.namespace, c)["endpoints"]
    assert sorted((it["port"], it["mode"]) for it in shown) == [(8888, "ingress"), (8888, "loadbalancer")]


def g3(guide: Guide) -> None:
    guide.environment("gke")
    found = guide.check(0)
    assert found["load_balancer"] == "works", found
    assert all(line["evidence"] for line in of(found, "load_balancer")[:1]), found


def g4(guide: Guide) -> None:
    assert "MetalLB" in steps(of(guide.check(1), "load_balancer")), "how to get one"
    guide.environment("metallb")
    found = guide.check(0)
    assert found["provider"] == "MetalLB", found
    assert "192.168.7.80-192.168.7.81" in json.dumps(of(found, "load_balancer")), "its pool"


def g5(guide: Guide) -> None:
    with_address(guide.rig, guide.namespace, "train", ["8888"], BALANCER)
    guide.skyports.run("open", f"{guide.namespace}/train", "6006").expect(0)
    balancers = lambda: [s for s in guide.objects("services") if s["spec"]["type"] == "LoadBalancer"]  # noqa: E731
    assert len(balancers()) == 1, balancers()
    guide.environment("gke")
    restricted = ("open", f"{guide.namespace}/train", "7000", "--allow", "10.0.0.0/8")
    planned = json.loads(guide.skyports.run(*restricted, "--dry-run", "-o", "json").expect(0).out)
    assert "costs_extra" in codes(planned["warnings"]), planned["warnings"]
    guide.skyports.run(*restricted).expect(0)
    assert len(balancers()) == 2, balancers()


def g6(guide: Guide) -> None:
    c = opened(guide.rig, guide.namespace, "train", ["8888", "6006"])
    addresses = [BALANCER, "2001:db8::7", "lb.example.com"]
    objects.patch_lb(guide.rig.api, guide.namespace, objects.lb_service(c), addresses)
    shown = endpoints(guide.overview(), guide.namespace, c)
    hosts = [BALANCER, "[2001:db8::7]", "lb.example.com"]
    assert {port: it["urls"] for port, it in shown.items()} == {
        port: [f"http://{host}:{port}/" for host in hosts] for port in (6006, 8888)
    }


def g7(guide: Guide) -> None:
    first = with_address(guide.rig, guide.namespace, "train", ["8888"], BALANCER)
    second = opened(guide.rig, guide.namespace, "other", ["6006"])
    with guide.skyports.serve("--namespace", guide.namespace) as server:
        wait_for("both", lambda: {it["name_on_cloud"] for it in server.overview()["clusters"]} == {first, second})
        objects.patch_lb(guide.rig.api, guide.namespace, objects.lb_service(second), ["203.0.113.91"])
        url = "http://203.0.113.91:6006/"
        wait_for("its address", lambda: url in json.dumps(server.overview()), seconds=5)
    one = guide.skyports.run("list", f"{guide.namespace}/train").expect(0)
    assert f"http://{BALANCER}:8888/" in one.out and "203.0.113.91" not in one.out, one


def g8(guide: Guide) -> None:
    guide.cluster()
    guide.environment("gke")
    told = [it for it in guide.plan("8888", "loadbalancer")["warnings"] if it["code"] == "public_address"]
    assert told and "cloud.google.com" in told[0]["evidence"], told
    assert guide.check(0)["provider"] == "Google Kubernetes Engine"


def g9(guide: Guide) -> None:
    objects.ingress_class(guide.rig.api)
    guide.cluster()
    guide.environment("gke")
    (price,) = [line for line in of(guide.check(0), "load_balancer") if "$" in line["name"]]
    assert "2026" in price["evidence"], f"its date: {price}"
    assert "costs_extra" in codes(guide.plan("8888", "loadbalancer")["warnings"])
    assert "costs_extra" not in codes(guide.plan("8888", "ingress")["warnings"]), "an Ingress costs nothing more"


def g10(guide: Guide) -> None:
    objects.ingress_class(guide.rig.api)
    guide.cluster()
    default = guide.skyports.run("open", f"{guide.namespace}/train", "8888", "--dry-run").expect(0)
    assert "mode loadbalancer: " in default.err, default
    config = guide.skyports.home / ".sky" / "config.yaml"
    config.parent.mkdir()
    config.write_text("kubernetes: {ports: ingress}\n")
    read = guide.skyports.run("open", f"{guide.namespace}/train", "8888", "--dry-run").expect(0)
    assert "mode ingress: " in read.err and ".sky/config.yaml" in read.err, read


def g11(guide: Guide) -> None:
    guide.cluster()
    guide.environment("eks-classic")
    warnings = guide.plan("7001-7005", "loadbalancer")["warnings"]
    (trap,) = [it for it in warnings if it["code"] == "first_port_checked"]
    assert "port 7001" in trap["message"], trap
    assert any("nlb" in (step["command"] or "") for step in trap["next"]), trap


def g12(guide: Guide) -> None:
    objects.ingress_class(guide.rig.api)
    guide.cluster()
    kubeconfig = guide.rig.write_kubeconfig(guide.folder / "kind", guide.rig.context("kind-skypilot"))
    arguments = ("open", f"{guide.namespace}/train", "8888", "--dry-run")
    default = guide.skyports.run(*arguments, kubeconfig=kubeconfig).expect(0)
    assert "mode ingress: " in default.err, default
    balanced = guide.skyports.run(*arguments, "--mode", "loadbalancer", "-o", "json", kubeconfig=kubeconfig)
    assert "load_balancer_unsupported_here" in codes(json.loads(balanced.expect(0).out)["warnings"])
    assert guide.check(1, "kind-skypilot")["load_balancer"] == "does_not"


def g13(guide: Guide) -> None:
    objects.remove_ingress_controller(guide.rig.api)
    found = guide.check(1)
    assert found["ingress"] != "works" and "helm" in steps(of(found, "ingress")), of(found, "ingress")
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    assert guide.check(0)["ingress"] == "works"


def g14(guide: Guide) -> None:
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    lines = of(guide.check(0), "ingress")
    assert "nginx" in names(lines) and "k8s.io/ingress-nginx" in json.dumps(lines), lines
    assert "retired" in json.dumps(lines), lines


def g15(guide: Guide) -> None:
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    objects.ingress_class(guide.rig.api)
    c = guide.cluster()
    guide.skyports.run("open", f"{guide.namespace}/train", "8888,6006", "--mode", "ingress").expect(0)
    made = [it["metadata"]["name"] for it in guide.objects("ingresses", objects.NETWORKING)]
    assert made == [objects.ingress_name(c)], made
    services = {it["metadata"]["name"]: it["spec"]["type"] for it in guide.objects("services")}
    ours = {name: kind for name, kind in services.items() if "skypilot-svc" in name}
    assert ours == {f"{c}--skypilot-svc--{port}": "ClusterIP" for port in (6006, 8888)}, services


def g16(guide: Guide) -> None:
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    c = opened(guide.rig, guide.namespace, "train", ["8888"], mode="ingress")
    ingress = namespaced(guide.namespace, "ingresses", objects.ingress_name(c), objects.NETWORKING)
    urls = lambda: endpoints(guide.overview(), guide.namespace, c)[8888]["urls"]  # noqa: E731
    assert urls()[0] == f"http://{CONTROLLER}/skypilot/{guide.namespace}/{c}/8888/"
    # As the guide still writes it, and older releases did.
    older = [{"op": "replace", "path": "/spec/rules/0/http/paths/0/path", "value": f"/skypilot/{c}/8888(/|$)(.*)"}]
    guide.rig.api.patch(ingress, older, "application/json-patch+json")
    assert urls()[0] == f"http://{CONTROLLER}/skypilot/{c}/8888/"


def g17(guide: Guide) -> None:
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    c = opened(guide.rig, guide.namespace, "train", ["8888", "6006"], mode="ingress")
    shown = endpoints(guide.overview(), guide.namespace, c)
    (jupyter,) = [it for it in shown[8888]["warnings"] if it["code"] == "subpath_breaks_app"]
    assert jupyter["evidence"] and jupyter["fixes"], jupyter
    assert not shown[6006]["warnings"], "TensorBoard works at the URL that is shown"


def g18(guide: Guide) -> None:
    objects.remove_ingress_controller(guide.rig.api)
    assert "ports: ingress" not in steps(of(guide.check(1), "ingress")[:1]), "the controller comes first"
    objects.ingress_controller(guide.rig.api, addresses=[CONTROLLER])
    found = guide.check(0)
    told = [step["command"] or "" for line in found["lines"] for step in line["next"]]
    (snippet,) = [command for command in told if "ports: ingress" in command]
    assert yaml.safe_load(snippet)["kubernetes"]["context_configs"]["rig"] == {"ports": "ingress"}, snippet


def g19(guide: Guide) -> None:
    (line,) = [line for line in of(guide.check(1), "sky_pilot") if "Gateway API" in line["name"]]
    assert "not present" in line["name"], line


def g20(guide: Guide) -> None:
    c = guide.cluster()
    arguments = ("open", f"{guide.namespace}/train", "8888", "--mode", "loadbalancer", "--dry-run", "-o", "yaml")
    (manifest,) = yaml.safe_load_all(guide.skyports.run(*arguments).expect(0).out)
    assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "Service"), manifest
    guide.rig.api.post(namespaced(guide.namespace, "services"), manifest)
    assert endpoints(guide.overview(), guide.namespace, c)[8888]["mode"] == "loadbalancer"


ROWS: dict[str, tuple[str, Callable[[Guide], None]]] = {
    "G1": ("a cluster must be set up before it can expose ports", g1),
    "G2": ("there are two modes, LoadBalancer and Ingress", g2),
    "G3": ("LoadBalancer needs a cluster that supports such Services", g3),
    "G4": ("on bare metal MetalLB can provide it", g4),
    "G5": ("one LoadBalancer Service serves all ports of a cluster", g5),
    "G6": ("access is the load balancer's address and the port", g6),
    "G7": ("sky status shows the endpoints, all or one", g7),
    "G8": ("on clouds an external load balancer is made", g8),
    "G9": ("it costs extra", g9),
    "G10": ("it is the default mode, and SkyPilot's config decides", g10),
    "G11": ("EKS checks one of the ports for all", g11),
    "G12": ("kind clusters of sky local up have no load balancers", g12),
    "G13": ("Ingress needs a controller that is installed by hand", g13),
    "G14": ("only the NGINX ingress controller is supported", g14),
    "G15": ("one Ingress, and a ClusterIP Service for each port", g15),
    "G16": ("the path holds the cluster's name on the cloud and the port", g16),
    "G17": ("apps that expect the root path break under a sub-path", g17),
    "G18": ("ports: ingress in SkyPilot's config switches it on, after the controller", g18),
    "G19": ("Gateway API is not supported", g19),
    "G20": ("it is Kubernetes' own networking model and objects", g20),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_the_guide_says(
    rig: Rig, namespace: str, skyports: Skyports, made: Callable[[Environment], None], tmp_path: Path, row: str
) -> None:
    objects.remove_ingress_controller(rig.api)
    _, promise = ROWS[row]
    try:
        promise(Guide(rig, namespace, skyports, made, tmp_path))
    finally:
        objects.remove_ingress_controller(rig.api)
