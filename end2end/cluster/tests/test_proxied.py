"""A proxy that the environment names: the API server is reached through it, endpoints never are."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from binary import Skyports, wait_for_overview
from clicks import click, wait_until_shown
from overview import endpoints
from rig import objects
from rig.rig import Rig
from test_open_close import app_at

# Of loopback addresses this one is nobody else's.
APP = "127.61.0.2"


class Proxy:
    """Tunnels what asks for it by CONNECT, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, name="proxy", daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(4096)
                if not more:
                    return
                head += more
            line = head.split(b"\r\n", 1)[0].decode()
            self.asked.append(line)
            method, target, _ = line.split(" ")
            if method != "CONNECT":
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return
            host, _, port = target.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=10) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _copy(client, server)


def _copy(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [])[0]:
            try:
                moved = ready.recv(65536)
            except OSError:
                return
            if not moved:
                return
            (other if ready is one else one).sendall(moved)


@contextmanager
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("variables", [("HTTPS_PROXY", "HTTP_PROXY"), ("https_proxy", "http_proxy", "ALL_PROXY")])
def test_a_context_is_reached_through_the_proxy_and_no_endpoint_is(
    rig: Rig, namespace: str, skyports: Skyports, variables: tuple[str, ...]
) -> None:
    c = rig.oracle.provision("far", namespace=namespace)["name_on_cloud"]
    with proxy() as between, app_at(APP, 8888):
        environment = {name: between.url for name in variables} | {"SKYPORTS_NO_CHECKS": "false"}
        with skyports.serve("--namespace", namespace, environment=environment) as server:

            def is_ready(overview: dict) -> bool:
                found = endpoints(overview, namespace, c).get(8888)
                return found is not None and found["state"] == "ready"

            wait_until_shown(server, namespace, c)
            # What becomes open is asked by itself.
            click(server, (namespace, c), "open", ports="8888", mode="loadbalancer").expect_done()
            objects.patch_lb(rig.api, namespace, objects.lb_service(c), [APP])
            wait_for_overview(server, "the app to be found", is_ready, seconds=20)
        servers = {line.split(" ")[1] for line in between.asked}
        assert between.asked and all(line.startswith("CONNECT ") for line in between.asked), between.asked
        assert servers == {rig.context().server.removeprefix("https://")}, servers
