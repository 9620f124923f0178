"""What people see while lists and watches fail in every way that API servers and networks know.

Each test has a fault proxy of its own between the server and the real API server.
They wait for most of their time, so they run beside each other; the last one stops
the API server for all and waits for the others.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path

from beside import PORT, Place, all_done, beside, is_live, started, starting  # noqa: F401 - a fixture
from binary import Server, wait_for_overview
from overview import cluster, clusters, context_state, endpoints
from revisions import Revision, Revisions, revisions
from rig import objects
from rig.process import free_ports
from rig.proxy import (
    EXPIRED,
    Blackhole,
    Delay,
    Duplicate,
    Eof,
    Proxy,
    Query,
    Request,
    Reset,
    Rewrite,
    Status,
    Throttle,
    failure,
)
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import with_address

# How long a silent network may go unnoticed; the goal is 35.
NOTICED = 40
KINDS = 6

TOO_LARGE = Status(
    504,
    failure(504, "Timeout", "Too large resource version: 9, current: 5", "ResourceVersionTooLarge", 1),
)
GONE = Status(410, EXPIRED)


# What tests look at.


def seen_url(server: Server, place: Place, name: str, url: str, seconds: float = 10) -> None:
    wait_for_overview(
        server,
        f"{url} as the URL of {name}",
        lambda o: endpoints(o, place.namespace, name)[PORT]["urls"] == [url],
        seconds,
    )


def open_urls(revision: Revision, place: Place) -> list[tuple[str, tuple[str, ...]] | None]:
    return [revision.endpoints(place.namespace, c).get(PORT) for c in place.clusters]


def always_live_and_open(seen: Revisions, place: Place) -> None:
    """At no moment a row was missing, a port not open or the context not live."""
    for revision in seen.all():
        assert revision.state() == "live", f"revision {revision.number}: {revision.contexts['rig']}"
        for c, found in zip(place.clusters, open_urls(revision, place), strict=True):
            assert found and found[0] == "open" and found[1], f"revision {revision.number}: {c} is {found}"


def findings(overview: dict, code: str) -> list[str]:
    (context,) = overview["contexts"]
    return [f["message"] for f in context["findings"] if f["code"] == code]


def descriptors(server: Server) -> int:
    return len(os.listdir(f"/proc/{server._child.pid}/fd"))


def pass_time(seconds: float, check: Callable[[], None] = lambda: None) -> None:
    """Where time itself is what is tested: `check` holds all the while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        threading.Event().wait(0.2)


def resumes(request: Request) -> bool:
    return request.query.get("resourceVersion", "") not in ("", "0")


def watching(proxy: Proxy, seconds: float = 10) -> None:
    """A context is live a moment before its watches are open."""
    wait_for("six watches", lambda: sum(proxy.open_watches().values()) == KINDS, seconds, detail=proxy.story)


def relisted(proxy: Proxy, since: float, kinds: int = KINDS) -> None:
    wait_for("a new list of every kind", lambda: len(proxy.count("list", since)) == kinds, detail=proxy.story)


# Watches that end.


@beside()
def test_an_expired_watch_is_listed_anew_in_silence(at: Place) -> None:
    """R-04: 410 in a watch. No row, port or context ever looks different."""
    with at.proxy() as proxy, at.serve(proxy) as server, revisions(server) as seen:
        for turn in range(3):
            watching(proxy)
            since = time.monotonic()
            assert proxy.expire() == KINDS
            relisted(proxy, since)
            seen_url(server, at, at.clusters[0], at.move(at.clusters[0], f"203.0.113.{20 + turn}"))
        always_live_and_open(seen, at)


@beside()
def test_watches_that_end_every_second(at: Place) -> None:
    """R-08: they go on where they were; nothing leaks, nothing is listed anew."""
    with at.proxy() as proxy:
        proxy.fault(Eof(1), verb="watch")
        with at.serve(proxy) as server, revisions(server) as seen:
            # Connections of the start are closed by now, those of the test are open.
            wait_for("some rounds", lambda: min(proxy.count("watch").values()) > 3, seconds=20)
            since, files = time.monotonic(), descriptors(server)
            most = [files]
            pass_time(20, lambda: most.append(descriptors(server)))
            took = time.monotonic() - since
            asked = proxy.count("watch", since)
            measured("R-08 watches a second and kind", {k: round(n / took, 2) for k, n in asked.items()})
            measured("R-08 descriptors", (files, max(most), most[-1]))
            assert len(asked) == KINDS and max(asked.values()) <= 2.5 * took, asked
            assert not proxy.count("list", since), "no list is needed"
            assert most[-1] <= files + 2, f"descriptors grow: {most}"
            seen_url(server, at, at.clusters[0], at.move(at.clusters[0], "203.0.113.30"))
            always_live_and_open(seen, at)


