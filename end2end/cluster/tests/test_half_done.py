"""Faults between two writes: what was done and what was refused is told in the API server's words,
the overview shows what is there, the same request again completes it, and closing takes away both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from binary import Server, Skyports, wait_for_overview
from clicks import Answer, click, wait_until_shown
from overview import context_state, endpoints
from ports_state import MODES, State, is_shown, is_sound
from refusals import no_ingresses, quota
from rig import objects
from rig.proxy import Blackhole, Pass, Proxy, Request, Reset
from rig.rig import Rig
from rig.wait import wait_for

POLICY = "paths are given out by the platform team"
# What a person waits at most, and what this machine may take beside it.
PATIENCE = 10.5


@dataclass(frozen=True)
class Site:
    """A cluster without open ports, a server that shows it, and the way from it to the API server."""

    rig: Rig
    namespace: str
    c: str
    skyports: Skyports
    server: Server
    proxy: Proxy
    kubeconfig: Path

    def click(self, direction: str, ports: object, mode: str) -> Answer:
        return click(self.server, (self.namespace, self.c), direction, ports=ports, mode=mode)

    def state(self) -> State:
        """What is there; sound, and as the overview shows it."""
        state = State.read(self.rig, self.namespace)
        is_sound(state, self.c)
        wait_for("the overview to show it", lambda: is_shown(state, self.server.overview()) is None)
        return state

    def made(self) -> set[str]:
        """The names of the cluster's port objects."""
        return {name.removeprefix(self.c) for _, name in self.state().ours()}

    def endpoint(self, port: int, mode: str) -> dict:
        return endpoints(self.server.overview(), self.namespace, self.c, mode)[port]

    def completes_and_closes(self, mode: str, *ports: int) -> None:
        """The same request again does the rest; closing takes everything away."""
        text = ",".join(map(str, ports))
        self.click("open", text, mode).expect_done()
        assert sorted(self.state().ports(self.c, mode)) == sorted(ports)
        if mode == "ingress":
            assert self.made() == {"-skypilot-ingress", *(f"--skypilot-svc--{port}" for port in ports)}
        self.click("close", text, mode).expect_done()
        assert self.made() == set()


