"""SkyPilot is the oracle: what its `query_ports` says, our overview shows.

URLs are compared up to what SkyPilot leaves out (scheme in loadbalancer mode,
the trailing slash). Where we say more than SkyPilot is in `test_more_right.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from binary import Skyports, wait_for_overview
from overview import bare, cluster, clusters, endpoints, says_what_skypilot_says
from rig import objects
from rig.rig import Rig
from skypilot import WAITING, opened, with_address

SEVERAL = ["8888", "6006-6008"]
NUMBERS = {6006, 6007, 6008, 8888}


@pytest.mark.parametrize("ports", [["8888"], SEVERAL], ids=["one-port", "several-ports"])
@pytest.mark.parametrize("address", ["203.0.113.200", "a1b2c3.elb.example.com"], ids=["ip", "hostname"])
def test_a_load_balancer_with_an_address(
    rig: Rig, namespace: str, skyports: Skyports, ports: list[str], address: str
) -> None:
    c = with_address(rig, namespace, "train", ports, address)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    says_what_skypilot_says(found, rig.oracle.query_ports(c, ports, namespace=namespace))
    for port, endpoint in found.items():
        assert endpoint["mode"] == "loadbalancer" and endpoint["owner"] == "skypilot", endpoint
        assert endpoint["state"] == "open" and endpoint["reason"] is None, endpoint
        assert endpoint["address"] == f"{address}:{port}", endpoint
        assert endpoint["id"] == f"rig/{namespace}/{c}/{port}/loadbalancer", endpoint
        assert endpoint["object"] == {"kind": "Service", "namespace": namespace, "name": objects.lb_service(c)}


def test_a_load_balancer_without_an_address_is_pending(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot polls for a minute and prints nothing; we say at once what is waited for."""
    c = opened(rig, namespace, "waits", SEVERAL)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert rig.oracle.query_ports(c, SEVERAL, namespace=namespace) == {}
    assert set(found) == NUMBERS
    for endpoint in found.values():
        assert endpoint["state"] == "pending" and endpoint["urls"] == [], endpoint
        reason = endpoint["reason"]
        assert reason and reason["code"] in WAITING, endpoint
        assert reason["message"] and "evidence" in reason and "next" in reason, reason


def test_ports_that_skypilot_closed_are_gone(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "shut", SEVERAL, "203.0.113.201")
    assert set(endpoints(skyports.list_json("--namespace", namespace), namespace, c)) == NUMBERS
    rig.oracle.cleanup_ports(c, SEVERAL, namespace=namespace)
    assert rig.oracle.query_ports(c, SEVERAL, namespace=namespace) == {}
    assert endpoints(skyports.list_json("--namespace", namespace), namespace, c) == {}


def test_a_cluster_that_skypilot_took_down_is_gone(rig: Rig, namespace: str, skyports: Skyports) -> None:
    stays = with_address(rig, namespace, "stays", ["8888"], "203.0.113.202")
    goes = with_address(rig, namespace, "goes", ["8888"], "203.0.113.203")
    rig.oracle.terminate(goes, ports=["8888"], namespace=namespace)
    assert set(clusters(skyports.list_json("--namespace", namespace), namespace)) == {stays}