@beside()
def test_watches_that_break_off_in_the_middle(at: Place) -> None:
    """A connection that ends within an event: fresh lists, with pauses."""
    with at.proxy() as proxy:
        proxy.fault(Eof(0.5, mid_chunk=True), verb="watch")
        with at.serve(proxy) as server:
            since = time.monotonic()
            pass_time(10)
            took = time.monotonic() - since
            asked = proxy.count(since=since)
            measured("broken watches: requests a second and kind", round(max(asked.values()) / took, 2))
            assert max(asked.values()) <= 2.5 * took, asked
            proxy.heal()
            is_live(server, seconds=5)
            seen_url(server, at, at.clusters[0], at.move(at.clusters[0], "203.0.113.31"), seconds=5)


@beside()
def test_watches_that_end_at_once(at: Place) -> None:
    """As behind a gateway that allows no long answers: no busy loop, and still live."""
    with at.proxy() as proxy:
        proxy.fault(Eof(0), verb="watch")
        with at.serve(proxy) as server, revisions(server) as seen:
            since = time.monotonic()
            pass_time(10)
            took = time.monotonic() - since
            asked = proxy.count(since=since).total()
            measured("watches that end at once: requests a second", round(asked / took, 1))
            assert asked <= 40 + 21 * took, f"a busy loop: {asked} requests in {took:.1f} s"
            proxy.heal()
            seen_url(server, at, at.clusters[0], at.move(at.clusters[0], "203.0.113.32"))
            always_live_and_open(seen, at)


# Lists and resumptions that are refused.


