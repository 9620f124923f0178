"""What SkyPilot's next launch takes away is shown, and one request brings it back; what is closed
here is no loss.
"""

from __future__ import annotations

from binary import Server, Skyports, wait_for_overview
from overview import clusters, endpoints
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from skypilot import opened, with_address


def ports(overview: dict, namespace: str, c: str) -> dict[int, dict]:
    return endpoints(overview, namespace, c) if c in clusters(overview, namespace) else {}


def change(server: Server, namespace: str, c: str, what: str, port: int, mode: str) -> None:
    status = server.submit(f"/c/rig/{namespace}/{c}/{what}", ports=str(port), mode=mode)
    assert status == 303, f"{what} {port}: {status}"


def states(overview: dict, namespace: str, c: str) -> dict[int, tuple[str, str | None]]:
    found = ports(overview, namespace, c)
    return {port: (e["state"], e["reason"] and e["reason"]["code"]) for port, e in found.items()}


def test_a_port_that_a_launch_dropped_is_shown_and_comes_back(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.230")
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: ports(o, namespace, c))
        change(server, namespace, c, "open", 6006, "loadbalancer")
        seen = wait_for_overview(server, "6006", lambda o: 6006 in ports(o, namespace, c))
        assert {p: e["owner"] for p, e in ports(seen, namespace, c).items()} == {8888: "skypilot", 6006: "skyports"}
        rig.oracle.open_ports(c, ["8888-8889"], namespace=namespace)
        dropped = {6006: ("attention", "dropped_by_skypilot"), 8888: ("open", None), 8889: ("open", None)}
        seen = wait_for_overview(server, "the loss", lambda o: states(o, namespace, c) == dropped)
        reason = ports(seen, namespace, c)[6006]["reason"]
        assert "OpenAPI-Generator" in reason["evidence"], reason
        assert reason["next"][0]["command"] == f"skyports open {namespace}/{c} 6006 --mode loadbalancer"
        change(server, namespace, c, "open", 6006, "loadbalancer")
        back = dropped | {6006: ("open", None)}
        wait_for_overview(server, "6006 to be back", lambda o: states(o, namespace, c) == back)
        # Closed here, it is no loss, and SkyPilot's ports stay.
        change(server, namespace, c, "close", 6006, "loadbalancer")
        del back[6006]
        wait_for_overview(server, "6006 to be gone", lambda o: states(o, namespace, c) == back)
        # Neither is what another skyports closes.
        change(server, namespace, c, "open", 6006, "loadbalancer")
        wait_for_overview(server, "6006 once more", lambda o: 6006 in states(o, namespace, c))
        skyports.run("close", f"{namespace}/train", "6006").expect(0)
        wait_for_overview(server, "its end", lambda o: states(o, namespace, c) == back)


def test_a_path_that_a_launch_dropped_is_shown_and_comes_back(rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = opened(rig, namespace, "path", ["8888"], mode="ingress")
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: ports(o, namespace, c))
        change(server, namespace, c, "open", 6006, "ingress")
        wait_for_overview(server, "6006", lambda o: states(o, namespace, c).get(6006) == ("open", None))
        rig.oracle.open_ports(c, ["8889"], mode="ingress", namespace=namespace)
        lost = ("attention", "dropped_by_skypilot")
        # Young Services may still wait for their path.
        wait_for_overview(server, "the loss", lambda o: states(o, namespace, c).get(6006) == lost, seconds=40)
        change(server, namespace, c, "open", 6006, "ingress")
        wait_for_overview(server, "6006 to be back", lambda o: states(o, namespace, c).get(6006) == ("open", None))


def test_a_restriction_that_is_dropped_is_told_on_top_of_the_page(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    c = with_address(rig, namespace, "office", ["8888"], "203.0.113.231")
    lb = namespaced(namespace, "services", objects.lb_service(c))
    rig.api.patch(lb, {"spec": {"loadBalancerSourceRanges": ["192.0.2.0/24"]}})
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: ports(o, namespace, c))
        rig.oracle.open_ports(c, ["8888-8889"], namespace=namespace)

        def alarmed(overview: dict) -> bool:
            warned = [w["code"] for e in ports(overview, namespace, c).values() for w in e["warnings"]]
            return warned.count("restriction_dropped") == 2

        wait_for_overview(server, "the alarm", alarmed, seconds=5)
        _, page = server.get("/")
        assert "A restriction was dropped" in page.split("<table")[0], "it stands above the table"
