"""The demo's API patches as a real API server does, and knows afterwards who owns what.

Every test writes the same to both. Where they differ, the demo is wrong.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from contract import Pair, Side
from writes import JSON_PATCH, MERGE_PATCH, STRATEGIC, Writes, balancer, ingress, owned_ports, owners, port, route

# To where a port is added.
APPEND = {"op": "add", "path": "/spec/ports/-"}
SKY, OURS = "OpenAPI-Generator Update v1", "skyports Update v1"


@pytest.fixture
def writes(both: Pair, namespace: str) -> Writes:
    writes = Writes(both, namespace)
    writes.create(balancer("a", namespace, [port(80)]), fieldManager="OpenAPI-Generator")
    return writes


def test_a_port_is_appended_and_belongs_to_who_did(writes: Writes) -> None:
    append = [APPEND | {"value": {"name": "port81", "port": 81}}]
    dry = writes.patch("Service", "a", JSON_PATCH, append, fieldManager="skyports", dryRun="All")
    assert owned_ports(dry, OURS) == {81}
    answer = writes.patch("Service", "a", JSON_PATCH, append, fieldManager="skyports")
    assert (owned_ports(answer, SKY), owned_ports(answer, OURS)) == ({80}, {81})
    assert [it["port"] for it in answer["body"]["spec"]["ports"]] == [80, 81]
    refused = writes.patch("Service", "a", JSON_PATCH, append, fieldManager="skyports")
    assert refused["status"] == 422 and "Duplicate value" in refused["body"]["message"]
    other = [APPEND | {"value": port(81, "other")}]
    assert writes.patch("Service", "a", JSON_PATCH, other)["status"] == 422
    writes.get("Service", "a")
    # SkyPilot writes it anew, and what others added is gone.
    replaced = writes.replace(balancer("a", writes.namespace, [port(80)]), "a", fieldManager="OpenAPI-Generator")
    assert OURS not in owners(replaced)


def test_many_append_at_once(writes: Writes) -> None:
    """Different ports are all there in the end, and one that all add is there once."""

    def appended(side: Side, numbers: list[int]) -> list[int]:
        def one(number: int) -> int:
            patch = [APPEND | {"value": port(number)}]
            return side.ask(writes.path("Service", "a"), "PATCH", patch, content_type=JSON_PATCH).status

        with ThreadPoolExecutor(len(numbers)) as threads:
            return sorted(threads.map(one, numbers))

    different, same = list(range(9000, 9020)), [9100] * 20
    assert writes.same(lambda side: appended(side, different)) == [200] * 20
    assert writes.same(lambda side: appended(side, same)) == [200] + [422] * 19

    def ports(side: Side) -> list[int]:
        found = [it["port"] for it in writes.now(side, "Service", "a")["spec"]["ports"]]
        return [found[0], *sorted(found[1:])]

    assert writes.same(ports) == [80, *different, 9100]


@pytest.mark.parametrize(
    "patch, status",
    [
        ([], 200),
        ([{"op": "test", "path": "/spec/ports/0/port", "value": 80}], 200),
        ([{"op": "test", "path": "/spec/ports/0/port", "value": 99}], 422),
        ([{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}], 422),
        ([{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}], 409),
        ([{"op": "remove", "path": "/spec/nothing"}], 422),
        ([{"op": "replace", "path": "/spec/nothing/x", "value": 1}], 422),
        ([APPEND | {"path": "/spec/ports/9", "value": port(81)}], 422),
        ([{"op": "foo", "path": "/spec"}], 422),
        ([{"op": "replace", "path": "/metadata/name", "value": "b"}], 400),
        ([{"op": "replace", "path": "/metadata/namespace", "value": "b"}], 400),
        ([{"op": "replace", "path": "/metadata/uid", "value": "b"}], 422),
        ([{"op": "replace", "path": "/spec/clusterIP", "value": "10.96.1.1"}], 422),
        ([{"op": "remove", "path": "/spec/clusterIP"}], 200),
        ([{"op": "remove", "path": "/spec/ports/0"}], 422),
        ([{"op": "add", "path": "/metadata/labels/x", "value": "y"}], 200),
        ([{"op": "add", "path": "/metadata/annotations", "value": {"x": "y"}}], 200),
        ([{"op": "remove", "path": "/metadata/labels"}], 200),
        ([{"op": "replace", "path": "/spec/type", "value": "ClusterIP"}], 200),
        ([{"op": "add", "path": "/spec/unknown", "value": 1}], 200),
        ({"op": "remove"}, 400),
        ("[", 400),
    ],
    ids=str,
)
def test_json_patches(writes: Writes, patch: object, status: int) -> None:
    assert writes.patch("Service", "a", JSON_PATCH, patch, fieldManager="x")["status"] == status


def test_what_was_read_is_tested_for(writes: Writes) -> None:
    """As a path is added to an Ingress that others write, too."""
    writes.create(ingress("i", writes.namespace, [route("/x")]), fieldManager="OpenAPI-Generator")
    before = {side.name: writes.now(side, "Ingress", "i") for side in writes.pair.sides}

    def patch(side) -> list:
        version = before[side.name]["metadata"]["resourceVersion"]
        return [
            {"op": "test", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/spec/rules/0/http/paths/-", "value": route("/y", "t", 81)},
        ]

    answer = writes.patch("Ingress", "i", JSON_PATCH, patch, fieldManager="skyports")
    assert answer["status"] == 200 and len(answer["body"]["spec"]["rules"][0]["http"]["paths"]) == 2
    assert "f:rules" in owners(answer)["skyports Update networking.k8s.io/v1"]
    assert writes.patch("Ingress", "i", JSON_PATCH, patch, fieldManager="skyports")["status"] == 422


def test_strategic_patches_of_ports(writes: Writes) -> None:
    def ports(patch: list, **more: object) -> list:
        answer = writes.patch("Service", "a", STRATEGIC, {"spec": {"ports": patch} | more}, fieldManager="skyports")
        return [it["port"] for it in answer["body"]["spec"]["ports"]]

    gone = {"$patch": "delete"}
    # What is new comes first.
    assert ports([port(90)]) == [90, 80]
    assert ports([port(82), port(81)], **{"$setElementOrder/ports": [{"port": it} for it in (80, 90, 82, 81)]}) == [
        80, 90, 82, 81,
    ]  # fmt: skip
    assert ports([{"port": 80} | gone]) == [90, 82, 81]
    assert ports([{"port": 80} | gone]) == [90, 82, 81]
    assert ports([{"port": 82, "name": "renamed"}, {"port": 90} | gone]) == [82, 81]
    assert ports([gone | {"$patch": "replace"}, port(70), port(71)]) == [70, 71]
    refused = {"spec": {"ports": [{"port": 70} | gone, {"port": 71} | gone]}}
    assert writes.patch("Service", "a", STRATEGIC, refused)["status"] == 422
    assert writes.patch("Service", "a", STRATEGIC, {"spec": {"ports": [{"name": "x"}]}})["status"] == 500
    assert owned_ports(writes.get("Service", "a"), OURS) == {70, 71}


@pytest.mark.parametrize("how", [STRATEGIC, MERGE_PATCH])
@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"metadata": {"labels": {"q": "r"}, "annotations": {"x": "y"}}},
        {"metadata": {"labels": None}},
        {"metadata": {"labels": {"parent": None}}},
        {"metadata": {"finalizers": ["a.b/c"]}},
        {"metadata": {"resourceVersion": "1"}},
        {"metadata": {"uid": "x"}},
        {"metadata": {"name": "b"}},
        {"spec": {"selector": {"x": "y"}}},
        {"spec": {"selector": {"x": "y", "a": None}}},
        {"spec": {"ports": [port(81)]}},
        {"spec": {"ports": []}},
        {"spec": {"ports": None}},
        {"spec": {"type": "NodePort", "sessionAffinity": "ClientIP"}},
        {"spec": {"loadBalancerSourceRanges": ["10.0.0.0/8"]}},
        {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}},
        {"unknown": 1},
        "{",
    ],
    ids=str,
)
def test_merge_patches(writes: Writes, how: str, patch: object) -> None:
    assert writes.patch("Service", "a", how, patch, fieldManager="x")["status"] in (200, 400, 409, 422)
    writes.get("Service", "a")


def test_what_a_patch_must_not_be(writes: Writes) -> None:
    assert writes.patch("Service", "a", "application/json", {})["status"] == 415
    assert writes.patch("Service", "a", JSON_PATCH, [], force="true")["status"] == 422
    assert writes.patch("Service", "a", JSON_PATCH, [], dryRun="Foo")["status"] == 422
    assert writes.patch("Service", "a", MERGE_PATCH, [])["status"] == 400
    assert writes.patch("Service", "none", JSON_PATCH, [])["status"] == 404
    assert writes.patch("Service", "none", MERGE_PATCH, {})["status"] == 404
    strict = {"fieldValidation": "Strict"}
    unknown = [{"op": "add", "path": "/spec/unknown", "value": 1}]
    assert writes.patch("Service", "a", JSON_PATCH, unknown, **strict)["status"] == 422
    for how in (MERGE_PATCH, STRATEGIC):
        assert writes.patch("Service", "a", how, {"spec": {"unknown": 1}}, **strict)["status"] == 422
        assert writes.patch("Service", "a", MERGE_PATCH, {"spec": {"ports": [{"port": "80"}]}})["status"] == 422


def test_who_is_said_to_own_what_owns_it(writes: Writes) -> None:
    """`managedFields` can be written, and an empty list forgets them all."""
    forgotten = writes.patch("Service", "a", MERGE_PATCH, {"metadata": {"managedFields": []}})
    assert "owners" not in forgotten["body"]["metadata"]
    append = [APPEND | {"value": port(81)}]
    assert "owners" not in writes.patch("Service", "a", JSON_PATCH, append, fieldManager="x")["body"]["metadata"]
