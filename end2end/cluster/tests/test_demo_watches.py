"""The demo's API says what a real API server says: watches, and what goes by itself.

Every test asks both the same of the same objects. Where they differ, the demo is wrong.
"""

from __future__ import annotations

import json
import time
import urllib.request

import pytest

from contract import Pair, Side, collection, condition, config, event, every_kind, names, path_of, service, thing, types
from rig.rig import Rig
from rig.wait import wait_for

# Watches


def test_a_watch_tells_what_happened_since(both: Pair, rig: Rig, namespace: str) -> None:
    a, b = service("a", namespace, test=namespace), service("b", namespace, test=namespace)
    both.create(a)
    since = {side.name: side.versions[-1] for side in both.sides}
    both.create(b)
    both.change(a, labels={"test": namespace, "more": "yes"})
    # Nothing: it is so already.
    both.change(a, labels={"test": namespace, "more": "yes"})
    both.change(a, status={"conditions": [condition()]})
    both.remove(b)
    elsewhere = service("c", rig.namespace(f"{namespace}-x"), test=namespace)
    both.create(elsewhere)

    test = namespace

    def seen(side: Side, namespace: str | None = namespace, **query: str) -> list[dict]:
        query = {"resourceVersion": since[side.name], "labelSelector": f"test={test}"} | query
        return side.watch(collection("Service", namespace), **query)

    assert types(both.same(seen)) == ["ADDED", "MODIFIED", "MODIFIED", "DELETED"]
    assert types(both.same(lambda side: seen(side, None))) == ["ADDED", "MODIFIED", "MODIFIED", "DELETED", "ADDED"]
    # Nothing of a kind that nothing happened to.
    quiet = {"labelSelector": f"test={namespace}"}
    path = collection("Secret", namespace)
    assert both.same(lambda side: side.watch(path, resourceVersion=since[side.name], **quiet)) == []
    assert both.same(lambda side: side.watch(path, resourceVersion="99999999999", **quiet)) == []


@pytest.mark.parametrize("version", [{}, {"resourceVersion": ""}, {"resourceVersion": "0"}])
def test_a_watch_from_nowhere_begins_with_what_is_there(both: Pair, namespace: str, version: dict) -> None:
    for name in "ba":
        both.create(service(name, namespace))
    events = both.same(lambda side: side.watch(collection("Service", namespace), **version))
    assert [(e["type"], e["object"]["metadata"]["name"]) for e in events] == [("ADDED", "a"), ("ADDED", "b")]


def test_a_watch_tells_what_happens(both: Pair, namespace: str) -> None:
    both.create(service("a", namespace))
    path = collection("Service", namespace)
    open_ = {side.name: side.watching(path, 2, resourceVersion=side.versions[-1]) for side in both.sides}
    both.create(service("b", namespace))
    both.remove(service("b", namespace))
    assert types(both.same(lambda side: open_[side.name].finish())) == ["ADDED", "DELETED"]


def test_what_leaves_a_selection_is_deleted_and_what_enters_is_added(both: Pair, namespace: str) -> None:
    a = service("a", namespace, app="a")
    both.create(a)
    since = {side.name: side.versions[-1] for side in both.sides}
    for labels in ({"app": "b"}, {"app": "c"}, {"app": "a"}, {"app": "a", "more": "x"}, {"app": "b"}):
        both.change(a, labels=labels)
    both.remove(a)

    def seen(side: Side, **query: str) -> list[dict]:
        return side.watch(collection("Service", namespace), resourceVersion=since[side.name], **query)

    assert types(both.same(lambda side: seen(side, labelSelector="app=a"))) == [
        "DELETED", "ADDED", "MODIFIED", "DELETED",
    ]  # fmt: skip
    assert types(both.same(lambda side: seen(side, labelSelector="app in (b,c)"))) == [
        "ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED",
    ]  # fmt: skip
    assert both.same(lambda side: seen(side, labelSelector="app=z")) == []
    assert len(both.same(lambda side: seen(side, fieldSelector="metadata.name=a"))) == 6
    assert both.same(lambda side: seen(side, fieldSelector="metadata.name=b")) == []


