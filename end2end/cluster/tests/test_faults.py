"""What people see while something is broken.

A fault never takes away what was known, never hides which context or right is
missing, and never spreads to what still works.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from binary import Server, Skyports, wait_for_overview
from overview import clusters, context_state, endpoints
from rig import kubeconfig, objects
from rig.process import free_ports
from rig.rig import Rig
from skypilot import WAITING, opened, with_address


def is_live(server: Server, context: str = "rig") -> None:
    wait_for_overview(server, f"{context} to be live", lambda o: context_state(o, context) == "live")


def nobody_there() -> str:
    """A server URL that refuses connections."""
    return f"https://127.0.0.1:{free_ports(1)[0]}"


def test_rows_stay_while_the_api_server_is_away(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """A banner within 5 s, the rows stay; live within 3 s of its return."""
    c = with_address(rig, namespace, "stays", ["8888"], "203.0.113.230")
    with skyports.serve("--namespace", namespace) as server:
        is_live(server)
        before = wait_for_overview(server, "the cluster", lambda o: c in clusters(o, namespace))
        rig.control_plane.stop_apiserver()
        try:
            away = wait_for_overview(
                server,
                "the context to be stale or unreachable",
                lambda o: context_state(o, "rig") in ("stale", "unreachable"),
                seconds=5,
            )
            kept = endpoints(away, namespace, c)
            assert kept[8888]["urls"] == endpoints(before, namespace, c)[8888]["urls"], "the last URLs stay"
            assert next(x for x in away["contexts"] if x["name"] == "rig")["detail"], "says why"
            assert server.get("/")[0] == 200
        finally:
            rig.control_plane.start_apiserver()
        back = time.monotonic()
        wait_for_overview(
            server, "the context to be live again", lambda o: context_state(o, "rig") == "live", seconds=15
        )
        took = time.monotonic() - back
        said = server.stderr().splitlines()
        assert len(said) <= 20, "an outage is not told once an attempt:\n" + "\n".join(said[-10:])
        assert took <= 3, f"live {took:.1f} s after the API server was ready"
        # And it is: a change is seen.
        objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.231"])
        wait_for_overview(
            server, "the new address", lambda o: "203.0.113.231" in str(endpoints(o, namespace, c)[8888]["urls"])
        )


def test_what_changed_meanwhile_is_seen_afterwards(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """A server that starts while the API server is away gets there by itself."""
    c = with_address(rig, namespace, "later", ["8888"], "203.0.113.232")
    rig.control_plane.stop_apiserver()
    try:
        with skyports.serve("--namespace", namespace) as server:
            first = server.overview()
            assert context_state(first, "rig") in ("connecting", "unreachable", "stale"), first["contexts"]
            assert server.get("/")[0] == 200
            rig.control_plane.start_apiserver()
            wait_for_overview(server, "the cluster", lambda o: c in clusters(o, namespace), seconds=15)
            is_live(server)
    finally:
        if not rig.control_plane.apiserver.running():
            rig.control_plane.start_apiserver()


def test_an_api_server_that_hangs(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """Connections stay and nobody answers: a VPN that broke, a laptop that slept.

    Pages come from memory meanwhile, a command ends soon, and the page tells
    after the longest silence of a watch.
    """
    c = with_address(rig, namespace, "hung", ["8888"], "203.0.113.233")
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: c in clusters(o, namespace))
        rig.control_plane.pause()
        try:
            assert c in clusters(server.overview(timeout=1), namespace)
            assert server.get("/", timeout=2)[0] == 200
            skyports.run("list", timeout=15).expect(1)
            told = wait_for_overview(
                server, "the context to be stale", lambda o: context_state(o, "rig") == "stale", seconds=65
            )
            assert endpoints(told, namespace, c)[8888]["urls"] == ["http://203.0.113.233:8888/"]
        finally:
            rig.control_plane.resume()
        wait_for_overview(
            server, "the context to be live again", lambda o: context_state(o, "rig") == "live", seconds=5
        )


def test_list_says_that_the_api_server_is_away(rig: Rig, skyports: Skyports, tmp_path: Path) -> None:
    config = rig.write_kubeconfig(tmp_path / "dead", rig.context("dead", server=nobody_there()))
    done = skyports.run("list", kubeconfig=config).expect(1)
    assert "dead" in done.err and "refused" in done.err, f"which context, and why\n{done}"
    assert "No SkyPilot clusters" not in done.out, f"nothing is known of them\n{done}"


def test_events_that_may_not_be_read(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    """The rest works, and what is missing is named."""
    c = with_address(rig, namespace, "blind", ["8888"], "203.0.113.234")
    waits = opened(rig, namespace, "waits", ["8888"])
    config = rig.write_kubeconfig(tmp_path / "no-events", rig.context(user="no-events"))
    overview = skyports.list_json("--namespace", namespace, kubeconfig=config)
    assert context_state(overview, "rig") == "live", overview["contexts"]
    assert "list events" in overview["contexts"][0]["detail"], overview["contexts"]
    assert endpoints(overview, namespace, c)[8888]["urls"] == ["http://203.0.113.234:8888/"]
    pending = endpoints(overview, namespace, waits)[8888]
    assert pending["state"] == "pending" and pending["reason"]["code"] in WAITING, pending


def test_ingresses_that_may_not_be_read(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    c = with_address(rig, namespace, "half", ["8888"], "203.0.113.235")
    config = rig.write_kubeconfig(tmp_path / "no-ingresses", rig.context(user="no-ingresses"))
    overview = skyports.list_json("--namespace", namespace, kubeconfig=config)
    assert endpoints(overview, namespace, c)[8888]["urls"] == ["http://203.0.113.235:8888/"]
    detail = next(x for x in overview["contexts"] if x["name"] == "rig")["detail"]
    assert detail and "ingresses" in detail, overview["contexts"]


def test_one_namespace_is_enough(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    """Listing all namespaces is refused: the context's own is shown."""
    c = with_address(rig, namespace, "mine", ["8888"], "203.0.113.236")
    with_address(rig, rig.namespace(f"{namespace}-b"), "theirs", ["8888"], "203.0.113.237")
    objects.grant(rig.api, "one-namespace", namespace)
    config = rig.write_kubeconfig(tmp_path / "one", rig.context(user="one-namespace", namespace=namespace))
    overview = skyports.list_json(kubeconfig=config)
    assert [x["name_on_cloud"] for x in overview["clusters"]] == [c]
    assert endpoints(overview, namespace, c)[8888]["urls"] == ["http://203.0.113.236:8888/"]
    assert context_state(overview, "rig") == "live", overview["contexts"]


