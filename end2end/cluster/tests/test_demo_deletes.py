"""The demo's API deletes as a real API server does, and tells it in watches.

Every test writes the same to both. Where they differ, the demo is wrong.
"""

from __future__ import annotations

from typing import Any

import pytest

from contract import Pair, Side, config, event, names, thing, types
from rig.wait import wait_for
from writes import MERGE_PATCH, Writes, balancer, ingress, port, route


@pytest.fixture
def writes(both: Pair, namespace: str) -> Writes:
    return Writes(both, namespace)


def options(**more: Any) -> dict:
    return {"kind": "DeleteOptions", "apiVersion": "v1", **more}


def make(writes: Writes, name: str = "a", **metadata: Any) -> dict:
    made = balancer(name, writes.namespace, [port(80)])
    made["metadata"] |= metadata
    assert writes.create(made)["status"] == 201
    return made


def test_what_is_deleted_is_told_as_it_was(writes: Writes) -> None:
    make(writes)
    assert writes.delete("Service", "a", dryRun="All")["status"] == 200
    assert writes.delete("Service", "a", options(dryRun=["All"]))["status"] == 200
    assert writes.get("Service", "a")["status"] == 200
    assert writes.delete("Service", "a")["status"] == 200
    assert writes.get("Service", "a")["status"] == 404
    assert writes.delete("Service", "a")["status"] == 404
    writes.create(ingress("a", writes.namespace, [route("/x")]))
    assert writes.delete("Ingress", "a", options(propagationPolicy="Background"))["body"]["kind"] == "Status"
    writes.create(event("a", writes.namespace))
    assert writes.delete("Event", "a")["body"]["kind"] == "Status"


def test_only_what_is_meant_is_deleted(writes: Writes) -> None:
    make(writes)
    for wrong in ({"uid": "x"}, {"resourceVersion": "1"}, {"uid": "x", "resourceVersion": "1"}):
        assert writes.delete("Service", "a", options(preconditions=wrong))["status"] == 409
        assert writes.delete("Service", "a", options(preconditions=wrong), dryRun="All")["status"] == 409

    def right(side: Side) -> dict:
        metadata = writes.now(side, "Service", "a")["metadata"]
        return options(preconditions={it: metadata[it] for it in ("uid", "resourceVersion")})

    assert writes.delete("Service", "a", right)["status"] == 200
    writes.create(ingress("a", writes.namespace, [route("/x")]))
    assert writes.delete("Ingress", "a", options(preconditions={"uid": "x"}))["status"] == 409


@pytest.mark.parametrize(
    "body, query",
    [
        (options(propagationPolicy="Foo"), {}),
        (options(propagationPolicy="Foreground", orphanDependents=True), {}),
        (options(dryRun=["Foo"]), {}),
        (None, {"dryRun": "Foo"}),
        ("{", {}),
    ],
    ids=str,
)
def test_options_that_refuse(writes: Writes, body: Any, query: dict) -> None:
    make(writes)
    assert writes.delete("Service", "a", body, **query)["status"] in (400, 422)


def test_a_finalizer_holds_an_object(writes: Writes) -> None:
    made = make(writes, finalizers=["a.b/c", "a.b/d"])
    writes.create(ingress("a", writes.namespace, [route("/x")]) | {"metadata": made["metadata"]})
    for kind in ("Service", "Ingress"):
        assert "deletionTimestamp" in writes.delete(kind, "a", options(dryRun=["All"]))["body"]["metadata"]
        assert "deletionTimestamp" not in writes.get(kind, "a")["body"]["metadata"]
        assert "deletionTimestamp" in writes.delete(kind, "a")["body"]["metadata"]
        writes.delete(kind, "a")
        writes.get(kind, "a")
    assert writes.create(made)["body"]["message"].startswith("object is being deleted")

    def finalizers(*names: str) -> Any:
        return writes.patch("Service", "a", MERGE_PATCH, {"metadata": {"finalizers": [*names]}}, fieldManager="x")

    assert finalizers("a.b/c", "new.one/x")["status"] == 422
    assert finalizers("a.b/c")["status"] == 200
    assert writes.replace(made | {"spec": made["spec"] | {"ports": [port(80), port(81)]}}, "a")["status"] == 422
    made["metadata"]["finalizers"] = ["a.b/c"]
    assert writes.replace(made | {"spec": made["spec"] | {"ports": [port(80), port(81)]}}, "a")["status"] == 200
    assert finalizers()["status"] == 200
    assert writes.get("Service", "a")["status"] == 404


