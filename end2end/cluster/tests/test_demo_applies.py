"""The demo's API applies documents (server-side apply) as a real API server does.

Every test writes the same to both. Where they differ, the demo is wrong.
"""

from __future__ import annotations

from typing import Any

import pytest

from contract import GROUPS, Pair, thing
from writes import APPLY, JSON_PATCH, Writes, balancer, ingress, owned_ports, owners, port, route

SKY, OURS = "OpenAPI-Generator Update v1", "skyports Apply v1"


class Applies(Writes):
    def apply(self, document: dict, name: str = "a", by: str = "skyports", **query: str) -> Any:
        kind = document.get("kind", "Service")
        kind = kind if kind in ("Service", *GROUPS) else "Service"
        return self.patch(kind, name, APPLY, document, fieldManager=by, **query)

    def ports(self, *ports: dict, **spec: Any) -> dict:
        """A document that says nothing but ports."""
        return thing("Service", "a", self.namespace, spec={"ports": list(ports)} | spec)


@pytest.fixture
def writes(both: Pair, namespace: str) -> Applies:
    return Applies(both, namespace)


def test_what_is_not_there_is_made(writes: Applies) -> None:
    document = balancer("a", writes.namespace, [port(80)], loadBalancerSourceRanges=["10.0.0.0/8"])
    dry = writes.apply(document, dryRun="All")
    assert dry["status"] == 201 and owned_ports(dry, OURS) == {80}
    assert writes.get("Service", "a")["status"] == 404
    assert writes.apply(document)["status"] == 201
    assert writes.apply(document)["status"] == 200
    writes.get("Service", "a")
    made = ingress("i", writes.namespace, [route("/x")])
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "c-head", "uid": "0e0ec2e0-0000-4000-8000-000000000000"}
    made["metadata"] |= {"finalizers": ["a.b/c"], "ownerReferences": [owner]}
    assert writes.apply(made, "i", dryRun="All")["status"] == 201


def test_what_is_no_longer_said_goes(writes: Applies) -> None:
    whole = balancer("a", writes.namespace, [port(80), port(81)], loadBalancerSourceRanges=["10.0.0.0/8"])
    whole["metadata"]["annotations"] = {"x": "y", "z": "w"}
    writes.apply(whole)
    whole["spec"]["ports"] = [port(82), port(81)]
    del whole["metadata"]["annotations"]["x"]
    del whole["spec"]["loadBalancerSourceRanges"]
    answer = writes.apply(whole)
    assert [it["port"] for it in answer["body"]["spec"]["ports"]] == [82, 81]
    assert answer["body"]["metadata"]["annotations"] == {"z": "w"}
    assert "loadBalancerSourceRanges" not in answer["body"]["spec"]
    # What others have added stays.
    more = [{"op": "add", "path": "/spec/ports/-", "value": port(90)}]
    writes.patch("Service", "a", JSON_PATCH, more, fieldManager="OpenAPI-Generator")
    whole["spec"]["ports"] = [port(83)]
    answer = writes.apply(whole)
    assert {it["port"] for it in answer["body"]["spec"]["ports"]} == {83, 90}
    assert (owned_ports(answer, OURS), owned_ports(answer, SKY)) == ({83}, {90})
    # The last port of its own: refused, since none would be left.
    writes.replace(balancer("a", writes.namespace, [port(83)]), "a", fieldManager="x")
    assert writes.apply(writes.ports())["status"] == 422


def test_what_two_apply_belongs_to_both(writes: Applies) -> None:
    writes.apply(balancer("a", writes.namespace, [port(80), port(81)]))
    answer = writes.apply(writes.ports(port(80)), by="other")
    assert (owned_ports(answer, OURS), owned_ports(answer, "other Apply v1")) == ({80, 81}, {80})
    answer = writes.apply(balancer("a", writes.namespace, [port(81)]))
    assert [it["port"] for it in answer["body"]["spec"]["ports"]] == [80, 81]
    answer = writes.apply(writes.ports(), by="other")
    assert [it["port"] for it in answer["body"]["spec"]["ports"]] == [81]