def test_a_user_without_any_right_is_told(rig: Rig, skyports: Skyports, tmp_path: Path) -> None:
    config = rig.write_kubeconfig(tmp_path / "nobody", rig.context(user="nobody"))
    done = skyports.run("list", kubeconfig=config).expect(1)
    assert "nobody" in done.err and "pods" in done.err, f"names the user and the missing right\n{done}"
    with skyports.serve(kubeconfig=config) as server:
        wait_for_overview(server, "the context to be forbidden", lambda o: context_state(o, "rig") == "forbidden")


def test_a_wrong_token_is_told(rig: Rig, skyports: Skyports, tmp_path: Path) -> None:
    plane = rig.control_plane
    wrong = kubeconfig.Context("rig", plane.server, plane.ca_file, "x", "no-such-token")
    done = skyports.run("list", kubeconfig=kubeconfig.write(tmp_path / "wrong", [wrong])).expect(1)
    assert "401" in done.err or "nauthorized" in done.err, done


def test_a_context_that_does_not_exist(rig: Rig, skyports: Skyports, tmp_path: Path) -> None:
    config = rig.write_kubeconfig(tmp_path / "two", rig.context("prod"), rig.context("staging"))
    done = skyports.run("list", "--context", "prdo", kubeconfig=config).expect(2)
    for word in ("prdo", "prod", "staging"):
        assert word in done.err, f"no {word!r} in standard error\n{done}"


@pytest.mark.parametrize(
    "command", [("list",), ("serve", "--no-login", "--listen", "127.0.0.1:0")], ids=["list", "serve"]
)
class TestKubeconfigs:
    """A kubeconfig that is named but no good is an error, never the demo."""

    def test_not_yaml(self, skyports: Skyports, tmp_path: Path, command: tuple[str, ...]) -> None:
        config = kubeconfig.write_garbage(tmp_path / "garbage.yaml")
        done = skyports.run(*command, kubeconfig=config, timeout=10).expect(2)
        assert "garbage.yaml" in done.err and "line" in done.err, f"says in which file, and where\n{done}"

    def test_missing(self, skyports: Skyports, tmp_path: Path, command: tuple[str, ...]) -> None:
        done = skyports.run(*command, kubeconfig=tmp_path / "not-there.yaml", timeout=10).expect(2)
        assert "not-there.yaml" in done.err, done

    def test_a_folder(self, skyports: Skyports, tmp_path: Path, command: tuple[str, ...]) -> None:
        done = skyports.run(*command, kubeconfig=tmp_path, timeout=10).expect(2)
        assert str(tmp_path) in done.err, done

    def test_without_contexts(self, rig: Rig, skyports: Skyports, tmp_path: Path, command: tuple[str, ...]) -> None:
        config = kubeconfig.write(tmp_path / "empty.yaml", [])
        done = skyports.run(*command, kubeconfig=config, timeout=10).expect(2)
        assert "context" in done.err, done


def test_one_of_two_contexts_is_dead(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> None:
    """The other is unaffected; `list` ends with 0 and says which is dead."""
    c = with_address(rig, namespace, "alive", ["8888"], "203.0.113.238")
    contexts = (rig.context("alive"), rig.context("dead", server=nobody_there()))
    config = rig.write_kubeconfig(tmp_path / "half", *contexts)
    done = skyports.run("list", "-o", "json", "--all-contexts", "--namespace", namespace, kubeconfig=config).expect(0)
    assert "dead" in done.err, f"standard error names the dead one\n{done}"
    overview = skyports.list_json("--all-contexts", "--namespace", namespace, kubeconfig=config)
    assert context_state(overview, "alive") == "live"
    assert context_state(overview, "dead") == "unreachable"
    assert endpoints(overview, namespace, c)[8888]["urls"] == ["http://203.0.113.238:8888/"]
    with skyports.serve("--all-contexts", "--namespace", namespace, kubeconfig=config) as server:
        wait_for_overview(
            server,
            "one live, one unreachable",
            lambda o: (context_state(o, "alive"), context_state(o, "dead")) == ("live", "unreachable"),
            seconds=20,
        )
