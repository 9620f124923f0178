"""Repairs: a route of our own that keeps the path, from one mode to the other, requests for the head
alone. SkyPilot works on beside each, and its clean-up leaves nothing of ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from binary import Skyports, wait_for_overview
from made import LABELS, RESOURCES, at_rest, everything_of, ingress, is_owned_by_head, service
from overview import endpoints, says_what_skypilot_says
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened, with_address

NGINX = "nginx.ingress.kubernetes.io/"
ADDRESS = "203.0.113.217"
APPLY = "application/apply-patch+yaml"


def own(rig: Rig, namespace: str, c: str, port: int = 8888) -> tuple[dict, dict]:
    """Our route and the Service behind it."""
    name = f"{c}-skyports-{port}"
    route = rig.api.get(namespaced(namespace, "ingresses", name, "networking.k8s.io/v1"))
    return route, service(rig, namespace, name)


def notebook(rig: Rig, namespace: str, name: str, nodes: int = 1) -> str:
    """A cluster of which SkyPilot opened port 8888 by a path, and a controller with an address."""
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    return opened(rig, namespace, name, ["8888"], mode="ingress", nodes=nodes)


def codes(endpoint: dict) -> list[str]:
    return [warning["code"] for warning in endpoint["warnings"]]


def selectors(rig: Rig, namespace: str, name: str) -> dict:
    return service(rig, namespace, name)["spec"]["selector"]


def test_a_route_that_keeps_the_path_stands_beside_skypilots(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "nb", nodes=2)
    before, names = ingress(rig, namespace, c), everything_of(rig, namespace, c)
    done = skyports.run("open", f"{namespace}/nb", "8888", "--keep-prefix").expect(0)
    path = f"/skypilot/{namespace}/{c}/8888"
    assert f"http://{ADDRESS}{path}/" in done.out, done
    route, behind = own(rig, namespace, c)
    for made in (route, behind):
        assert made["metadata"]["labels"] == {**LABELS, "skypilot-cluster-name": c}
        is_owned_by_head(rig, namespace, c, made)
    [rule] = route["spec"]["rules"]
    [kept] = rule["http"]["paths"]
    assert "host" not in rule and route["spec"]["ingressClassName"] == "nginx"
    assert (kept["path"], kept["pathType"]) == (f"{path}(/.*)?()()$", "ImplementationSpecific")
    theirs = before["spec"]["rules"][0]["http"]["paths"][0]["path"]
    assert len(kept["path"]) > len(theirs), "nginx tries the longest first"
    assert route["metadata"]["annotations"][f"{NGINX}use-regex"] == "true"
    assert f"{NGINX}rewrite-target" not in route["metadata"]["annotations"]
    assert behind["spec"]["selector"] == {"skypilot-cluster-name": c, "component": f"{c}-head"}

    assert at_rest(ingress(rig, namespace, c)) == at_rest(before)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace))
    assert (found[8888]["route"], found[8888]["object"]["name"]) == ("kept", f"{c}-skyports-8888")
    assert codes(found[8888]) == ["subpath_needs_flag"], "the head alone gets its requests"

    again = skyports.run("open", f"{namespace}/nb", "8888", "--keep-prefix").expect(0)
    assert "keeps its path already" in again.out, again
    assert own(rig, namespace, c) == (route, behind)

    skyports.run("close", f"{namespace}/nb", "8888", "--keep-prefix").expect(0)
    assert everything_of(rig, namespace, c) == names
    assert at_rest(ingress(rig, namespace, c)) == at_rest(before)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert (found[8888]["route"], found[8888]["state"]) == ("stripped", "open")


def test_skypilot_opens_the_same_port_and_others_beside_it(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "beside")
    skyports.run("open", f"{namespace}/beside", "8888,9000", "--keep-prefix").expect(0)
    before = [at_rest(thing) for port in (8888, 9000) for thing in own(rig, namespace, c, port)]
    for ports in (["8888"], ["6006"], ["8888", "9000"]):
        rig.oracle.open_ports(c, ports, mode="ingress", namespace=namespace)
        after = [at_rest(thing) for port in (8888, 9000) for thing in own(rig, namespace, c, port)]
        assert after == before, ports
        found = endpoints(skyports.list_json("--namespace", namespace), namespace, c, mode="ingress")
        told = rig.oracle.query_ports(c, ["8888", "9000"], mode="ingress", namespace=namespace)
        says_what_skypilot_says({port: found[port] for port in (8888, 9000)}, told)
        assert {found[port]["route"] for port in (8888, 9000)} == {"kept"}
        assert {found[port]["state"] for port in (8888, 9000)} == {"open"}
    # A plain close takes SkyPilot's path and ours.
    skyports.run("close", f"{namespace}/beside", "9000", "--mode", "ingress").expect(0)
    assert f"{c}-skyports-9000" not in everything_of(rig, namespace, c)
    paths = ingress(rig, namespace, c)["spec"]["rules"][0]["http"]["paths"]
    assert [path["backend"]["service"]["port"]["number"] for path in paths] == [8888]


def test_the_form_keeps_a_path_and_lets_it_go(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "form")
    with skyports.serve("--namespace", namespace) as server:

        def routed(route: str):
            def holds(overview: dict) -> bool:
                found = [e for e in overview["clusters"] if e["name_on_cloud"] == c]
                return bool(found) and [e["route"] for e in found[0]["endpoints"]] == [route]

            return holds

        wait_for_overview(server, "SkyPilot's route", routed("stripped"))
        status, page = server.get(f"/c/rig/{namespace}/{c}/open?ports=8888&mode=ingress&path=keep")
        assert status == 200 and "Keep the path" in page and f"base_url=/skypilot/{namespace}/{c}/8888/" in page
        fields = {"ports": "8888", "mode": "ingress", "path": "keep"}
        assert server.submit(f"/c/rig/{namespace}/{c}/open", **fields) == 303
        wait_for_overview(server, "the kept route", routed("kept"))
        assert server.submit(f"/c/rig/{namespace}/{c}/close", **fields) == 303
        wait_for_overview(server, "SkyPilot's route again", routed("stripped"))
    assert f"{c}-skyports-8888" not in everything_of(rig, namespace, c)


def test_sky_down_leaves_nothing_of_a_kept_route(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "down")
    skyports.run("open", f"{namespace}/down", "8888", "--keep-prefix").expect(0)
    skyports.run("open", f"{namespace}/down", "9000", "--keep-prefix=own-path").expect(0)
    rig.oracle.terminate(c, ports=["8888"], mode="ingress", namespace=namespace)
    wait_for("nothing to be left", lambda: everything_of(rig, namespace, c) == [], seconds=30)


def test_where_skypilots_route_wins_it_moves_to_a_path_of_its_own(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "elsewhere")
    skyports.run("open", f"{namespace}/elsewhere", "8888", "--keep-prefix").expect(0)
    uid = own(rig, namespace, c)[0]["metadata"]["uid"]
    skyports.run("open", f"{namespace}/elsewhere", "8888", "--keep-prefix=own-path").expect(0)
    route, _ = own(rig, namespace, c)
    paths = [path["path"] for path in route["spec"]["rules"][0]["http"]["paths"]]
    assert (paths, route["metadata"]["uid"]) == ([f"/skyports/{namespace}/{c}/8888(/.*)?()()$"], uid)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert found[8888]["urls"][0] == f"http://{ADDRESS}/skyports/{namespace}/{c}/8888/"


def test_a_dry_run_of_a_kept_path_changes_nothing_and_can_be_applied(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = notebook(rig, namespace, "dry")
    names = everything_of(rig, namespace, c)
    arguments = ("open", f"{namespace}/dry", "8888", "--keep-prefix", "--dry-run")
    plan = json.loads(skyports.run(*arguments, "-o", "json").expect(0).out)
    manifests = list(yaml.safe_load_all(skyports.run(*arguments, "-o", "yaml").expect(0).out))
    assert everything_of(rig, namespace, c) == names
    assert plan["obstacles"] == [] and [warning["code"] for warning in plan["warnings"]] == ["path_kept"], plan
    for manifest in manifests:
        resource, group = RESOURCES[manifest["kind"]]
        place = namespaced(namespace, resource, manifest["metadata"]["name"], group)
        rig.api.patch(f"{place}?fieldManager=skyports&fieldValidation=Strict", manifest, APPLY)
    assert "keeps its path already" in skyports.run(*arguments).expect(0).out


def test_the_documented_role_is_enough_for_repairs(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "rights.md").read_text()
    documents = [yaml.safe_load(part.split("```")[0]) for part in text.split("```yaml\n")[1:]]
    rules = [rule for document in documents for rule in document["rules"]]
    objects.grant(rig.api, "other-namespace", namespace, rules)
    c = notebook(rig, namespace, "role", nodes=2)
    config = rig.write_kubeconfig(tmp_path / "role", rig.context(user="other-namespace", namespace=namespace))
    for arguments in (
        ("open", "role", "8888", "--keep-prefix"),
        ("close", "role", "8888", "--keep-prefix"),
        ("open", "role", "8888", "--mode", "ingress", "--head-only"),
        ("open", "role", "8888", "--mode", "loadbalancer", "--switch"),
    ):
        skyports.run(*arguments, "--namespace", namespace, kubeconfig=config).expect(0)
    assert objects.lb_service(c) in everything_of(rig, namespace, c)


def test_a_port_switches_its_mode_in_one_plan(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "switch")
    skyports.run("open", f"{namespace}/switch", "8888", "--keep-prefix").expect(0)
    plan = skyports.run("open", f"{namespace}/switch", "8888", "--mode", "loadbalancer", "--switch", "--dry-run")
    said = plan.expect(0)
    assert "[link_stops]" in said.err, said
    assert said.out.index("Creates the Service") < said.out.index("Deletes the Ingress"), "opening first"
    skyports.run("open", f"{namespace}/switch", "8888", "--mode", "loadbalancer", "--switch").expect(0)
    left = everything_of(rig, namespace, c)
    assert objects.lb_service(c) in left and objects.ingress_name(c) not in left, left
    assert f"{c}-skyports-8888" not in left, left
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.225"])
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c, mode="loadbalancer")
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ["8888"], namespace=namespace))


@pytest.mark.parametrize("mode", ["loadbalancer", "ingress"])
def test_requests_go_to_the_head_alone_until_skypilot_writes_again(
    rig: Rig, namespace: str, skyports: Skyports, mode: str
) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    c = opened(rig, namespace, "spread", ["8888"], mode=mode, nodes=2)
    name = objects.lb_service(c) if mode == "loadbalancer" else f"{c}--skypilot-svc--8888"
    everyone = selectors(rig, namespace, name)

    def warned() -> bool:
        found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
        return "multi_node_routing" in codes(found[8888])

    assert warned()
    arguments = ("open", f"{namespace}/spread", "8888", "--mode", mode, "--head-only")
    plan = skyports.run(*arguments, "--dry-run").expect(0)
    assert "[selector_taken]" in plan.err and "from OpenAPI-Generator" in plan.err, plan
    skyports.run(*arguments).expect(0)
    assert selectors(rig, namespace, name) == {**everyone, "component": f"{c}-head"}
    assert not warned()
    assert "leads to the head alone already" in skyports.run(*arguments).expect(0).out
    rig.oracle.open_ports(c, ["8888", "6006"], mode=mode, namespace=namespace)
    assert selectors(rig, namespace, name) == everyone, "SkyPilot replaces the whole object"
    assert warned(), "it is told again"


def test_what_cannot_be_kept_is_refused(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = notebook(rig, namespace, "refused")
    done = skyports.run("open", f"{namespace}/refused", "8888", "--mode", "loadbalancer", "--keep-prefix").expect(2)
    assert "a load balancer has no path" in done.err, done
    longer = f"/skypilot/{namespace}/{c}/(8888|8889)(/.*)?()()()$"
    backend = {"service": {"name": "proxy", "port": {"number": 80}}}
    path = {"path": longer, "pathType": "ImplementationSpecific", "backend": backend}
    stranger = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "proxy", "annotations": {f"{NGINX}use-regex": "true"}},
        "spec": {"ingressClassName": "nginx", "rules": [{"http": {"paths": [path]}}]},
    }
    rig.api.post(namespaced(namespace, "ingresses", group="networking.k8s.io/v1"), stranger)
    done = skyports.run("open", f"{namespace}/refused", "8888", "--keep-prefix").expect(1)
    assert f"Ingress {namespace}/proxy has the longer path" in done.err, done
    assert f"{c}-skyports-8888" not in everything_of(rig, namespace, c)


def test_a_launch_in_loadbalancer_mode_does_not_mind_a_kept_route(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    objects.ingress_controller(rig.api, addresses=[ADDRESS])
    objects.ingress_class(rig.api)
    c = with_address(rig, namespace, "both", ["8888"], "203.0.113.226")
    skyports.run("open", f"{namespace}/both", "8888", "--keep-prefix").expect(0)
    before = [at_rest(thing) for thing in own(rig, namespace, c)]
    rig.oracle.open_ports(c, ["8888", "6006"], namespace=namespace)
    assert [at_rest(thing) for thing in own(rig, namespace, c)] == before
    found = skyports.list_json("--namespace", namespace)
    assert endpoints(found, namespace, c, mode="ingress")[8888]["route"] == "kept"
    assert endpoints(found, namespace, c, mode="loadbalancer")[8888]["route"] == "root"
