"""The demo's API says who may do what as a real API server does, and refuses in its words.

Every test asks both the same. Where they differ, the demo is wrong.
"""

from __future__ import annotations

from typing import Any

import pytest

from contract import Pair, Side, thing
from writes import APPLY, JSON_PATCH, MERGE_PATCH, plain

GROUP = "/apis/authorization.k8s.io/v1"
ACCESS, RULES = f"{GROUP}/selfsubjectaccessreviews", f"{GROUP}/selfsubjectrulesreviews"


def review(both: Pair, spec: Any, refused: bool = False, path: str = ACCESS, **query: str) -> Any:
    def asked(side: Side) -> Any:
        who = side.refusing if refused else None
        return plain(side.ask(path, "POST", spec if isinstance(spec, str) else {"spec": spec}, who, **query))

    return both.same(asked)


@pytest.mark.parametrize(
    "attributes",
    [
        {"verb": "create", "resource": "services", "namespace": "default"},
        {"verb": "patch", "resource": "services", "namespace": "default", "name": "a"},
        {"verb": "delete", "resource": "ingresses", "group": "networking.k8s.io", "version": "v1"},
        {"verb": "list", "resource": "pods"},
        {"verb": "get", "resource": "namespaces", "name": "default"},
        {"verb": "get", "resource": "pods", "subresource": "log", "namespace": "default"},
        {"verb": "create", "resource": "widgets", "group": "example.com"},
        {"verb": "*", "resource": "*", "group": "*"},
        {},
    ],
    ids=str,
)
def test_whether_something_may_be_done(both: Pair, attributes: dict) -> None:
    spec = {"resourceAttributes": attributes}
    assert review(both, spec)["body"]["status"] == {"allowed": True}
    assert review(both, spec, fieldManager="skyports", dryRun="All")["status"] == 201
    assert review(both, spec, refused=True)["body"]["status"] == {"allowed": False}


def test_what_everybody_may(both: Pair) -> None:
    kind = {"verb": "create", "resource": "selfsubjectaccessreviews", "group": "authorization.k8s.io"}
    for spec in ({"resourceAttributes": kind}, {"nonResourceAttributes": {"verb": "get", "path": "/version"}}):

        def allowed(side: Side) -> bool:
            # Why, only a server with roles can say.
            return side.ask(ACCESS, "POST", {"spec": spec}, side.refusing).body["status"]["allowed"]

        assert both.same(allowed) is True


def test_reviews_of_nothing(both: Pair) -> None:
    assert review(both, {})["status"] == 422
    two = {"resourceAttributes": {"verb": "get"}, "nonResourceAttributes": {"path": "/"}}
    assert review(both, two)["status"] == 422
    assert review(both, "{")["status"] == 400
    assert review(both, '{"kind": "Pod", "apiVersion": "v1"}')["status"] == 400
    unknown = {"resourceAttributes": {"verb": "get", "unknown": 1}}
    assert review(both, unknown, fieldValidation="Strict")["status"] == 400
    assert review(both, {}, path=RULES)["status"] == 400
    assert both.same(lambda side: side.ask(ACCESS))["status"] == 405
    assert both.same(lambda side: side.ask(f"{ACCESS}/x"))["status"] == 404
    assert both.same(lambda side: side.ask(f"{GROUP}/nothing", "POST", {}))["status"] == 404
    assert both.same(lambda side: side.ask("/apis/authorization.k8s.io"))["status"] == 200


def test_all_that_may_be_done(both: Pair) -> None:
    """Of lists of rules only their meaning can be compared."""

    def rules(side: Side, refused: bool) -> list:
        who = side.refusing if refused else None
        answer = side.ask(RULES, "POST", {"spec": {"namespace": "default"}}, who)
        assert answer.status == 201 and answer.body["spec"] == {} and answer.body["metadata"] == {}
        assert answer.body["status"]["incomplete"] is False
        rules = answer.body["status"]["resourceRules"]
        return [rule for rule in rules if rule["apiGroups"] != ["authentication.k8s.io"]]

    everything = both.same(lambda side: sorted(rules(side, False), key=str))
    assert {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]} in everything
    assert len(both.same(lambda side: rules(side, True))) == 1


@pytest.mark.parametrize("kind", ["services", "ingresses", "events"])
def test_who_may_not_write_is_told_so(both: Pair, kind: str) -> None:
    root = "/apis/networking.k8s.io/v1" if kind == "ingresses" else "/api/v1"
    all_, one = f"{root}/namespaces/default/{kind}", f"{root}/namespaces/default/{kind}/none"
    body = thing("Service", "none", "default", spec={"ports": [{"port": 80}]})
    asked = [("POST", all_, "application/json"), ("PUT", one, "application/json"), ("DELETE", one, "application/json")]
    asked += [("PATCH", one, how) for how in (APPLY, JSON_PATCH, MERGE_PATCH)] + [("DELETE", all_, "application/json")]
    for method, path, how in asked:
        refused = both.same(lambda side: side.ask(path, method, body, side.refusing, how, fieldManager="x"))
        assert refused["status"] == 403, (method, path)
