"""A skyports that many use at once: several replicas, many streams, and a log that tells who did what."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from binary import Server, Skyports, wait_for_overview
from overview import clusters, endpoints
from readers import Issuer, Reader
from rig import objects
from rig.rig import Rig
from rig.users import ADMIN, USERS
from rig.wait import wait_for
from skypilot import with_address
from test_share import ask, form, share, shows

STREAMS = 500


@contextmanager
def two(skyports: Skyports, *args: str) -> Iterator[tuple[Server, Server]]:
    with skyports.serve(*args) as one, skyports.serve(*args) as other:
        yield one, other


def test_two_replicas_agree_on_links(rig: Rig, skyports: Skyports, namespace: str) -> None:
    """S-15: a link made on one works on the other, and revoked on one it is dead on both."""
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.80")
    with two(skyports, "--namespace", namespace) as (one, other):
        for server in (one, other):
            wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        path = share(one, namespace, c)
        assert shows(one, path) and shows(other, path)
        assert ask(other, "POST", form(namespace, c), port=8888, mode="loadbalancer", revoke="all")[0].status == 200
        wait_for("its end on both", lambda: not shows(other, path) and not shows(one, path), seconds=10)


def test_a_stream_moves_between_replicas(rig: Rig, skyports: Skyports, namespace: str) -> None:
    """Whoever hears one replica and then the other sees by the number that they must read anew."""
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.81")
    with ExitStack() as stack:
        one = stack.enter_context(skyports.serve("--namespace", namespace))
        other = stack.enter_context(skyports.serve("--namespace", namespace))
        for server in (one, other):
            wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        with Reader(one, None).listen() as stream:
            wait_for("hello", lambda: b"\n\n" in stream.bytes)
            assert revision(stream.bytes) == one.overview()["revision"]
            objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.82"])
            wait_for("the change", lambda: b"203.0.113.82" in stream.bytes)
            before = one.overview()["revision"]
            one.terminate()
            wait_for("its end", lambda: stream.ended)
        # While nobody listens.
        objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.83"])
        moved = "http://203.0.113.83:8888/"
        wait_for_overview(other, "the move", lambda o: endpoints(o, namespace, c)[8888]["urls"] == [moved])
        with Reader(other, None).listen() as stream:
            wait_for("hello", lambda: b"\n\n" in stream.bytes)
            assert revision(stream.bytes) >> 32 != before >> 32, "another run, so the page reads the overview anew"
            objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.84"])
            wait_for("the next change", lambda: b"203.0.113.84" in stream.bytes)


def revision(told: bytes) -> int:
    return int(re.search(rb'"revision":(\d+)', told)[1])


def test_many_streams_end_soon_when_it_is_told_to_stop(rig: Rig, skyports: Skyports, namespace: str) -> None:
    """R-21: SIGTERM with 500 open streams: each is ended, and the process is gone within 5 s."""
    with_address(rig, namespace, "train", ["8888"], "203.0.113.85")
    with ExitStack() as stack:
        server = stack.enter_context(skyports.serve("--namespace", namespace))
        parts = urlsplit(server.url)
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        sockets = []
        for _ in range(STREAMS):
            sockets.append(stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=20)))
            sockets[-1].sendall(request)
        for each in sockets:
            assert b"200 OK" in each.recv(4096)
        begun = time.monotonic()
        server.terminate()
        wait_for("its end", lambda: not server.running(), seconds=10)
        took = time.monotonic() - begun
        assert took <= 5, f"{took:.1f} s"
        for each in sockets:
            while each.recv(65536):
                pass  # what was said before the end


# What the log says.


def audit(server: Server) -> list[str]:
    return [line for line in server.stderr().splitlines() if " audit: " in line]


def test_each_write_and_each_link_is_a_line_of_the_log(rig: Rig, skyports: Skyports, namespace: str) -> None:
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.86")
    viewer = Skyports(
        skyports.binary, rig.write_kubeconfig(skyports.home / "viewer", rig.context(user="viewer")), skyports.home
    )
    at = f"/c/rig/{namespace}/{c}"
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        assert server.submit(f"{at}/open", ports="9000", mode="loadbalancer") in (200, 303)
        path = share(server, namespace, c)
        assert server.submit(f"{at}/share", port="8888", mode="loadbalancer", revoke="all") == 200
        lines = wait_for("three lines", lambda: found if len(found := audit(server)) >= 3 else None)
        opened, made, revoked = lines[:3]
        service = f"Service {namespace}/{objects.lb_service(c)}"
        assert all(word in opened for word in ("AddPorts", service, 'result="done"', "9000")), opened
        assert all(word in made for word in ('action="make"', 'result="done"', "8888")), made
        assert all(word in revoked for word in ('action="revoke"', 'result="done"')), revoked
        assert "admin" in made and path.removeprefix("/s/") not in server.stderr()
    with viewer.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        assert server.submit(f"{at}/open", ports="9001", mode="loadbalancer") == 422
        (refused,) = wait_for("a line", lambda: audit(server))
        assert 'result="refused"' in refused and "forbidden" in refused, refused


def test_no_secret_is_in_a_log_that_tells_everything(
    rig: Rig, skyports: Skyports, namespace: str, tmp_path: Path
) -> None:
    """S-14: at the finest level, after pages, streams, writes and links, in the log and in what is sent."""
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.87")
    issuer = Issuer(tmp_path)
    trace = {"SKYPORTS_LOG": "trace"}
    at = f"/c/rig/{namespace}/{c}"
    secrets = [USERS[ADMIN].token]
    told = ""
    with skyports.serve("--namespace", namespace, environment=trace) as server:
        wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        for page in ("/", "/contexts", at, f"{at}/8888", f"{at}/open?ports=9000&mode=loadbalancer", "/api/v1/overview"):
            told += server.get(page)[1]
        assert server.submit(f"{at}/open", ports="9000", mode="loadbalancer") in (200, 303)
        path = share(server, namespace, c)
        shows(server, path)
        secrets.append(path.removeprefix("/s/"))
        told += server.stderr()
    token = issuer.token("root")
    with skyports.serve_for_readers(*issuer.flags(), "--namespace", namespace, environment=trace) as server:
        reader = Reader(server, token)
        for page in ("/", "/contexts", at, "/api/v1/overview"):
            told += reader.get(page).text
        with reader.listen() as stream:
            wait_for("hello", lambda: b"hello" in stream.bytes)
            told += stream.bytes.decode()
        told += server.stderr()
    secrets += [token, token.split(".")[2]]
    assert len(told) > 100_000, "the log was on"
    for secret in secrets:
        assert secret not in told, told[max(0, told.index(secret) - 300) :][:600]


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--listen", "0.0.0.0:0"], "nothing says who may look"),
        (["--listen", "0.0.0.0:0", "--no-login"], "nothing says who may look"),
        (["--listen", "0.0.0.0:0", "--read-only"], "nothing says who may look"),
        (["--listen", "0.0.0.0:0", "--dangerously-show-to-everybody"], "no --public-url"),
        (["--no-login", "--dangerously-show-to-everybody"], "exclude each other"),
        (["--write-as-user"], "needs readers who sign in"),
        (["--sign-in-issuer", "https://id.example.com"], "--sign-in-audience and --sign-in-keys must be given too"),
        (["--sign-in-header", "X-Forwarded-User"], "must be given too"),
    ],
)
def test_what_nobody_called_safe_does_not_start(skyports: Skyports, flags: list[str], why: str) -> None:
    """S-20, as the program says it; every combination is walked through in `config/exposure.rs`."""
    done = skyports.run("serve", *flags).expect(2)
    assert why in done.err, done


def test_an_open_page_shows_everything_and_writes_nothing(rig: Rig, skyports: Skyports, namespace: str) -> None:
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.88")
    flags = ("--dangerously-show-to-everybody", "--namespace", namespace)
    with skyports.serve_for_readers(*flags) as server:
        wait_for_overview(server, "the cluster", lambda o: clusters(o, namespace))
        at = f"/c/rig/{namespace}/{c}"
        for path in ("open", "close"):
            assert server.get(f"{at}/{path}?ports=9000")[0] == 404
            assert server.submit(f"{at}/{path}", ports="9000", mode="loadbalancer") == 404
        assert server.submit(f"{at}/share", port="8888", mode="loadbalancer", hours="1") == 404
        assert server.get(f"{at}/share?port=8888&mode=loadbalancer")[0] == 200
        assert 'data-writes="off"' in server.get("/")[1]
