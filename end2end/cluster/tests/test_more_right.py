"""Where SkyPilot prints a URL that can't work, or none, and we do better.

Every test asks SkyPilot first, so that it fails when SkyPilot learns it too.
"""

from __future__ import annotations

import time

import pytest

from binary import Skyports
from overview import endpoints, origin
from rig import objects
from rig.api import JSON_PATCH, namespaced
from rig.rig import Rig
from skypilot import WAITING, opened, with_address

OPEN = ("open", "ready")


def test_a_path_that_the_ingress_lacks_is_told(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """In ingress mode SkyPilot never looks at the Ingress."""
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "lost", ["8888", "6006"], mode="ingress")
    objects.remove_ingress_path(rig.api, namespace, c, 6006)
    assert 6006 in rig.oracle.query_ports(c, ["8888", "6006"], mode="ingress", namespace=namespace)
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    assert found[8888]["state"] in OPEN and found[8888]["urls"], found[8888]
    lost = found[6006]
    assert lost["state"] not in OPEN and lost["urls"] == [], lost
    assert lost["reason"]["code"] == "ingress_path_missing", lost
    assert "6006" in lost["reason"]["message"] + str(lost["reason"]["evidence"]), lost


def test_a_port_that_is_nowhere_is_not_listed(rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "nowhere", ["8888"], mode="ingress")
    assert 9999 in rig.oracle.query_ports(c, ["9999"], mode="ingress", namespace=namespace)
    assert set(endpoints(skyports.list_json("--namespace", namespace), namespace, c)) == {8888}


def test_a_port_that_left_the_service_is_not_listed(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot answers for every port on its record, listed in the Service or not."""
    c = with_address(rig, namespace, "left", ["8888", "6006"], "203.0.113.220")
    path = namespaced(namespace, "services", objects.lb_service(c))
    ports = [p["port"] for p in rig.api.get(path)["spec"]["ports"]]
    rig.api.patch(path, [{"op": "remove", "path": f"/spec/ports/{ports.index(6006)}"}], JSON_PATCH)
    assert set(rig.oracle.query_ports(c, ["8888", "6006"], namespace=namespace)) == {6006, 8888}
    assert set(endpoints(skyports.list_json("--namespace", namespace), namespace, c)) == {8888}


def test_an_ingress_without_its_controller_has_no_link(rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api)
    c = opened(rig, namespace, "headless", ["8888"], mode="ingress")
    objects.remove_ingress_controller(rig.api, keep_class=True)
    assert rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace) == {}
    endpoint = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]
    assert endpoint["state"] not in OPEN and endpoint["urls"] == [], endpoint
    assert endpoint["reason"]["code"] == "no_ingress_controller", endpoint


def test_a_controller_that_waits_for_its_address_is_waited_for(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot prints `localhost` meanwhile, which leads nowhere from a user's machine."""
    objects.ingress_controller(rig.api, type="LoadBalancer")
    c = opened(rig, namespace, "early", ["8888"], mode="ingress")
    printed = rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace)[8888]
    assert printed[0].startswith("http://localhost:")
    endpoint = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]
    assert endpoint["state"] == "pending" and endpoint["urls"] == [], endpoint
    assert endpoint["reason"]["code"] in WAITING, endpoint
    assert "ingress-nginx-controller" in str(endpoint["reason"]), endpoint