@beside(clusters=3)
def test_a_list_that_expires_between_pages(at: Place) -> None:
    """R-05: 410 for the second page, once a kind: everything is listed all the same."""
    with at.proxy() as proxy:
        rules = [
            proxy.fault(GONE, "list", resource, lambda r: "continue" in r.query, times=1)
            for resource in ("pods", "services")
        ]
        # Small pages, so that few objects are enough; the tokens are the API server's own. Services are
        # listed in all namespaces, where other tests have left theirs.
        rest = at.rig.api.get("/api/v1/services", limit="1")["metadata"].get("remainingItemCount", 0)
        proxy.fault(Query({"limit": str(1 + rest // 2)}), "list", "services")
        proxy.fault(Query({"limit": "1"}), "list", "pods")
        with at.serve(proxy) as server:
            assert sorted(clusters(server.overview(), at.namespace)) == sorted(at.clusters)
            for rule in rules:
                assert rule.seen > 1, f"was refused once, then passed: {proxy.story()}"


@beside(clusters=3)
def test_a_list_whose_second_page_always_expires(at: Place) -> None:
    """R-05 for ever: after two tries in one piece."""
    with at.proxy() as proxy:
        proxy.fault(GONE, "list", "pods", lambda r: "continue" in r.query)
        proxy.fault(Query({"limit": "1"}), "list", "pods", lambda r: "limit" in r.query)
        with at.serve(proxy, live=False) as server:
            is_live(server, seconds=10)
            assert sorted(clusters(server.overview(), at.namespace)) == sorted(at.clusters)
            measured("R-05 for ever: lists of pods", len(proxy.requests("list", "pods")))


@beside()
def test_a_server_that_is_gone(at: Place) -> None:
    """410 for everything, as from a gateway whose cluster was deleted: that is told."""
    with at.proxy() as proxy:
        proxy.fault(Status(410, "gone"))
        with at.serve(proxy, live=False) as server:
            told = wait_for_overview(server, "to be told", lambda o: context_state(o, "rig") == "unreachable")
            assert "410" in json.dumps(told["contexts"]), told["contexts"]
            proxy.heal()
            is_live(server, seconds=5)


@beside()
def test_a_resource_version_that_is_too_large_for_ever(at: Place) -> None:
    """R-06: no watch can be resumed, lists pass: the view follows by lists, at a bounded rate."""
    with at.proxy() as proxy:
        proxy.fault(TOO_LARGE, "watch", when=resumes)
        with at.serve(proxy) as server, revisions(server) as seen:
            since = time.monotonic()
            worst = 0.0
            for turn in range(4):
                begun = time.monotonic()
                url = at.move(at.clusters[0], f"203.0.113.{40 + turn}")
                seen_url(server, at, at.clusters[0], url, seconds=15)
                worst = max(worst, time.monotonic() - begun)
                pass_time(max(0.0, 5 - (time.monotonic() - begun)))
            took = time.monotonic() - since
            # A list of several pages counts once.
            begun_lists = [r for r in proxy.requests("list", since=since) if "continue" not in r.query]
            lists, watches = Counter(r.kind for r in begun_lists), proxy.count("watch", since)
            states = [r.state() for r in seen.all()]
            measured("R-06 lists a second and kind", {k: round(n / took, 2) for k, n in lists.items()})
            measured("R-06 slowest change, states", (round(worst, 1), states))
            assert max(lists.values()) <= 2 + 0.5 * took, f"{lists} in {took:.0f} s"
            assert max(watches.values()) <= 2 + 0.5 * took, f"{watches} in {took:.0f} s"
            always_live_and_open(seen, at)
            proxy.heal()
            watching(proxy, seconds=15)


@beside()
def test_an_api_server_that_throttles(at: Place) -> None:
    """R-09: 429 with Retry-After 5: few attempts, people are told, live soon after the end of it."""
    words = failure(429, "TooManyRequests", "too many requests, please try again later", retry_after=5)
    with at.proxy() as proxy:
        proxy.fault(Status(429, words, {"Retry-After": "5"}))
        with at.serve(proxy, live=False) as server:
            told = wait_for_overview(server, "to be told", lambda o: context_state(o, "rig") == "unreachable")
            assert "too many requests" in json.dumps(told["contexts"]), told["contexts"]
            since = time.monotonic()
            pass_time(15)
            asked = proxy.count(since=since)
            measured("R-09 attempts in 15 s", dict(asked))
            assert max(asked.values()) <= 4, f"Retry-After: 5, and in 15 s {asked}"
            proxy.heal()
            healed = time.monotonic()
            is_live(server, seconds=8)
            measured("R-09 live after", round(time.monotonic() - healed, 1))


@beside()
def test_a_gateway_that_throttles_in_plain_words(at: Place) -> None:
    """As the API server's own fairness does: text, and the delay in the header only."""
    with at.proxy() as proxy:
        proxy.fault(Status(429, "Too many requests, please try again later.\n", {"Retry-After": "1"}))
        with at.serve(proxy, live=False) as server:
            since = time.monotonic()
            pass_time(10)
            asked = proxy.count(since=since)
            measured("R-09 attempts in 10 s, text, Retry-After 1", dict(asked))
            assert max(asked.values()) <= 11, f"Retry-After: 1, and in 10 s {asked}"
            proxy.heal()
            is_live(server, seconds=8)


@beside()
def test_a_slow_server_and_a_slow_link(at: Place) -> None:
    """R-26: two seconds a call, 20 kB a second: pages come at once, the rest soon."""
    with at.proxy() as proxy:
        proxy.fault(Throttle(20_000), resource="pods")
        proxy.fault(Delay(2))
        with at.serve(proxy, live=False) as server:
            assert context_state(server.overview(timeout=1), "rig") == "connecting"
            assert server.get("/", timeout=2)[0] == 200
            begun = time.monotonic()
            is_live(server, seconds=20)
            measured("R-26 live after", round(time.monotonic() - begun, 1))
            seen_url(server, at, at.clusters[0], at.move(at.clusters[0], "203.0.113.50"))


# Objects and events that are not as they should be.


@beside(clusters=2)
def test_an_object_that_cannot_be_read(at: Place) -> None:
    """R-12: it is named, all others are shown; in lists and in watches, until it can be read again."""
    bad, good = at.clusters
    service = objects.lb_service(bad)
    broken = {service}

    def spoil(thing: dict) -> dict:
        if thing["metadata"]["name"] in broken and thing["metadata"].get("namespace") == at.namespace:
            return thing | {"spec": thing["spec"] | {"ports": "many"}}
        return thing

    def named(server: Server, what: str) -> None:
        overview = wait_for_overview(server, what, lambda o: findings(o, "unreadable_object"))
        (message,) = findings(overview, "unreadable_object")
        assert service in message, message
        assert context_state(overview, "rig") == "live"
        assert endpoints(overview, at.namespace, good)[PORT]["state"] == "open"
        assert PORT not in endpoints(overview, at.namespace, bad), "nothing is said of what cannot be read"

    def readable(server: Server, what: str) -> None:
        overview = wait_for_overview(server, what, lambda o: not findings(o, "unreadable_object"))
        assert endpoints(overview, at.namespace, bad)[PORT]["state"] == "open"

    with at.proxy() as proxy:
        proxy.fault(Rewrite(spoil), resource="services")
        with at.serve(proxy) as server:
            named(server, "the finding after a list")
            broken.clear()
            at.touch(bad, "1")
            readable(server, "no finding after a watch event")
            broken.add(service)
            at.touch(bad, "2")
            named(server, "the finding after a watch event")
            # Mended while nobody watched: only the next list tells.
            broken.clear()
            watching(proxy)
            since = time.monotonic()
            proxy.expire()
            relisted(proxy, since)
            readable(server, "no finding after the next list")


@beside(clusters=2)
def test_an_unreadable_object_that_is_deleted_meanwhile(at: Place) -> None:
    """R-12: what is not in the next list is complained of no more."""
    bad, _ = at.clusters
    service = objects.lb_service(bad)

    def spoil(thing: dict) -> dict:
        mine = thing["metadata"]["name"] == service and thing["metadata"]["namespace"] == at.namespace
        return thing | {"spec": 7} if mine else thing

    with at.proxy() as proxy:
        proxy.fault(Rewrite(spoil), resource="services", when=lambda r: r.verb in ("list", "watch"))
        with at.serve(proxy) as server:
            wait_for_overview(server, "the finding", lambda o: findings(o, "unreadable_object"))
            watching(proxy)
            # Between the end of the watch and the next list.
            proxy.heal()
            lists = proxy.fault(Reset(), verb="list")
            proxy.expire()
            wait_for("a list to fail", lambda: lists.seen > 0, detail=proxy.story)
            at.delete(bad)
            proxy.heal()
            wait_for_overview(
                server,
                "neither the cluster nor the finding",
                lambda o: not findings(o, "unreadable_object") and bad not in clusters(o, at.namespace),
            )


@beside(clusters=3)
def test_events_that_come_twice(at: Place) -> None:
    """R-14: the end is the same as that of one who comes later."""
    with at.proxy() as proxy:
        proxy.fault(Duplicate(), verb="watch")
        with at.serve(proxy) as server:
            first, second, third = at.clusters
            at.move(first, "203.0.113.60")
            at.touch(second, "1")
            at.delete(third)
            last = at.move(first, "203.0.113.61")
            seen_url(server, at, first, last)
            wait_for_overview(server, "the end of the third", lambda o: third not in clusters(o, at.namespace))
            later = at.skyports(at.rig.context()).list_json("--namespace", at.namespace)
            wait_for_overview(server, "the same clusters", lambda o: o["clusters"] == later["clusters"])


# Networks that fall silent.


@beside(clusters=2)
def test_a_network_that_falls_silent(at: Place) -> None:
    """R-03: stale in time, and what was deleted meanwhile is gone soon after it is back."""
    stays, goes = at.clusters
    with at.proxy() as proxy, at.serve(proxy) as server:
        before = endpoints(server.overview(), at.namespace, goes)[PORT]["urls"]
        proxy.cut()
        cut = time.monotonic()
        at.delete(goes)
        stale = wait_for_overview(server, "stale", lambda o: context_state(o, "rig") == "stale", seconds=90)
        took = time.monotonic() - cut
        measured("R-03 stale after", round(took, 1))
        for c in at.clusters:
            assert endpoints(stale, at.namespace, c)[PORT]["state"] == "unknown"
        assert endpoints(stale, at.namespace, goes)[PORT]["urls"] == before, "the last URLs stay"
        proxy.heal()
        healed = time.monotonic()
        after = wait_for_overview(
            server,
            "live, without what was deleted",
            lambda o: context_state(o, "rig") == "live" and goes not in clusters(o, at.namespace),
            seconds=60,
        )
        back = time.monotonic() - healed
        measured("R-03 fresh after healing", round(back, 1))
        assert endpoints(after, at.namespace, stays)[PORT]["state"] == "open"
        assert took <= NOTICED, f"stale only {took:.1f} s after the cut\n{proxy.story()}"
        assert back <= 5, f"fresh only {back:.1f} s after healing\n{proxy.story()}"


@beside()
def test_one_context_is_good_one_dead_one_silent(at: Place) -> None:
    """R-30: the good one is there at once and never disturbed."""
    with at.proxy() as silent, at.proxy() as good:
        silent.fault(Blackhole())
        contexts = (
            at.rig.context("silent", server=silent.url),
            at.rig.context("dead", server=f"https://127.0.0.1:{free_ports(1)[0]}"),
            at.rig.context("good", server=good.url),
        )
        skyports = at.skyports(*contexts)
        wide = ("--all-contexts", "--namespace", at.namespace)
        listed: list = []

        def list_all() -> None:
            begun = time.monotonic()
            listed.extend([skyports.run("list", "-o", "json", *wide, timeout=60), time.monotonic() - begun])

        beside_it = threading.Thread(target=list_all)
        with ExitStack() as stack:
            with starting():
                server = stack.enter_context(skyports.serve(*wide))
                begun = time.monotonic()
                is_live(server, "good")
                wait_for_overview(server, "its cluster", lambda o: at.clusters[0] in clusters(o, at.namespace))
                took = time.monotonic() - begun
            measured("R-30 the good one is live after", round(took, 2))
            assert took <= 3
            with revisions(server) as seen:
                beside_it.start()
                beside_it.join(timeout=60)
                wait_for_overview(
                    server,
                    "the others to be told unreachable",
                    lambda o: context_state(o, "dead") == context_state(o, "silent") == "unreachable",
                    seconds=30,
                )
                for revision in seen.all():
                    assert revision.state("good") == "live", revision.contexts["good"]
                    assert revision.endpoints(at.namespace, at.clusters[0])[PORT][0] == "open"
        done, seconds = listed
        measured("R-30 list --all-contexts ends after", round(seconds, 1))
        done.expect(0)
        assert "silent" in done.err and "dead" in done.err and "good" not in done.err, done.err
        overview = json.loads(done.out)
        assert cluster(overview, at.namespace, at.clusters[0])["context"] == "good"
        assert seconds <= 12


@beside()
def test_the_load_at_rest(at: Place) -> None:
    """With no changes: at most 2.5 requests a minute and kind, and no list."""
    with at.proxy() as proxy, at.serve(proxy) as server, revisions(server) as seen:
        watching(proxy)
        since = time.monotonic()
        pass_time(70)
        asked = proxy.count(since=since)
        measured("requests at rest in 70 s", dict(asked))
        assert not proxy.count("list", since), proxy.story()
        assert max(asked.values(), default=0) <= 2.5 * 70 / 60, proxy.story()
        always_live_and_open(seen, at)


def test_an_api_server_that_hangs(
    rig: Rig,
    started: dict[str, Future[None]],  # noqa: F811
    binary: str,
    tmp_path: Path,
) -> None:
    """R-02: stale in time, fresh soon after it goes on. The last: it concerns all."""
    namespace = rig.namespace("hangs")
    c = with_address(rig, namespace, "c0", [str(PORT)], "203.0.113.9")
    place = Place(rig, binary, tmp_path, namespace, [c])
    all_done(started)
    with place.proxy() as proxy, place.serve(proxy) as server:
        rig.control_plane.pause()
        try:
            paused = time.monotonic()
            wait_for_overview(server, "stale", lambda o: context_state(o, "rig") == "stale", seconds=90)
            took = time.monotonic() - paused
        finally:
            rig.control_plane.resume()
        resumed = time.monotonic()
        is_live(server, seconds=30)
        back = time.monotonic() - resumed
        measured("R-02 stale after, fresh after", (round(took, 1), round(back, 1)))
        seen_url(server, place, c, place.move(c, "203.0.113.90"))
        assert took <= NOTICED, f"stale only after {took:.1f} s\n{proxy.story()}"
        assert back <= 5, f"live only {back:.1f} s after it went on\n{proxy.story()}"


def measured(what: str, value: object) -> None:
    """Shown by `pytest -rA`, and when a test fails."""
    print(f"measured: {what}: {value}")