def test_events_are_watched_by_what_they_are_about(both: Pair, namespace: str) -> None:
    both.create(event("first", namespace))
    since = {side.name: side.versions[-1] for side in both.sides}
    both.create(event("pod", namespace, kind="Pod"))
    both.create(event("service", namespace))
    both.remove(event("first", namespace))

    def seen(side: Side, kind: str) -> list[dict]:
        chosen = {"fieldSelector": f"involvedObject.kind={kind}", "resourceVersion": since[side.name]}
        return side.watch(collection("Event", namespace), **chosen)

    assert types(both.same(lambda side: seen(side, "Service"))) == ["ADDED", "DELETED"]
    assert types(both.same(lambda side: seen(side, "Pod"))) == ["ADDED"]


def test_a_watch_ends_in_time(both: Pair, namespace: str) -> None:
    for side in both.sides:
        begun = time.monotonic()
        assert side.watch(collection("Secret", namespace), seconds=2) == []
        assert 1.5 < time.monotonic() - begun < 4, side.name


# Bookmarks


def without_repetition(events: list[dict]) -> list[dict]:
    """A real server sends the last bookmark once or twice, as its clock ticks."""
    return [e for i, e in enumerate(events) if i == 0 or e["type"] != "BOOKMARK" or e != events[i - 1]]


def undisturbed(side: Side, events: list[dict]) -> list[dict]:
    """Others write to a real server, too: what a bookmark tells of that is left out."""
    told = []
    for event in events:
        of = event["object"].get("metadata", {})
        if event["type"] == "BOOKMARK" and int(of["resourceVersion"]) > int(side.versions[-1]):
            if "annotations" not in of:
                continue
            of["resourceVersion"] = side.versions[-1]
        told.append(event)
    return told


def test_bookmarks_of_every_kind_say_how_far_it_is(both: Pair, namespace: str) -> None:
    both.create(service("a", namespace))
    since = {side.name: side.versions[-1] for side in both.sides}
    # Of a kind that is not watched below: what is told first makes no bookmark.
    both.create(event("b", namespace))
    chosen = {"allowWatchBookmarks": "true", "labelSelector": f"none={namespace}"}

    def bookmarks(side: Side, kinds: list[str]) -> dict[str, list[dict]]:
        # After a list, a real server knows of each kind that nothing has happened since.
        assert all(side.ask(collection(kind), limit="1").status == 200 for kind in kinds)
        version = {"resourceVersion": since[side.name]}
        open_ = {kind: side.watching(collection(kind), 4, **version, **chosen) for kind in kinds}
        seen = {kind: watching.finish() for kind, watching in open_.items()}
        for event in [event for events in seen.values() for event in events]:
            assert int(event["object"]["metadata"].pop("resourceVersion")) > int(since[side.name])
        # Without their versions: two of them are told when somebody else wrote in between.
        return {kind: without_repetition(events) for kind, events in seen.items()}

    kinds = [it["kind"] for it in every_kind(namespace) if it["kind"] != "Event"]
    demo, real = bookmarks(both.demo, kinds), bookmarks(both.real, kinds)
    assert all(types(events) == ["BOOKMARK"] for events in demo.values()), demo
    assert demo == real


def test_a_bookmark_repeats_no_version_that_was_asked_for_or_told_first(both: Pair, namespace: str) -> None:
    both.create(service("a", namespace))
    since = {side.name: side.versions[-1] for side in both.sides}
    both.create(service("b", namespace))
    path, chosen = collection("Service", namespace), {"allowWatchBookmarks": "true"}
    for version, expected in ((lambda side: side.versions[-1], []), (lambda side: since[side.name], ["ADDED"])):
        events = both.same(lambda side: undisturbed(side, side.watch(path, 4, resourceVersion=version(side), **chosen)))
        assert types(events) == expected


def test_events_have_no_bookmarks_of_their_own(both: Pair, namespace: str) -> None:
    """They are not in a real server's memory, and etcd sends none so soon."""
    both.create(event("a", namespace))
    since = {side.name: side.versions[-1] for side in both.sides}
    both.create(event("b", namespace))
    path, chosen = collection("Event", namespace), {"allowWatchBookmarks": "true"}
    events = both.same(lambda side: side.watch(path, 4, resourceVersion=since[side.name], **chosen))
    assert types(events) == ["ADDED"]