def test_several_clusters_at_once(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """Different names, modes, ports and addresses in one answer; SkyPilot needs a call for each."""
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    asked = {
        with_address(rig, namespace, "one", ["8888"], "203.0.113.204"): (["8888"], "loadbalancer"),
        with_address(rig, namespace, "one-more", SEVERAL, "203.0.113.205"): (SEVERAL, "loadbalancer"),
        opened(rig, namespace, "path", SEVERAL, mode="ingress", nodes=2): (SEVERAL, "ingress"),
        opened(rig, namespace, "path-two", ["9000"], mode="ingress"): (["9000"], "ingress"),
    }
    # One name on the cloud is the start of another's, and the same name may be in two namespaces.
    elsewhere = rig.namespace(f"{namespace}-b")
    twin = with_address(rig, elsewhere, "one", ["8888"], "203.0.113.206")
    overview = skyports.list_json("-A")
    for c, (ports, mode) in asked.items():
        skypilot = rig.oracle.query_ports(c, ports, mode=mode, namespace=namespace)
        says_what_skypilot_says(endpoints(overview, namespace, c), skypilot)
    says_what_skypilot_says(
        endpoints(overview, elsewhere, twin), rig.oracle.query_ports(twin, ["8888"], namespace=elsewhere)
    )


@pytest.mark.parametrize(
    "name",
    ["a-cluster-with-a-name-longer-than-42-characters-by-far", "My.Cluster_1"],
    ids=["over-42-characters", "capitals-dots-underscores"],
)
def test_names_that_skypilot_changes_on_the_cloud(rig: Rig, namespace: str, skyports: Skyports, name: str) -> None:
    c = with_address(rig, namespace, name, ["8888"], "203.0.113.207")
    assert c == rig.oracle.name_on_cloud(name) and len(c) <= 42
    overview = skyports.list_json("--namespace", namespace)
    assert cluster(overview, namespace, c)["name"] == name
    says_what_skypilot_says(endpoints(overview, namespace, c), rig.oracle.query_ports(c, ["8888"], namespace=namespace))
    for asked in (name, c, f"{namespace}/{name}", f"rig/{namespace}/{name}"):
        assert set(clusters(skyports.list_json(asked, "--namespace", namespace), namespace)) == {c}, asked


@pytest.mark.parametrize(
    "controller",
    [
        {"addresses": ["203.0.113.216"]},
        {"addresses": ["ingress.example.com"]},
        {"type": "NodePort"},
        {"annotations": {"skypilot.co/external-ip": "198.51.100.77"}},
        {"external_ips": ["198.51.100.88"]},
        {"external_ips": ["198.51.100.88"], "annotations": {"skypilot.co/external-ip": "198.51.100.77"}},
    ],
    ids=["ip", "hostname", "node-ports-on-localhost", "annotation", "external-ip", "external-ip-wins"],
)
def test_an_ingress(rig: Rig, namespace: str, skyports: Skyports, controller: dict) -> None:
    objects.ingress_controller(rig.api, **controller)
    c = opened(rig, namespace, "path", SEVERAL, mode="ingress")
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    says_what_skypilot_says(found, rig.oracle.query_ports(c, SEVERAL, mode="ingress", namespace=namespace))
    for endpoint in found.values():
        assert endpoint["mode"] == "ingress" and endpoint["owner"] == "skypilot", endpoint
        assert endpoint["object"] == {"kind": "Ingress", "namespace": namespace, "name": objects.ingress_name(c)}


def test_skypilot_prints_its_first_url_first(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """`sky status --endpoints` shows the first only, so ours is the same one."""
    objects.ingress_controller(rig.api, type="NodePort")
    c = opened(rig, namespace, "first", ["8888"], mode="ingress")
    skypilot = rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace)[8888]
    ours = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]["urls"]
    assert bare(ours[0]) == bare(skypilot[0])