def test_a_conflict_names_who_owns_the_field(writes: Applies) -> None:
    writes.create(balancer("a", writes.namespace, [port(80)]), fieldManager="OpenAPI-Generator")
    one = writes.ports(port(80, "other"))
    refused = writes.apply(one)
    assert refused["status"] == 409
    assert refused["body"]["message"].startswith('Apply failed with 1 conflict: conflict with "OpenAPI-Generator"')
    many = writes.ports(port(80, "other", targetPort=90), selector={"x": "y"}, type="ClusterIP")
    many["metadata"]["labels"] = {"parent": "me"}
    assert writes.apply(many)["status"] == 409
    assert writes.apply(many, dryRun="All")["status"] == 409
    dry = writes.apply(many, force="true", dryRun="All")
    assert dry["status"] == 200
    taken = writes.apply(many, force="true")
    assert taken["status"] == 200 and "f:selector" in owners(taken)[OURS] and "f:selector" not in owners(taken)[SKY]
    again = writes.apply(balancer("a", writes.namespace, [port(80)]), by="third")
    assert again["status"] == 409 and '"skyports"' in again["body"]["message"]
    # Whoever says the same is in no conflict.
    assert writes.apply(writes.ports({"port": 80, "name": "other"}), by="fourth")["status"] == 200


def test_conflicts_with_several(writes: Applies) -> None:
    writes.apply(balancer("a", writes.namespace, [port(80)]), by="b")
    writes.apply(writes.ports(port(81), sessionAffinity="ClientIP"), by="a")
    last = writes.ports(port(80, "x"), port(81, "y"), sessionAffinity="None", selector={"x": "y"})
    assert writes.apply(last)["status"] == 409


def test_what_was_there_before_anybody_applied(writes: Applies) -> None:
    writes.create(balancer("a", writes.namespace, [port(80)]))
    forget = [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]
    assert "owners" not in writes.patch("Service", "a", JSON_PATCH, forget)["body"]["metadata"]
    answer = writes.apply(writes.ports(port(81)))
    assert "before-first-apply Update v1" in owners(answer)


def test_rules_are_owned_whole(writes: Applies) -> None:
    writes.create(ingress("i", writes.namespace, [route("/x")]), fieldManager="OpenAPI-Generator")
    refused = writes.apply(ingress("i", writes.namespace, [route("/x"), route("/y")]), "i")
    assert refused["status"] == 409 and ".spec.rules" in refused["body"]["message"]
    taken = writes.apply(ingress("i", writes.namespace, [route("/y")]), "i", force="true")
    assert taken["status"] == 200 and taken["body"]["metadata"]["generation"] == 2
    assert "f:rules" in owners(taken)["skyports Apply networking.k8s.io/v1"]


@pytest.mark.parametrize(
    "change, status",
    [
        ({"kind": "Pod"}, 400),
        ({"apiVersion": "apps/v1"}, 400),
        ({"kind": None, "apiVersion": None}, 400),
        ({"metadata": {"name": "b"}}, 400),
        ({"metadata": {"namespace": "b"}}, 400),
        ({"metadata": {"managedFields": []}}, 400),
        ({"metadata": {"managedFields": [{"manager": "x"}]}}, 400),
        ({"metadata": {"resourceVersion": "1"}}, 409),
        ({"metadata": {"uid": "x"}}, 422),
        ({"metadata": None}, 400),
        ({"spec": {"unknown": 1}}, 500),
        ({"unknown": 1}, 500),
        ({"spec": {"ports": [port(80), port(80, "x")]}}, 500),
        ({"spec": {"ports": [port(0)]}}, 422),
        ({"spec": {"ports": [{"name": "x"}]}}, 422),
        ({"spec": {"ports": [port(81, "Bad_Name")]}}, 422),
        ({"spec": {"ports": [port(81), port(82, "port81")]}}, 422),
    ],
    ids=str,
)
@pytest.mark.parametrize("there", [True, False])
def test_documents_that_are_refused(writes: Applies, change: dict, status: int, there: bool) -> None:
    document = balancer("a", writes.namespace, [port(80)])
    if there:
        writes.apply(document)
    answer = writes.apply({k: v for k, v in (document | change).items() if v is not None})
    assert answer["status"] == status or not there


def test_who_applies_must_say_who(writes: Applies) -> None:
    document = balancer("a", writes.namespace, [port(80)])
    path = writes.path("Service", "a")
    assert writes.send("PATCH", path, document, APPLY)["status"] == 422
    assert writes.send("PATCH", path, document, APPLY, fieldManager="")["status"] == 422
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 80\n"
    assert writes.send("PATCH", path, text, APPLY, fieldManager="yaml")["status"] == 201
    nowhere = "/api/v1/namespaces/no-such-namespace/services/a"
    document["metadata"]["namespace"] = "no-such-namespace"
    assert writes.send("PATCH", nowhere, document, APPLY, fieldManager="x")["status"] == 404