def test_every_address_of_the_status_has_a_link(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot takes the first; k3s, for one, lists an address a node."""
    c = opened(rig, namespace, "both", ["8888"])
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.221", "203.0.113.222", "lb.example.com"])
    assert rig.oracle.query_ports(c, ["8888"], namespace=namespace) == {8888: ["203.0.113.221:8888"]}
    urls = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]["urls"]
    assert urls == [f"http://{host}:8888/" for host in ("203.0.113.221", "203.0.113.222", "lb.example.com")]


def test_ipv6_is_in_brackets(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "six", ["8888"], "2001:db8::7")
    assert rig.oracle.query_ports(c, ["8888"], namespace=namespace) == {8888: ["2001:db8::7:8888"]}
    endpoint = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]
    assert endpoint["urls"] == ["http://[2001:db8::7]:8888/"] and endpoint["address"] == "[2001:db8::7]:8888"


@pytest.mark.parametrize("port", [443, 8443])
def test_https_ports_get_https_links(rig: Rig, namespace: str, skyports: Skyports, port: int) -> None:
    c = with_address(rig, namespace, "tls", [str(port)], "203.0.113.223")
    assert rig.oracle.query_ports(c, [str(port)], namespace=namespace) == {port: [f"203.0.113.223:{port}"]}
    urls = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[port]["urls"]
    assert [origin(url) for url in urls] == [("https", "203.0.113.223", port)], urls


def test_port_80_gets_a_plain_link(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "web", ["80"], "203.0.113.224")
    urls = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[80]["urls"]
    assert [origin(url) for url in urls] == [("http", "203.0.113.224", 80)], urls


def test_ports_that_speak_no_http_have_no_link(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SSH, Redis, Ray's client: the address is the thing to copy."""
    c = with_address(rig, namespace, "raw", ["22", "6379", "10001", "8888"], "203.0.113.225")
    found = endpoints(skyports.list_json("--namespace", namespace), namespace, c)
    for port in (22, 6379, 10001):
        assert found[port]["urls"] == [] and found[port]["address"] == f"203.0.113.225:{port}", found[port]
    assert found[8888]["urls"] == ["http://203.0.113.225:8888/"]


def test_every_link_ends_with_a_slash(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """As SkyPilot prints an ingress URL, every app tested breaks."""
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    ports = ["8888", "8443", "6006-6008"]
    c = with_address(rig, namespace, "slash", ports, "203.0.113.226")
    d = opened(rig, namespace, "path", ports, mode="ingress")
    printed = rig.oracle.query_ports(d, ports, mode="ingress", namespace=namespace)
    assert not any(url.endswith("/") for urls in printed.values() for url in urls)
    overview = skyports.list_json("--namespace", namespace)
    links = [url for x in (c, d) for e in endpoints(overview, namespace, x).values() for url in e["urls"]]
    assert len(links) >= 10 and all(link.endswith("/") for link in links), links


def test_the_old_path_of_the_guide_is_read_from_the_object(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """Older releases write `/skypilot/C/PORT`; SkyPilot 0.14.1 prints today's path for them."""
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "old", ["8888"], mode="ingress")
    path = namespaced(namespace, "ingresses", objects.ingress_name(c), objects.NETWORKING)
    old = {"op": "replace", "path": "/spec/rules/0/http/paths/0/path", "value": f"/skypilot/{c}/8888(/|$)(.*)"}
    rig.api.patch(path, [old], JSON_PATCH)
    printed = rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace)[8888]
    assert namespace in printed[0]
    urls = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]["urls"]
    assert urls[0] == f"http://203.0.113.216/skypilot/{c}/8888/", urls


def test_a_pending_load_balancer_is_told_at_once(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot's own answer for it takes a minute (recorded: 60.9 s)."""
    for name in ("slow-a", "slow-b", "slow-c"):
        opened(rig, namespace, name, ["8888"])
    began = time.monotonic()
    overview = skyports.list_json("--namespace", namespace)
    took = time.monotonic() - began
    states = [e["state"] for c in overview["clusters"] for e in c["endpoints"]]
    assert states == ["pending"] * 3 and took < 5, f"{states} after {took:.1f} s"


def test_a_cloud_that_refuses_is_quoted(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot: "No endpoints exposed yet". The event says why."""
    c = opened(rig, namespace, "refused", ["8888"])
    words = "Error syncing load balancer: failed to ensure load balancer: quota exceeded"
    objects.event(rig.api, namespace, "Service", objects.lb_service(c), "SyncLoadBalancerFailed", words, type="Warning")
    endpoint = endpoints(skyports.list_json("--namespace", namespace), namespace, c)[8888]
    assert endpoint["state"] in ("pending", "attention", "failed"), endpoint
    assert endpoint["reason"]["code"] == "load_balancer_error", endpoint
    assert "quota exceeded" in str(endpoint["reason"]), endpoint