def test_ports_in_both_modes_are_two_endpoints(rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = with_address(rig, namespace, "both", ["8888"], "203.0.113.208")
    rig.oracle.open_ports(c, ["8888"], mode="ingress", namespace=namespace)
    overview = skyports.list_json("--namespace", namespace)
    for mode in ("loadbalancer", "ingress"):
        skypilot = rig.oracle.query_ports(c, ["8888"], mode=mode, namespace=namespace)
        says_what_skypilot_says(endpoints(overview, namespace, c, mode), skypilot)


def test_what_a_cluster_is(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """Nodes, user, resources: from the pods that SkyPilot made."""
    plain = rig.oracle.provision("plain", nodes=2, namespace=namespace, user="grace@example.com")["name_on_cloud"]
    gpu = rig.oracle.provision(
        "gpu", namespace=namespace, instance_type="4CPU--16GB--H100:1", accelerators={"H100": 1}
    )["name_on_cloud"]
    overview = skyports.list_json("--namespace", namespace)
    found = cluster(overview, namespace, plain)
    assert (found["context"], found["name"], found["kind"]) == ("rig", "plain", "cluster")
    assert (found["nodes"], found["ready_nodes"], found["user"]) == (2, 2, "grace@example.com")
    assert found["resources"]["cpu"] == "2" and found["resources"]["accelerator"] is None, found["resources"]
    assert found["endpoints"] == [], "SkyPilot's own Services and Ray's ports are no endpoints"
    resources = cluster(overview, namespace, gpu)["resources"]
    assert resources["accelerator"].upper().count("H100") == 1 and resources["accelerator_count"] == 1, resources


def test_two_contexts(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    """One context a namespace, as teams have; names with the characters that clouds use."""
    other = rig.namespace(f"{namespace}-b")
    here = with_address(rig, namespace, "twin", ["8888"], "203.0.113.210")
    there = with_address(rig, other, "twin", ["8888"], "203.0.113.211")
    names = ("arn:aws:eks:eu-1:1:cluster/a", "gke_b")
    contexts = [rig.context(names[0], namespace=namespace), rig.context(names[1], namespace=other)]
    config = rig.write_kubeconfig(tmp_path / "two", *contexts)
    overview = skyports.list_json("--all-contexts", kubeconfig=config)
    assert {c["name"]: c["state"] for c in overview["contexts"]} == dict.fromkeys(names, "live")
    for c, ns in ((here, namespace), (there, other)):
        places = {x["context"] for x in overview["clusters"] if (x["namespace"], x["name_on_cloud"]) == (ns, c)}
        assert places == set(names), "both contexts lead to the same cluster here"
    one = skyports.list_json("--context", names[1], "--namespace", other, kubeconfig=config)
    assert [(x["context"], x["name_on_cloud"]) for x in one["clusters"]] == [(names[1], there)]


def test_the_page_follows_skypilot(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """The served overview, by its watch: launch, open, address, replace, close, down."""
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the context to be live", lambda o: o["contexts"][0]["state"] == "live")
        c = opened(rig, namespace, "live", ["8888"])

        def ports(overview: dict) -> dict[int, dict]:
            known = clusters(overview, namespace)
            return endpoints(overview, namespace, c) if c in known else {}

        wait_for_overview(
            server, "8888 to be pending", lambda o: {p: e["state"] for p, e in ports(o).items()} == {8888: "pending"}
        )
        objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.212"])
        found = wait_for_overview(server, "8888 to be open", lambda o: ports(o).get(8888, {}).get("urls"))
        says_what_skypilot_says(ports(found), rig.oracle.query_ports(c, ["8888"], namespace=namespace))
        # A second launch with other ports replaces the Service; the address stays.
        rig.oracle.open_ports(c, ["6006-6007"], namespace=namespace)
        found = wait_for_overview(server, "6006 and 6007", lambda o: {6006, 6007} <= set(ports(o)))
        alive = {p: e for p, e in ports(found).items() if e["state"] != "closed"}
        says_what_skypilot_says(alive, rig.oracle.query_ports(c, ["6006-6007"], namespace=namespace))
        rig.oracle.terminate(c, ports=["6006-6007"], namespace=namespace)
        wait_for_overview(server, "the end of the cluster", lambda o: c not in clusters(o, namespace))


def test_list_and_the_page_say_the_same(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with_address(rig, namespace, "same", SEVERAL, "203.0.113.213")
    listed = skyports.list_json("--namespace", namespace)
    with skyports.serve("--namespace", namespace) as server:
        served = wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
    as_text = [json.dumps(document["clusters"], sort_keys=True) for document in (listed, served)]
    assert as_text[0] == as_text[1]