@pytest.mark.parametrize("kind", ["Service", "Event", "Secret"])
@pytest.mark.parametrize(
    "query",
    [{}, {"resourceVersion": "0"}, {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}],
    ids=["unset", "any", "asked"],
)
def test_a_bookmark_ends_what_is_there_at_the_start(both: Pair, namespace: str, kind: str, query: dict) -> None:
    made = {"Service": service, "Event": event, "Secret": lambda name, space: thing("Secret", name, space)}[kind]
    both.create(made("a", namespace))
    path = collection(kind, namespace)
    chosen = {"allowWatchBookmarks": "true", **query}
    events = both.same(lambda side: undisturbed(side, without_repetition(side.watch(path, **chosen)))[:2])
    assert types(events) == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    # Without leave, no bookmarks.
    if "sendInitialEvents" not in query:
        assert types(both.same(lambda side: side.watch(path, **query))) == ["ADDED"]


# What is forgotten


def test_what_is_forgotten_is_gone(both: Pair, rig: Rig, namespace: str) -> None:
    path = collection("ConfigMap", namespace)
    made = [config(name, namespace, test="x") for name in ("a", "b", "c")]
    for each in made:
        both.create(each)
    page = {side.name: side.ask(path, limit="1", labelSelector="test").body["metadata"] for side in both.sides}
    # The demo forgets by number, etcd when it is told to and the API server has none of it in memory.
    for number in range(70):
        both.change(made[2], data={"n": str(number)})
    rig.control_plane.stop_apiserver()
    compact(rig, int(both.real.versions[-1]))
    rig.control_plane.start_apiserver()

    def watched(side: Side) -> list[dict]:
        return side.watch(path, resourceVersion=page[side.name]["resourceVersion"])

    events = both.same(watched)
    assert types(events) == ["ERROR"] and events[0]["object"]["code"] == 410

    def following(side: Side, token: str):
        return side.ask(path, labelSelector="test", **{"continue": token})

    expired = both.same(lambda side: following(side, page[side.name]["continue"]))
    assert expired["status"] == 410 and expired["body"]["reason"] == "Expired"
    # With the token of the refusal one goes on with what is there now.
    fresh = {s.name: following(s, page[s.name]["continue"]).body["metadata"]["continue"] for s in both.sides}
    rest = both.same(lambda side: following(side, fresh[side.name]).body["items"])
    assert [item["metadata"]["name"] for item in rest] == ["b", "c"]
    old = {"resourceVersionMatch": "Exact"}
    exact = both.same(lambda side: side.ask(path, resourceVersion=page[side.name]["resourceVersion"], **old))
    assert exact["status"] == 410


def compact(rig: Rig, revision: int) -> None:
    """Tells etcd to forget what was before."""
    url = f"{rig.control_plane.etcd_url}/v3/kv/compaction"
    body = json.dumps({"revision": str(revision), "physical": True}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:
        assert answer.status == 200


# What goes with others


def test_what_is_owned_goes_with_its_last_owner(both: Pair, namespace: str) -> None:
    first, second = config("first", namespace), config("second", namespace)
    owners = [both.create(first), both.create(second)]
    owned, alone = service("owned", namespace), service("alone", namespace)
    both.create(owned, owners)
    both.create(alone, owners[1:])
    both.remove(first)
    path = collection("Service", namespace)

    def are_gone(*gone: dict) -> bool:
        return all(side.ask(path_of(it)).status == 404 for side in both.sides for it in gone)

    both.remove(second)
    wait_for("the end of what was owned", lambda: are_gone(owned, alone), seconds=30)
    assert names(both.same(lambda side: side.ask(path))) == []


def test_what_still_has_an_owner_stays(both: Pair, namespace: str) -> None:
    first, second = config("first", namespace), config("second", namespace)
    owners = [both.create(first), both.create(second)]
    both.create(service("shared", namespace), owners)
    both.create(service("single", namespace), owners[:1])
    both.remove(first)
    path = collection("Service", namespace)

    def left(side: Side) -> list[str]:
        return [item["metadata"]["name"] for item in side.ask(path).body["items"]]

    # The end of the one shows that the other has been looked at.
    wait_for("the end of what has no owner", lambda: all(left(s) == ["shared"] for s in both.sides), seconds=30)


