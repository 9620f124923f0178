"""The demo's API says what a real API server says: lists, objects, refusals.

Every test asks both the same of the same objects. Where they differ, the demo is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from binary import Skyports
from contract import (
    CLUSTER_KINDS,
    GROUPS,
    Pair,
    Side,
    collection,
    config,
    event,
    every_kind,
    names,
    pair,
    path_of,
    service,
    thing,
)
from rig import kubeconfig, objects
from rig.rig import CONTEXT, Rig


# Lists


def test_a_list_has_their_order_and_their_shape(both: Pair, rig: Rig, namespace: str) -> None:
    # `-` comes before `/` in etcd's keys: the longer namespace is first.
    other = rig.namespace(f"{namespace}-x")
    for where, name in [(namespace, "b"), (namespace, "a-1"), (namespace, "a"), (other, "z")]:
        both.create(service(name, where, test=namespace))
    both.create(service("unlabelled", namespace))
    rig.namespace(f"{namespace}-elsewhere")
    everywhere = both.same(lambda side: side.ask("/api/v1/services", labelSelector=f"test={namespace}"))
    assert names(everywhere) == ["z", "a", "a-1", "b"]
    here = both.same(lambda side: side.ask(collection("Service", namespace)))
    assert names(here) == ["a", "a-1", "b", "unlabelled"]
    assert here["body"]["kind"] == "ServiceList" and "kind" not in here["body"]["items"][0]
    assert names(both.same(lambda side: side.ask(collection("Service", "no-such-namespace")))) == []
    chosen = {"fieldSelector": f"metadata.namespace={namespace}", "limit": "1", "labelSelector": "test"}
    assert names(both.same(lambda side: side.ask("/api/v1/services", **chosen))) == ["a"]


def test_pages_show_one_moment(both: Pair, namespace: str) -> None:
    path = collection("Secret", namespace)
    kept = [thing("Secret", name, namespace, {"odd": str(i % 2)}) for i, name in enumerate("abcde")]
    for each in kept:
        both.create(each)
    first = {side.name: side.ask(path, limit="2").body["metadata"] for side in both.sides}
    page = both.same(lambda side: side.ask(path, limit="2"))
    assert names(page) == ["a", "b"] and page["body"]["metadata"]["remainingItemCount"] == 3
    assert page["body"]["metadata"]["continue"]["start"] == "/b\0"
    both.remove(kept[2])
    both.create(thing("Secret", "cc", namespace))
    both.change(kept[3], labels={"changed": "yes"})

    def following(side: Side, **query: str):
        return side.ask(path, **{"continue": first[side.name]["continue"]}, **query)

    second = both.same(lambda side: following(side, limit="2"))
    assert names(second) == ["c", "d"] and second["body"]["metadata"]["remainingItemCount"] == 1
    assert names(both.same(following)) == ["c", "d", "e"]
    for side in both.sides:
        assert following(side).body["metadata"]["resourceVersion"] == first[side.name]["resourceVersion"]
    # Nobody counts what a selector leaves out.
    chosen = both.same(lambda side: side.ask(path, limit="1", labelSelector="odd=0"))
    assert "remainingItemCount" not in chosen["body"]["metadata"] and "continue" in chosen["body"]["metadata"]
    # Nor does anybody know then whether there is more.
    assert "continue" in both.same(lambda side: side.ask(path, limit="1", labelSelector="changed"))["body"]["metadata"]
    for query in ({"limit": "5"}, {"fieldSelector": "metadata.name=a"}, {"resourceVersion": "0"}):
        all_of_it = both.same(lambda side: side.ask(path, **{"limit": "1"} | query))
        assert "continue" not in all_of_it["body"]["metadata"]
    assert both.same(lambda side: following(side, resourceVersion="5"))["status"] == 400


def test_a_list_of_a_version(both: Pair, namespace: str) -> None:
    path = collection("ConfigMap", namespace)
    chosen = {"labelSelector": "test"}
    both.create(config("a", namespace, test="x"))
    then = {side.name: side.versions[-1] for side in both.sides}
    both.create(config("b", namespace, test="x"))

    def at(side: Side, **query: str):
        return side.ask(path, resourceVersion=then[side.name], **chosen, **query)

    assert names(both.same(at)) == ["a", "b"]
    assert names(both.same(lambda side: at(side, resourceVersionMatch="NotOlderThan"))) == ["a", "b"]
    assert names(both.same(lambda side: at(side, resourceVersionMatch="Exact"))) == ["a"]
    assert names(both.same(lambda side: at(side, limit="5"))) == ["a"]


@pytest.mark.parametrize(
    "selector, found",
    [
        ("app=a", "a"),
        ("app==a", "a"),
        ("app!=a", "bcd"),
        ("app", "abd"),
        ("!app", "c"),
        ("app in (a, b)", "ab"),
        ("app notin (a,b)", "cd"),
        ("app,n>1", "b"),
        ("n<3", "ab"),
        ("app=", "d"),
        ("app in (,a)", "ad"),
        ("app in (a),n", "a"),
        ("example.com/x=y", "c"),
        ("", "abcd"),
    ],
)
def test_label_selectors(both: Pair, labelled: str, selector: str, found: str) -> None:
    path = collection("Secret", labelled)
    assert names(both.same(lambda side: side.ask(path, labelSelector=selector))) == list(found)


@pytest.fixture(scope="module")
def labelled(rig: Rig, demo: tuple[dict, Callable[[dict], dict]]) -> str:
    both = pair(rig, *demo)
    namespace = rig.namespace("contract-labels")
    labels = {"a": {"app": "a", "n": "1"}, "b": {"app": "b", "n": "2"}, "c": {"example.com/x": "y"}, "d": {"app": ""}}
    for name, its in labels.items():
        both.create(thing("Secret", name, namespace, its))
    return namespace


@pytest.mark.parametrize(
    "selector, found",
    [
        ("involvedObject.kind=Service", ["normal", "warning"]),
        ("involvedObject.kind!=Service", ["pod"]),
        ("involvedObject.kind=Service,type=Warning", ["warning"]),
        ("type==Normal,reason=R", ["normal", "pod"]),
        ("metadata.name=pod", ["pod"]),
        ("involvedObject.name=x,involvedObject.apiVersion=v1", ["normal", "pod", "warning"]),
        ("source=", ["normal", "pod", "warning"]),
        ("reportingComponent=y", []),
    ],
)
def test_field_selectors(both: Pair, eventful: str, selector: str, found: list[str]) -> None:
    path = collection("Event", eventful)
    assert names(both.same(lambda side: side.ask(path, fieldSelector=selector))) == found


@pytest.fixture(scope="module")
def eventful(rig: Rig, demo: tuple[dict, Callable[[dict], dict]]) -> str:
    both = pair(rig, *demo)
    namespace = rig.namespace("contract-fields")
    for made in (
        event("normal", namespace),
        event("warning", namespace, type="Warning"),
        event("pod", namespace, kind="Pod"),
    ):
        both.create(made)
    return namespace


# One object


def test_one_object_of_every_kind(both: Pair, namespace: str) -> None:
    """What the server adds is the same: identity, version, moment, and a generation where there is one."""
    for made in every_kind(namespace):
        kept = both.create(made)
        shapes = [{k: k in kept[side]["metadata"] for k in ("uid", "generation")} for side in ("real", "demo")]
        assert shapes[0] == shapes[1], made["kind"]
        assert kept["real"]["metadata"].get("generation") == kept["demo"]["metadata"].get("generation"), made["kind"]
        for side in both.sides:
            answer = side.ask(path_of(made))
            assert answer.status == 200 and answer.content_type == "application/json"
            assert answer.body["metadata"]["uid"] == kept[side.name]["metadata"]["uid"]
            assert (answer.body["kind"], answer.body["apiVersion"]) == (made["kind"], GROUPS.get(made["kind"], "v1"))
        # What is not in the namespace would be in the way of others.
        if made["kind"] in CLUSTER_KINDS:
            both.remove(made)


def test_a_generation_counts_what_is_wanted(both: Pair, namespace: str) -> None:
    made = thing("Ingress", "i", namespace, spec={"ingressClassName": "a", "rules": [{"host": "a.example.com"}]})
    both.create(made)

    def generation() -> int:
        return both.same(lambda side: side.ask(path_of(made)))["body"]["metadata"]["generation"]

    assert generation() == 1
    both.change(made, labels={"a": "b"})
    both.change(made, status={"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}})
    assert generation() == 1
    both.change(made, spec={"ingressClassName": "b", "rules": [{"host": "a.example.com"}]})
    assert generation() == 2


# What is refused

REFUSED = [
    ("GET", "/api/v1/namespaces/default/pods/none", {}, 404),
    ("GET", "/apis/networking.k8s.io/v1/namespaces/default/ingresses/none", {}, 404),
    ("GET", "/api/v1/nodes/none", {}, 404),
    ("GET", "/api/v1/nonsense", {}, 404),
    ("GET", "/api/v2", {}, 404),
    ("GET", "/api/v1/pods/none", {}, 404),
    ("GET", "/api/v1/namespaces/default/nodes", {}, 404),
    ("GET", "/api/v1/namespaces/default/pods/none/nonsense", {}, 404),
    ("GET", "/apis/no.such.group/v1", {}, 404),
    ("GET", "/apis/no.such.group", {}, 404),
    ("GET", "/nonsense", {}, 404),
    ("PUT", "/api/v1/namespaces/default/services", {}, 405),
    ("POST", "/api/v1/namespaces/default/services/none", {}, 405),
    ("POST", "/version", {}, 405),
    ("GET", "/api/v1/pods", {"limit": "many"}, 400),
    ("GET", "/api/v1/pods", {"watch": "1", "timeoutSeconds": "long"}, 400),
    ("GET", "/api/v1/pods", {"resourceVersion": "new"}, 400),
    ("GET", "/api/v1/pods", {"watch": "1", "resourceVersion": "new"}, 500),
    ("GET", "/api/v1/pods", {"resourceVersion": "99999999999"}, 504),
    ("GET", "/api/v1/pods", {"resourceVersionMatch": "Exact"}, 422),
    ("GET", "/api/v1/pods", {"resourceVersionMatch": "Exact", "resourceVersion": "0"}, 422),
    ("GET", "/api/v1/pods", {"sendInitialEvents": "true"}, 422),
    ("GET", "/api/v1/pods", {"watch": "1", "sendInitialEvents": "true"}, 422),
    ("GET", "/api/v1/pods", {"watch": "1", "resourceVersionMatch": "Exact", "resourceVersion": "5"}, 422),
    ("GET", "/api/v1/pods", {"watch": "1", "resourceVersionMatch": "NotOlderThan", "resourceVersion": "5"}, 422),
    ("GET", "/api/v1/pods", {"watch": "1", "sendInitialEvents": "true", "resourceVersionMatch": "Exact"}, 422),
    ("GET", "/api/v1/pods", {"resourceVersionMatch": "Near", "resourceVersion": "5"}, 422),
    ("GET", "/api/v1/pods", {"resourceVersionMatch": "Exact", "continue": "x"}, 422),
]
BAD_LABELS = [
    "a b",
    "a in b",
    "a in (b",
    "a,",
    ",a",
    "(",
    "a=b c",
    "!a=b",
    "x/y/z",
    "A_/b",
    "_a",
    "a=-b",
    "a>b",
    "a in (b c)",
    "/a",
    "a/",
    "a=" + "b" * 64,
    "b" * 64,
    "a in",
    "!",
    "a==",
    "a=!b",
    "a=>b",
    "!!a",
    "a in (",
    "a in ((",
    "a!b",
    "a b=",
    "a/" + "b" * 64,
    "x" * 254 + "/a",
    "a=" + "-" * 64,
]
BAD_FIELDS = ["nope=1", "nope", "a<b", "=a", "metadata.name=a\\b", "metadata.name=a=b", "metadata.name=a\\"]


@pytest.mark.parametrize("method, path, query, status", REFUSED)
def test_what_cannot_be(both: Pair, method: str, path: str, query: dict[str, str], status: int) -> None:
    assert both.same(lambda side: side.ask(path, method, **query))["status"] == status


@pytest.mark.parametrize("selector", BAD_LABELS)
def test_label_selectors_that_cannot_be_read(both: Pair, selector: str) -> None:
    both.same(lambda side: side.ask("/api/v1/nodes", labelSelector=selector, limit="0", resourceVersion="0").status)
    both.same(lambda side: message(side.ask("/api/v1/nodes", labelSelector=selector)))


@pytest.mark.parametrize("selector", BAD_FIELDS)
@pytest.mark.parametrize("kind", ["Pod", "Event", "ConfigMap", "Node", "Namespace", "Ingress", "IngressClass"])
def test_field_selectors_that_cannot_be_read(both: Pair, kind: str, selector: str) -> None:
    answer = both.same(lambda side: side.ask(collection(kind), fieldSelector=selector))
    assert answer["status"] == 400, answer


def message(answer) -> str:
    return answer.body.get("message", "") if isinstance(answer.body, dict) else answer.body


def test_a_token_that_is_none(both: Pair) -> None:
    for token in ("zz", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiIvYVx1MDAwMCJ9"):
        answer = both.same(lambda side: side.ask("/api/v1/pods", **{"continue": token}).body | {"message": "…"})
        assert answer["code"] == 400, token


def test_who_is_not_known_is_refused(both: Pair) -> None:
    answer = both.same(lambda side: side.ask("/api/v1/pods", who=(side.server, "wrong")))
    assert answer["status"] == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/pods",
        "/api/v1/pods?watch=1",
        "/api/v1/namespaces/ml/pods",
        "/api/v1/namespaces/ml/pods/x",
        "/api/v1/namespaces/ml",
        "/api/v1/namespaces",
        "/apis/networking.k8s.io/v1/ingresses",
        "/apis/networking.k8s.io/v1/ingressclasses/nginx",
        "/api/v1/events?fieldSelector=involvedObject.kind%3DPod",
    ],
)
def test_who_may_not_is_told_so(both: Pair, path: str) -> None:
    assert both.same(lambda side: side.ask(path, who=side.refusing))["status"] == 403


# Discovery


def test_what_there_is_to_ask_for(both: Pair) -> None:
    for path in ("/healthz", "/readyz", "/livez", "/apis/apps", "/apis/networking.k8s.io", "/apis/discovery.k8s.io"):
        assert both.same(lambda side: side.ask(path))["status"] == 200
    both.same(lambda side: sorted(side.ask("/api").body))
    both.same(lambda side: side.ask("/api").body["versions"])
    both.same(lambda side: {k: side.ask("/version").body[k] for k in ("major", "minor")})
    groups = {side.name: {g["name"]: g for g in side.ask("/apis").body["groups"]} for side in both.sides}
    assert groups["demo"] and groups["demo"].items() <= groups["real"].items()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1",
        "/apis/apps/v1",
        "/apis/authorization.k8s.io/v1",
        "/apis/discovery.k8s.io/v1",
        "/apis/networking.k8s.io/v1",
    ],
)
def test_kinds_are_what_they_are(both: Pair, path: str) -> None:
    both.same(lambda side: {k: v for k, v in side.ask(path).body.items() if k != "resources"})
    kinds = {side.name: {r["name"]: r for r in side.ask(path).body["resources"]} for side in both.sides}
    assert kinds["demo"]
    for name, kind in kinds["demo"].items():
        real = kinds["real"][name]
        assert set(kind.pop("verbs")) <= set(real.pop("verbs"))
        # Groups of names for kubectl, and what only the storage knows.
        for own in ("storageVersionHash", "categories"):
            real.pop(own, None)
        assert kind == real


# Our own program


def test_our_own_program_says_the_same_of_both(both: Pair, rig: Rig, namespace: str, skyports: Skyports) -> None:
    objects.ingress_controller(rig.api, addresses=["203.0.113.80"])
    waiting = rig.oracle.provision("waits", namespace=namespace, ports=["9000"])["name_on_cloud"]
    rig.oracle.open_ports(waiting, ["9000"], namespace=namespace)
    said = ("Warning", "SyncLoadBalancerFailed")
    objects.event(rig.api, namespace, "Service", objects.lb_service(waiting), said[1], "no quota", type=said[0])
    reachable = rig.oracle.provision("opened", nodes=2, namespace=namespace, ports=["8888"])["name_on_cloud"]
    rig.oracle.open_ports(reachable, ["8888"], namespace=namespace)
    objects.patch_lb(rig.api, namespace, objects.lb_service(reachable), ["203.0.113.81"])
    routed = rig.oracle.provision("routed", namespace=namespace, ports=["7000"])["name_on_cloud"]
    rig.oracle.open_ports(routed, ["7000"], mode="ingress", namespace=namespace)
    for kind in ("Service", "Pod", "Ingress", "Event", "IngressClass"):
        for item in rig.api.get(collection(kind))["items"]:
            # What other tests left in the rig is not asked for.
            if item["metadata"].get("namespace", "ingress-nginx") in (namespace, "ingress-nginx"):
                both.copy({"apiVersion": GROUPS.get(kind, "v1"), "kind": kind} | item)

    def says(side: Side) -> dict:
        path = skyports.home / f"{side.name}.kubeconfig"
        ca = rig.control_plane.ca_file if side.tls else None
        context = kubeconfig.Context(CONTEXT, side.server, ca, "admin", side.token, namespace)
        document = skyports.list_json("--namespace", namespace, kubeconfig=kubeconfig.write(path, [context]))
        # The moment of the picture.
        assert document.pop("revision") and document.pop("as_of")
        return document

    document = both.same(says)
    assert {cluster["name_on_cloud"] for cluster in document["clusters"]} == {waiting, reachable, routed}
    text = json.dumps(document)
    assert "203.0.113.81" in text and "203.0.113.80" in text and "no quota" in text