@pytest.fixture
def site(rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> Iterator[Site]:
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    c = rig.oracle.provision("half", namespace=namespace)["name_on_cloud"]
    plane = rig.control_plane
    with Proxy(plane.server, str(plane.ca_file)) as proxy:
        config = rig.write_kubeconfig(tmp_path / "way", rig.context(server=proxy.url))
        with skyports.serve("--namespace", namespace, kubeconfig=config) as server:
            wait_until_shown(server, namespace, c)
            yield Site(rig, namespace, c, skyports, server, proxy, config)


def says(answer: Answer, *words: str) -> None:
    assert answer.status == 422, answer.text
    missing = [word for word in words if word not in answer.text]
    assert not missing, f"{missing} is not said:\n{answer.text[-2500:]}"


def test_an_ingress_that_a_policy_refuses(site: Site) -> None:
    service, ingress = f"Service {site.namespace}/{site.c}--skypilot-svc--8888", f"Ingress {site.namespace}/"
    with no_ingresses(site.rig, site.namespace, POLICY):
        answer = site.click("open", 8888, "ingress")
        says(answer, "Done in part", f"Create: {service}", f"Not written: {ingress}", POLICY)
        assert site.made() == {"--skypilot-svc--8888"}
        assert site.endpoint(8888, "ingress")["reason"]["code"] == "ingress_path_missing"
        # The same by the command, which finds the Service there.
        arguments = ("open", f"{site.namespace}/half", "8888", "--mode", "ingress")
        done = site.skyports.run(*arguments).expect(1)
        assert POLICY in done.err and site.c in done.err, done
    site.completes_and_closes("ingress", 8888)


def test_closing_that_a_policy_refuses_changes_nothing(site: Site) -> None:
    site.click("open", "6006,8888", "ingress").expect_done()
    before = site.made()
    with no_ingresses(site.rig, site.namespace, POLICY):
        for ports in ("6006", "6006,8888"):
            says(site.click("close", ports, "ingress"), "Not written: Ingress", POLICY)
        assert site.made() == before and sorted(site.state().ports(site.c, "ingress")) == [6006, 8888]
        assert site.endpoint(6006, "ingress")["state"] == "open"
    site.completes_and_closes("ingress", 6006, 8888)


def test_one_service_of_two_that_a_quota_refuses(site: Site) -> None:
    used = len([name for kind, name in site.state().things if kind == "services"])
    with quota(site.rig, site.namespace, {"services": str(used + 1)}):
        says(
            site.click("open", "6006-6007", "ingress"),
            *("Done in part", "Create: Service", "Not written: Service", "exceeded quota: few", "services="),
        )
        (made,) = site.made()
        assert made in ("--skypilot-svc--6006", "--skypilot-svc--6007"), "one Service, no Ingress"
        assert site.endpoint(int(made[-4:]), "ingress")["reason"]["code"] == "ingress_path_missing"
    site.completes_and_closes("ingress", 6006, 6007)


def test_a_load_balancer_that_a_quota_refuses(site: Site) -> None:
    with quota(site.rig, site.namespace, {"services.loadbalancers": "0"}):
        says(site.click("open", 8888, "loadbalancer"), "exceeded quota: few", "services.loadbalancers=1")
        assert site.made() == set()
        done = site.skyports.run("open", f"{site.namespace}/half", "8888", "--mode", "loadbalancer").expect(1)
        assert "exceeded quota: few" in done.err, done
    site.completes_and_closes("loadbalancer", 8888)


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_that_is_lost_after_the_write(site: Site, mode: str) -> None:
    """Each first write of a kind is done, and its answer is cut; what is there is found."""
    for verb in ("post", "patch", "delete"):
        for resource in ("services", "ingresses"):
            site.proxy.fault(Reset(after_bytes=1), verb, resource, times=1)
    site.click("open", 8888, mode).expect_done()
    uids = {key: thing["metadata"]["uid"] for key, thing in site.state().ours().items()}
    site.click("open", 9000, mode).expect_done()
    assert site.state().ports(site.c, mode) == [8888, 9000]
    now = {key: thing["metadata"]["uid"] for key, thing in site.state().ours().items()}
    assert uids.items() <= now.items(), "nothing was made twice"
    site.click("close", "8888,9000", mode).expect_done()
    assert site.made() == set()


@pytest.mark.parametrize("mode", MODES)
def test_silence_after_a_write_says_that_it_may_have_been_done(site: Site, mode: str) -> None:
    last = {"loadbalancer": "services", "ingress": "ingresses"}[mode]
    site.proxy.fault(Reset(after_bytes=1), "post", last)
    site.proxy.fault(Blackhole(), "get")
    began = time.monotonic()
    answer = site.click("open", 8888, mode)
    assert time.monotonic() - began < PATIENCE
    says(answer, "It may have been written all the same")
    site.proxy.heal()
    assert site.state().ports(site.c, mode) == [8888], "it was"
    site.completes_and_closes(mode, 8888)


def paused_at(site: Site, verb: str, resource: str) -> None:
    """The API server stops dead when such a request comes."""

    def pause(request: Request) -> bool:
        if (request.verb, request.resource) == (verb, resource):
            site.rig.control_plane.pause()
        return False

    site.proxy.fault(Pass(), when=pause)


@pytest.mark.parametrize(("mode", "resource"), [("loadbalancer", "services"), ("ingress", "ingresses")], ids=MODES)
def test_an_api_server_that_stops_while_a_click_is_under_way(site: Site, mode: str, resource: str) -> None:
    paused_at(site, "post", resource)
    try:
        began = time.monotonic()
        answer = site.click("open", 8888, mode)
        assert time.monotonic() - began < PATIENCE
        says(answer, "no answer in time", *(["Done in part"] if resource == "ingresses" else []))
    finally:
        site.proxy.heal()
        site.rig.control_plane.resume()
    wait_for_overview(site.server, "the context to be live", lambda o: context_state(o, "rig") == "live", seconds=40)
    site.completes_and_closes(mode, 8888)


def test_a_skyports_that_is_killed_between_two_writes(site: Site) -> None:
    """The next start shows what is there and what is missing; the same click completes it."""

    def kill(request: Request) -> bool:
        if (request.verb, request.resource) == ("post", "ingresses"):
            site.server.kill()
        return False

    site.proxy.fault(Pass(), when=kill)
    site.proxy.fault(Blackhole(), "post", "ingresses")
    with pytest.raises(OSError):
        site.click("open", 8888, "ingress")
    site.proxy.heal()
    with site.skyports.serve("--namespace", site.namespace, kubeconfig=site.kubeconfig) as server:
        wait_until_shown(server, site.namespace, site.c)
        after = Site(site.rig, site.namespace, site.c, site.skyports, server, site.proxy, site.kubeconfig)
        assert after.made() == {"--skypilot-svc--8888"}
        assert after.endpoint(8888, "ingress")["reason"]["code"] == "ingress_path_missing"
        after.completes_and_closes("ingress", 8888)