def test_a_watch_tells_all_of_it(writes: Writes) -> None:
    make(writes, "first")
    since = {side.name: side.versions[-1] for side in writes.pair.sides}
    made = make(writes, finalizers=["a.b/c"])
    writes.replace(made | {"spec": made["spec"] | {"ports": [port(80), port(81)]}}, "a")
    writes.delete("Service", "a")
    writes.patch("Service", "a", MERGE_PATCH, {"metadata": {"finalizers": None}})
    writes.delete("Service", "first")
    path = writes.path("Service")

    def seen(side: Side) -> list:
        events = side.watch(path, resourceVersion=since[side.name])
        return [(it["type"], it["object"]["metadata"]["name"]) for it in events]

    told = writes.same(seen)
    assert types([{"type": it[0]} for it in told]) == ["ADDED", "MODIFIED", "MODIFIED", "DELETED", "DELETED"]


def test_all_that_is_selected(writes: Writes) -> None:
    for name in "ab":
        make(writes, name, labels={"skypilot-cluster-name": "c"})
    make(writes, "other")
    path, chosen = writes.path("Service"), {"labelSelector": "skypilot-cluster-name=c"}

    def ended(**query: str) -> list:
        return writes.same(lambda side: sorted(names(vars(side.ask(path, "DELETE", **chosen, **query)))))

    assert ended(dryRun="All") == ["a", "b"]
    assert ended() == ["a", "b"]
    assert names(writes.same(lambda side: side.ask(path))) == ["other"]


@pytest.mark.parametrize("policy", ["Background", "Foreground", "Orphan"])
def test_what_is_owned(writes: Writes, policy: str) -> None:
    """A Service that owns an Ingress; the Ingress goes after it, before it, or stays."""
    make(writes)
    owner = {side.name: writes.now(side, "Service", "a") for side in writes.pair.sides}
    owned = ingress("i", writes.namespace, [route("/x")])
    writes.send("POST", writes.path("Ingress"), lambda side: writes.pair._owned(owned, [owner], side))
    begun = writes.delete("Service", "a", options(propagationPolicy=policy))
    assert begun["status"] == 200
    both = writes.pair.sides

    def gone(kind: str, name: str) -> bool:
        return all(side.ask(writes.path(kind, name)).status == 404 for side in both)

    wait_for("the end of the owner", lambda: gone("Service", "a"), seconds=30)
    if policy == "Orphan":
        left = writes.get("Ingress", "i")
        assert "ownerReferences" not in left["body"]["metadata"]
    else:
        wait_for("the end of what it owned", lambda: gone("Ingress", "i"), seconds=30)


def test_a_finalizer_holds_what_goes_with_its_owner(writes: Writes) -> None:
    owner = writes.pair.create(config("owner", writes.namespace))
    held = balancer("a", writes.namespace, [port(80)])
    held["metadata"]["finalizers"] = ["a.b/c"]
    writes.send("POST", writes.path("Service"), lambda side: writes.pair._owned(held, [owner], side))
    writes.pair.remove(config("owner", writes.namespace))

    def is_ending() -> bool:
        return all("deletionTimestamp" in writes.now(side, "Service", "a")["metadata"] for side in writes.pair.sides)

    wait_for("the end of the owner to be seen", is_ending, seconds=30)
    writes.patch("Service", "a", MERGE_PATCH, {"metadata": {"finalizers": None}})
    assert writes.get("Service", "a")["status"] == 404


def test_what_names_an_owner_that_is_gone_goes(writes: Writes) -> None:
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "c-head", "uid": "0e0ec2e0-0000-4000-8000-000000000000"}
    make(writes, ownerReferences=[owner])

    def is_gone() -> bool:
        return all(side.ask(writes.path("Service", "a")).status == 404 for side in writes.pair.sides)

    wait_for("the end of what nobody owns", is_gone, seconds=30)


def test_a_pod_is_given_time(writes: Writes) -> None:
    """Its node ends it then: the real one's in milliseconds, so that only what is asked for is compared."""
    inside = {"containers": [{"name": "c", "image": "i"}], "serviceAccountName": "default"}
    placed = inside | {"nodeName": "nowhere", "terminationGracePeriodSeconds": 600}
    for name in "pe":
        writes.pair.create(thing("Pod", name, writes.namespace, spec=placed))

    def ended(name: str, body: Any = None, **query: str) -> Any:
        def asked(side: Side) -> Any:
            answer = side.ask(writes.path("Pod", name), "DELETE", body, **query)
            return answer.status, answer.body["kind"], answer.body["metadata"].get("deletionGracePeriodSeconds")

        return writes.same(asked)

    assert ended("p", options(dryRun=["All"])) == [200, "Pod", 600]
    assert ended("p", options(dryRun=["All"], gracePeriodSeconds=5)) == [200, "Pod", 5]
    assert ended("p", dryRun="All", gracePeriodSeconds="7") == [200, "Pod", 7]
    assert ended("p") == [200, "Pod", 600]
    assert ended("e", options(gracePeriodSeconds=0)) == [200, "Pod", 0]
    assert writes.get("Pod", "e")["status"] == 404
