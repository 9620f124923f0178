"""What `skyports explain` says of a port: the first link that does not hold, its cause, and nothing
about what lies behind it.
"""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from binary import Skyports
from rig import objects
from rig.process import free_ports
from rig.rig import Rig
from skypilot import opened, with_address

LINKS = ["object", "controller", "address", "dns", "tcp", "tls", "http", "app"]


def explained(skyports: Skyports, cluster: str, port: int, *args: str) -> dict:
    """The chain as JSON, which always has every link."""
    chain = json.loads(skyports.run("explain", cluster, str(port), "-o", "json", *args).expect(0).out)
    assert [link["kind"] for link in chain["links"]] == LINKS, chain
    return chain


def results(chain: dict) -> dict[str, str]:
    return {link["kind"]: link["result"] for link in chain["links"]}


def trouble(chain: dict) -> dict:
    """The first link that does not hold; behind it nothing was checked."""
    place = LINKS.index(chain["first_trouble"])
    behind = {link["result"] for link in chain["links"][place + 1 :]}
    assert behind <= {"not_checked"}, chain
    found = chain["links"][place]
    assert found["message"] and found["evidence"] and found["next"], found
    return found


@contextmanager
def serving(status: int, body: str, **headers: str) -> Iterator[int]:
    """A server on this machine; its port."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_load_balancer_that_nothing_makes_ends_at_its_controller(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    opened(rig, namespace, "train", ["8888"])
    cluster = f"{namespace}/train"
    chain = explained(skyports, cluster, 8888)
    # The rig has no cloud: nothing ever reacts, and in the first ten seconds nobody can say so.
    found = next(link for link in chain["links"] if link["result"] not in ("pass", "not_needed"))
    assert (found["kind"], found["result"]) == ("controller", "wait"), chain
    assert results(chain)["object"] == "pass" and not chain["holds"], chain
    told = skyports.run("explain", cluster, "8888").expect(0).out
    assert "It waits at Controller" in told, told


def test_a_controller_that_says_no_is_told_with_its_words(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = opened(rig, namespace, "train", ["8888"])
    objects.event(
        rig.api, namespace, "Service", objects.lb_service(c), "SyncLoadBalancerFailed", "the quota is used up", type="Warning"
    )  # fmt: skip
    found = trouble(explained(skyports, f"{namespace}/train", 8888))
    assert (found["kind"], found["result"], found["code"]) == ("controller", "fail", "load_balancer_error"), found
    assert "the quota is used up" in found["evidence"], found


def test_an_ingress_without_a_path_ends_at_the_object(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = opened(rig, namespace, "train", ["8888"], mode="ingress")
    rig.api.delete(f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses/{c}-skypilot-ingress")
    found = trouble(explained(skyports, f"{namespace}/train", 8888))
    assert (found["kind"], found["code"]) == ("object", "ingress_path_missing"), found


def test_where_nothing_listens_the_connection_is_refused(rig: Rig, namespace: str, skyports: Skyports) -> None:
    (port,) = free_ports(1)
    with_address(rig, namespace, "train", [str(port)], "127.0.0.1")
    chain = explained(skyports, f"{namespace}/train", port)
    found = trouble(chain)
    assert (found["kind"], found["result"], found["code"]) == ("tcp", "fail", "nothing_listens"), chain
    assert "0.0.0.0" in found["next"][0]["title"], found
    assert results(chain)["dns"] == "not_needed", chain
    told = skyports.run("explain", f"{namespace}/train", str(port)).expect(0).out
    assert "The first link that fails is TCP: Nothing answers on port" in told, told


def test_where_a_server_answers_every_link_holds_and_has_its_time(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    with serving(200, "<title>My page</title>") as port:
        with_address(rig, namespace, "train", [str(port)], "127.0.0.1")
        chain = explained(skyports, f"{namespace}/train", port)
        assert chain["holds"] and chain["first_trouble"] is None, chain
        links = {link["kind"]: link for link in chain["links"]}
        assert links["http"]["told"] == "200 OK", chain
        assert "My page" in links["app"]["told"], chain
        assert all(isinstance(links[kind]["millis"], int) for kind in ("tcp", "http")), chain
        told = skyports.run("explain", f"{namespace}/train", str(port)).expect(0).out
        assert told.rstrip().endswith("Every link holds."), told


def test_a_refused_host_and_an_error_are_the_apps(rig: Rig, namespace: str, skyports: Skyports) -> None:
    refusal = "Invalid Host header - possible DNS rebinding attack detected"
    for name, status, body, code in [("mlflow", 403, refusal, "host_refused"), ("broken", 500, "no", "server_error")]:
        with serving(status, body) as port:
            with_address(rig, namespace, name, [str(port)], "127.0.0.1")
            chain = explained(skyports, f"{namespace}/{name}", port)
            found = trouble(chain)
            assert (found["kind"], found["code"]) == ("app", code), chain
            assert results(chain)["http"] == "pass", chain


def test_some_nodes_without_the_app_are_found_by_several_connections(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    """Every second connection is cut: as through a load balancer, with the app on one of two nodes."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for number in range(10_000):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                if number % 2:
                    connection.sendall(page)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        port = listener.getsockname()[1]
        c = opened(rig, namespace, "train", [str(port)], nodes=2)
        objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["127.0.0.1"])
        chain = explained(skyports, f"{namespace}/train", port)
    (found,) = [link for link in chain["links"] if link["code"] == "multi_node_routing"]
    assert found["kind"] == "tcp" and found["result"] == "warn", chain
    assert "4 of 8 requests found nobody" in found["evidence"], found
    assert results(chain)["http"] == "pass", chain


def test_a_port_in_several_modes_wants_one_named(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = opened(rig, namespace, "train", ["8888"], mode="ingress")
    rig.oracle.open_ports(c, ["8888"], mode="loadbalancer", namespace=namespace)
    cluster = f"{namespace}/train"
    several = skyports.run("explain", cluster, "8888").expect(2)
    assert "--mode: loadbalancer, ingress" in several.err and not several.out, several
    assert explained(skyports, cluster, 8888, "--mode", "ingress")["endpoint"].endswith("/8888/ingress")
    assert "open are: 8888" in skyports.run("explain", cluster, "1").expect(3).err
    assert "no cluster is named" in skyports.run("explain", f"{namespace}/x", "8888").expect(3).err
