"""Many open ports of one cluster at once: each port is opened once, by whoever, and nobody is told no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from binary import Server, Skyports
from clicks import Answer, at_once, click, wait_until_shown
from overview import endpoints
from rig import objects
from rig.api import ApiError, namespaced
from rig.proxy import Blackhole, Proxy
from rig.rig import Rig
from rig.wait import wait_for

MODES = ("loadbalancer", "ingress")
# Each write of an Ingress tests the version that it was planned for, so that one of all succeeds at
# a time; all the same nobody may wait longer than ten seconds.
DIFFERENT = 50
FIRST = 9000


@pytest.fixture
def servers(skyports: Skyports, namespace: str) -> Iterator[tuple[Server, Server]]:
    """Two processes that know nothing of each other."""
    with ExitStack() as stack:
        one, two = (stack.enter_context(skyports.serve("--namespace", namespace)) for _ in range(2))
        yield one, two


def cluster(rig: Rig, servers: tuple[Server, Server], namespace: str, name: str) -> str:
    objects.ingress_class(rig.api)
    c = rig.oracle.provision(name, namespace=namespace)["name_on_cloud"]
    for server in servers:
        wait_until_shown(server, namespace, c)
    return c


def entries(rig: Rig, namespace: str, c: str, mode: str) -> list[int]:
    """The ports that clients reach, in their order; of an Ingress by the Services behind its paths."""
    try:
        if mode == "loadbalancer":
            service = rig.api.get(namespaced(namespace, "services", objects.lb_service(c)))
            return [port["port"] for port in service["spec"]["ports"]]
        path = namespaced(namespace, "ingresses", objects.ingress_name(c), objects.NETWORKING)
        (rule,) = rig.api.get(path)["spec"]["rules"]
    except ApiError as error:
        assert error.status == 404, error
        return []
    return [path["backend"]["service"]["port"]["number"] for path in rule["http"]["paths"]]


def uids(rig: Rig, namespace: str, c: str) -> dict[str, str]:
    """The identities of the cluster's port objects, by name."""
    found = rig.api.get(namespaced(namespace, "services"))["items"]
    found += rig.api.get(namespaced(namespace, "ingresses", group=objects.NETWORKING))["items"]
    metas = [thing["metadata"] for thing in found]
    return {m["name"]: m["uid"] for m in metas if m["name"].startswith(c) and "-sky" in m["name"].removeprefix(c)}


def all_done(answers: list[Answer]) -> None:
    told = [f"{answer.status}: {answer.text[-600:]}" for answer in answers if not answer.is_done]
    assert not told, f"{len(told)} of {len(answers)} were not done:\n" + "\n".join(told[:3])


def one_click(
    servers: tuple[Server, Server], where: tuple[str, str], mode: str, at: int, port: int, direction: str = "open"
) -> Callable[[], Answer]:
    """One of many clicks: every other one at the other server."""
    return lambda: click(servers[at % 2], where, direction, ports=port, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_fifty_who_open_one_port_make_one_object(
    rig: Rig, namespace: str, servers: tuple[Server, Server], mode: str
) -> None:
    c = cluster(rig, servers, namespace, "one")
    all_done(at_once([one_click(servers, (namespace, c), mode, at, 8888) for at in range(50)]))
    assert entries(rig, namespace, c, mode) == [8888]
    made = uids(rig, namespace, c)
    expected = {
        "loadbalancer": {objects.lb_service(c)},
        "ingress": {objects.ingress_name(c), f"{c}--skypilot-svc--8888"},
    }
    assert set(made) == expected[mode]
    # Once more, when all is there.
    all_done(at_once([one_click(servers, (namespace, c), mode, at, 8888) for at in range(10)]))
    assert uids(rig, namespace, c) == made, "the same objects"
    assert entries(rig, namespace, c, mode) == [8888]


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside skypilot's"])
@pytest.mark.parametrize("mode", MODES)
def test_of_many_different_ports_none_is_lost_and_none_is_there_twice(
    rig: Rig, namespace: str, servers: tuple[Server, Server], mode: str, beside: bool
) -> None:
    c = cluster(rig, servers, namespace, "many")
    if beside:
        rig.oracle.open_ports(c, ["8888"], mode=mode, namespace=namespace)
    ports = range(FIRST, FIRST + DIFFERENT)
    all_done(at_once([one_click(servers, (namespace, c), mode, at, port) for at, port in enumerate(ports)]))
    found = entries(rig, namespace, c, mode)
    assert sorted(found) == sorted([*([8888] if beside else []), *ports])
    assert not beside or found[0] == 8888, "the first port stays the first"
    for server in servers:
        wait_for("every port to be shown", lambda: sorted(endpoints(server.overview(), namespace, c)) == sorted(found))


@pytest.mark.parametrize("mode", MODES)
def test_many_who_close_what_many_opened_leave_nothing(
    rig: Rig, namespace: str, servers: tuple[Server, Server], mode: str
) -> None:
    c = cluster(rig, servers, namespace, "shut")
    ports = range(FIRST, FIRST + 10)
    all_done(at_once([one_click(servers, (namespace, c), mode, at, port) for at, port in enumerate(ports)]))
    # The other server than the one that opened it, which may not have seen it yet; and both.
    closes = [one_click(servers, (namespace, c), mode, at + 1, port, "close") for at, port in enumerate(ports)]
    all_done(at_once(closes + closes[:5]))
    assert uids(rig, namespace, c) == {}


@pytest.mark.parametrize("mode", MODES)
def test_a_double_click_opens_once_and_the_next_click_closes_at_once(
    rig: Rig, namespace: str, servers: tuple[Server, Server], mode: str
) -> None:
    """Nobody waits for the page to show what the click before did."""
    c = cluster(rig, servers, namespace, "double")
    where = (namespace, c)
    for _ in range(5):
        twice = [lambda: click(servers[0], where, "open", ports="6006-6007", mode=mode)] * 2
        all_done(at_once(twice))
        assert entries(rig, namespace, c, mode) == [6006, 6007]
        click(servers[0], where, "close", ports=6006, mode=mode).expect_done()
        assert entries(rig, namespace, c, mode) == [6007], "closed by who opened it"
        click(servers[1], where, "close", ports=6007, mode=mode).expect_done()
        assert uids(rig, namespace, c) == {}, "closed by the other server"


@pytest.mark.parametrize("mode", MODES)
def test_who_has_not_heard_of_a_port_yet_closes_it_all_the_same(
    rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path, mode: str
) -> None:
    """The watches tell late; a click does not rest on what they have yet to tell."""
    objects.ingress_class(rig.api)
    c = rig.oracle.provision("deaf", namespace=namespace)["name_on_cloud"]
    plane = rig.control_plane
    with Proxy(plane.server, str(plane.ca_file)) as proxy:
        for resource in ("services", "ingresses"):
            proxy.fault(Blackhole(), "watch", resource)
        config = rig.write_kubeconfig(tmp_path / "deaf", rig.context(server=proxy.url))
        with skyports.serve("--namespace", namespace, kubeconfig=config) as server:
            wait_until_shown(server, namespace, c)
            for _ in range(2):
                click(server, (namespace, c), "open", ports=8888, mode=mode).expect_done()
                assert entries(rig, namespace, c, mode) == [8888]
            click(server, (namespace, c), "close", ports=8888, mode=mode).expect_done()
            assert uids(rig, namespace, c) == {}
