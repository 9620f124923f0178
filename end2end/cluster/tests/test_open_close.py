"""What `skyports open` opens, SkyPilot reports and removes; what it closes, is closed; and nothing
else changes.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from binary import Skyports, wait_for_overview
from made import LABELS, RESOURCES, at_rest, everything_of, ingress, is_owned_by_head, service
from clicks import click, wait_until_shown
from overview import clusters, endpoints, says_what_skypilot_says
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened, with_address


def test_the_first_port_makes_the_service_that_skypilot_would_make(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = rig.oracle.provision("fresh", namespace=namespace)["name_on_cloud"]
    skyports.run("open", f"{namespace}/fresh", "8888").expect(0)
    made = service(rig, namespace, objects.lb_service(c))
    assert made["metadata"]["labels"] == {**LABELS, "skypilot-cluster-name": c}
    is_owned_by_head(rig, namespace, c, made)
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.220"])
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert found[8888]["owner"] == "skyports", found
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ["8888"], namespace=namespace))


def test_a_port_more_in_skypilots_service_changes_nothing_else(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.221")
    name = objects.lb_service(c)
    before = service(rig, namespace, name)
    opened_now = skyports.run("open", f"{namespace}/train", "6006-6007").expect(0)
    assert "http://203.0.113.221:6006/" in opened_now.out, opened_now
    after = service(rig, namespace, name)
    assert [port["port"] for port in after["spec"]["ports"]] == [8888, 6006, 6007], "the first port stays the first"
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ["8888", "6006-6007"], namespace=namespace))
    after["spec"]["ports"] = before["spec"]["ports"]
    assert at_rest(after) == at_rest(before)

    again = skyports.run("open", f"{namespace}/train", "6006-6007").expect(0)
    assert "open already" in again.out, again
    skyports.run("close", f"{namespace}/train", "6006-6007").expect(0)
    assert at_rest(service(rig, namespace, name)) == at_rest(before)


def test_closing_the_last_port_deletes_the_service(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "last", ["8888", "6006"], "203.0.113.222")
    skyports.run("close", f"{namespace}/last", "6006").expect(0)
    assert [port["port"] for port in service(rig, namespace, objects.lb_service(c))["spec"]["ports"]] == [8888]
    plan = skyports.run("close", f"{namespace}/last", "8888", "--dry-run").expect(0)
    assert "Deletes" in plan.out, plan
    skyports.run("close", f"{namespace}/last", "8888").expect(0)
    assert objects.lb_service(c) not in everything_of(rig, namespace, c)
    skyports.run("close", f"{namespace}/last", "8888").expect(3)


def test_paths_are_added_to_skypilots_ingress_and_taken_away(rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "path", ["8888"], mode="ingress")
    before = ingress(rig, namespace, c)
    names = everything_of(rig, namespace, c)
    done = skyports.run("open", f"{namespace}/path", "6006-6007").expect(0)
    assert "mode ingress: " in done.err, "the mode that the cluster uses"
    for port in (6006, 6007):
        backend = service(rig, namespace, f"{c}--skypilot-svc--{port}")
        assert backend["metadata"]["labels"] == {**LABELS, "skypilot-cluster-name": c}
        is_owned_by_head(rig, namespace, c, backend)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert {port: endpoint["state"] for port, endpoint in found.items()} == dict.fromkeys((6006, 6007, 8888), "open")
    owners = {port: endpoint["owner"] for port, endpoint in found.items()}
    assert owners == {6006: "skyports", 6007: "skyports", 8888: "skypilot"}
    says_what_skypilot_says(
        found, rig.oracle.query_ports(c, ["8888", "6006-6007"], mode="ingress", namespace=namespace)
    )
    skyports.run("close", f"{namespace}/path", "6006-6007").expect(0)
    assert at_rest(ingress(rig, namespace, c)) == at_rest(before)
    assert everything_of(rig, namespace, c) == names

    # What SkyPilot opened: its Service stays, so that its own clean-up does not stop there.
    skyports.run("close", f"{namespace}/path", "8888").expect(0)
    assert f"{c}--skypilot-svc--8888" in everything_of(rig, namespace, c)


def test_the_first_path_makes_the_ingress_that_skypilot_would_make(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    objects.ingress_class(rig.api)
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = rig.oracle.provision("fresh", namespace=namespace)["name_on_cloud"]
    skyports.run("open", f"{namespace}/fresh", "8888", "--mode", "ingress").expect(0)
    made = ingress(rig, namespace, c)
    is_owned_by_head(rig, namespace, c, made)
    twin = opened(rig, namespace, "twin", ["8888"], mode="ingress")
    theirs = json.loads(json.dumps(ingress(rig, namespace, twin)["spec"]).replace(twin, c))
    assert made["spec"] == theirs
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace))


@pytest.mark.parametrize("mode", ["loadbalancer", "ingress"])
def test_sky_down_leaves_nothing_of_ours(rig: Rig, namespace: str, skyports: Skyports, mode: str) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "down", ["8888"], mode=mode)
    skyports.run("open", f"{namespace}/down", "6006", "--mode", "loadbalancer").expect(0)
    skyports.run("open", f"{namespace}/down", "6007", "--mode", "ingress").expect(0)
    skyports.run("open", f"{namespace}/down", "6008", "--mode", "loadbalancer", "--allow", "10.0.0.0/8").expect(0)
    assert f"{c}-skyports-lb-6008" in everything_of(rig, namespace, c)
    rig.oracle.terminate(c, ports=["8888"], mode=mode, namespace=namespace)
    wait_for("nothing to be left", lambda: everything_of(rig, namespace, c) == [], seconds=30)


def test_a_restricted_port_is_a_service_of_its_own_that_a_launch_leaves(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = with_address(rig, namespace, "office", ["8888"], "203.0.113.223")
    shared = service(rig, namespace, objects.lb_service(c))
    skyports.run("open", f"{namespace}/office", "6006", "--allow", "192.0.2.0/24", "--allow", "10.1.2.3/8").expect(0)
    own = service(rig, namespace, f"{c}-skyports-lb-6006")
    assert own["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/8", "192.0.2.0/24"]
    assert own["spec"]["selector"]["component"] == f"{c}-head"
    assert at_rest(service(rig, namespace, objects.lb_service(c))) == at_rest(shared)
    rig.oracle.open_ports(c, ["9000"], namespace=namespace)
    assert at_rest(service(rig, namespace, f"{c}-skyports-lb-6006")) == at_rest(own)
    skyports.run("close", f"{namespace}/office", "6006").expect(0)
    assert f"{c}-skyports-lb-6006" not in everything_of(rig, namespace, c)


@pytest.mark.parametrize("mode", ["loadbalancer", "ingress"])
def test_a_dry_run_changes_nothing_and_its_yaml_can_be_applied(
    rig: Rig, namespace: str, skyports: Skyports, mode: str
) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    objects.ingress_class(rig.api)
    c = rig.oracle.provision("dry", namespace=namespace)["name_on_cloud"]
    names = everything_of(rig, namespace, c)
    arguments = ("open", f"{namespace}/dry", "8888", "--mode", mode, "--dry-run")
    manifests = list(yaml.safe_load_all(skyports.run(*arguments, "-o", "yaml").expect(0).out))
    plan = json.loads(skyports.run(*arguments, "-o", "json").expect(0).out)
    assert everything_of(rig, namespace, c) == names
    assert [step["object"]["name"] for step in plan["steps"]] == [it["metadata"]["name"] for it in manifests]
    assert plan["obstacles"] == [] and plan["changed"] == [8888], plan
    for manifest in manifests:
        resource, group = RESOURCES[manifest["kind"]]
        rig.api.post(namespaced(namespace, resource, group=group), manifest)
    assert "open already" in skyports.run(*arguments).expect(0).out


def test_who_lacks_the_right_is_told_which_before_and_after(
    rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path
) -> None:
    c = rig.oracle.provision("locked", namespace=namespace)["name_on_cloud"]
    viewer = rig.write_kubeconfig(tmp_path / "viewer", rig.context(user="viewer"))
    for dry in (["--dry-run"], []):
        done = skyports.run("open", f"{namespace}/locked", "8888", *dry, kubeconfig=viewer).expect(1)
        assert f"It needs create on services in namespace {namespace}." in done.err, done
        assert "kind: Role" in done.err and "verbs: [create]" in done.err, done
    assert not any(name.startswith(objects.lb_service(c)) for name in everything_of(rig, namespace, c))


def test_the_documented_role_is_enough(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    """`docs/rights.md` has the rules of who opens and closes ports."""
    text = (Path(__file__).parents[3] / "docs" / "rights.md").read_text()
    documents = [yaml.safe_load(part.split("```")[0]) for part in text.split("```yaml\n")[1:]]
    rules = [rule for document in documents for rule in document["rules"]]
    objects.grant(rig.api, "other-namespace", namespace, rules)
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = with_address(rig, namespace, "role", ["8888"], "203.0.113.224")
    config = rig.write_kubeconfig(tmp_path / "role", rig.context(user="other-namespace", namespace=namespace))
    for mode in ("loadbalancer", "ingress"):
        for arguments in (("open", "role", "6006", "--mode", mode), ("close", "role", "6006", "--mode", mode)):
            skyports.run(*arguments, "--namespace", namespace, kubeconfig=config).expect(0)
    skyports.run("open", "role", "7000", "--allow", "10.0.0.0/8", "--namespace", namespace, kubeconfig=config).expect(0)
    assert f"{c}-skyports-lb-7000" in everything_of(rig, namespace, c)


def test_the_head_pod_says_who_opened_and_closed(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = rig.oracle.provision("noted", namespace=namespace)["name_on_cloud"]

    def notes() -> list[tuple[str, str]]:
        events = rig.api.get(namespaced(namespace, "events"))["items"]
        ours = [e for e in events if e["reportingComponent"] == "skyports"]
        assert all(e["involvedObject"]["name"] == f"{c}-head" for e in ours), ours
        return sorted((e["reason"], e["message"]) for e in ours)

    said = "in the mode loadbalancer by admin"
    skyports.run("open", f"{namespace}/noted", "8888").expect(0)
    assert notes() == [("PortOpened", f"Port 8888 opened {said}")]
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the port", lambda o: endpoints(o, namespace, c) if c in clusters(o, namespace) else None)
        assert server.submit(f"/c/rig/{namespace}/{c}/close", ports="8888", mode="loadbalancer") == 303
        wait_for("the second note", lambda: (("PortClosed", f"Port 8888 closed {said}")) in notes(), seconds=10)


def test_a_port_that_somebody_elses_load_balancer_exposes_is_refused(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = rig.oracle.provision("twice", namespace=namespace)["name_on_cloud"]
    spec = {"type": "LoadBalancer", "selector": {"skypilot-cluster-name": c}, "ports": [{"port": 80, "targetPort": 8888}]}
    rig.api.post(namespaced(namespace, "services"), {"metadata": {"name": "theirs"}, "spec": spec})
    refused = skyports.run("open", f"{namespace}/twice", "8888").expect(1)
    assert f"Service {namespace}/theirs" in refused.err and "exposes it already" in refused.err, refused
    skyports.run("open", f"{namespace}/twice", "8888", "--allow", "10.0.0.0/8").expect(1)
    skyports.run("open", f"{namespace}/twice", "8889").expect(0)


def test_who_only_reads_shows_the_plan_and_offers_no_click(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = rig.oracle.provision("shown", namespace=namespace)["name_on_cloud"]
    form = f"/c/rig/{namespace}/{c}/open"
    with skyports.serve("--namespace", namespace, "--read-only") as server:
        wait_until_shown(server, namespace, c)
        status, page = server.get(f"{form}?ports=8888&mode=loadbalancer")
        assert status == 200 and objects.lb_service(c) in page, "the plan"
        said = "This skyports was started with --read-only and writes nothing."
        assert said in page, page
        (button,) = re.findall(r"<button[^>]*data-submit[^>]*>", page)
        assert 'aria-disabled="true"' in button, button
        answer = click(server, (namespace, c), "open", ports="8888", mode="loadbalancer")
        assert not answer.is_done and said in answer.text, answer
    assert objects.lb_service(c) not in everything_of(rig, namespace, c)


def test_a_port_that_gives_control_wants_to_be_named_again(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = rig.oracle.provision("ray", namespace=namespace)["name_on_cloud"]
    refused = skyports.run("open", f"{namespace}/ray", "8265").expect(2)
    assert "--confirm" in refused.err, refused
    assert objects.lb_service(c) not in everything_of(rig, namespace, c)
    skyports.run("open", f"{namespace}/ray", "8265", "--confirm", "8265").expect(0)
    assert objects.lb_service(c) in everything_of(rig, namespace, c)


@contextmanager
def app_at(host: str, port: int) -> Iterator[None]:
    """An app that answers every GET."""

    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((host, port), App) as server:
        threading.Thread(target=server.serve_forever, name="app", daemon=True).start()
        yield
        server.shutdown()


def test_wait_ends_when_the_port_can_be_used_and_says_what_it_waited_for(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = rig.oracle.provision("wait", namespace=namespace)["name_on_cloud"]
    late = skyports.run("open", f"{namespace}/wait", "8888", "--wait=1").expect(4)
    assert "port 8888 after 1 s" in late.err, late
    # Of loopback addresses this one is nobody else's.
    here = "127.61.0.1"
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), [here])
    late = skyports.run("open", f"{namespace}/wait", "8888", "--wait=3").expect(4)
    assert "Nothing answers on port 8888" in late.err, late
    with app_at(here, 8888):
        skyports.run("open", f"{namespace}/wait", "8888", "--wait=10").expect(0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("open", "NS/usage", "0"), 2, "a port is a number from 1 to 65535"),
        (("open", "NS/usage", "9000-8000"), 2, "runs backwards"),
        (("open", "NS/usage", "8888", "--mode", "podip"), 2, "`loadbalancer` and `ingress` only"),
        (("open", "NS/usage", "8888", "--allow", "office"), 2, "is no network"),
        (("open", "NS/usage", "8888", "--allow", "0.0.0.0/0"), 2, "restricts nothing"),
        (("open", "NS/nobody", "8888"), 3, "no cluster is named"),
        (("close", "NS/usage", "8888"), 3, "is not open"),
    ],
    ids=["zero", "backwards", "mode", "network", "everybody", "cluster", "closed"],
)
def test_wrong_usage_is_told(
    rig: Rig, namespace: str, skyports: Skyports, arguments: tuple[str, ...], code: int, said: str
) -> None:
    rig.oracle.provision("usage", namespace=namespace)
    done = skyports.run(*(argument.replace("NS", namespace) for argument in arguments)).expect(code)
    assert said in done.err, done
