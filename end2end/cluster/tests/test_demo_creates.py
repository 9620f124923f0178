"""The demo's API creates and replaces as a real API server does.

Every test writes the same to both. Where they differ, the demo is wrong.
"""

from __future__ import annotations

import pytest

from contract import Pair, event, thing
from writes import Writes, balancer, ingress, owned_ports, port, route


@pytest.fixture
def writes(both: Pair, namespace: str) -> Writes:
    return Writes(both, namespace)


# What a server makes of it


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"type": "ClusterIP"},
        {"type": "NodePort"},
        {"type": "ClusterIP", "clusterIP": "None"},
        {"type": "ExternalName", "externalName": "example.com"},
        {"allocateLoadBalancerNodePorts": False},
        {"loadBalancerSourceRanges": ["10.0.0.0/8"], "externalTrafficPolicy": "Cluster"},
        {"sessionAffinity": "ClientIP", "publishNotReadyAddresses": True},
        {"selector": {}},
        {"selector": None, "ports": [{"port": 80}]},
        {"ports": [{"port": 80, "targetPort": "http", "appProtocol": "http"}]},
        {"ports": [port(80), port(81), port(82, protocol="UDP")]},
        {"unknown": 1},
    ],
)
def test_a_new_service_is_complete(writes: Writes, spec: dict) -> None:
    made = balancer("a", writes.namespace, [port(8888)], **spec)
    assert writes.create(made, dryRun="All", fieldManager="dry")["status"] == 201
    assert writes.get("Service", "a")["status"] == 404
    assert writes.create(made, fieldManager="skyports")["status"] == 201
    assert writes.get("Service", "a")["status"] == 200


def test_a_new_service_keeps_what_is_said_of_it(writes: Writes) -> None:
    made = balancer("a", writes.namespace, [port(8888)])
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "c-head", "uid": "0e0ec2e0-0000-4000-8000-000000000000"}
    made["metadata"] |= {
        "ownerReferences": [owner],
        "annotations": {"service.beta.kubernetes.io/coreweave-load-balancer-type": "public"},
        "finalizers": ["a.b/c"],
    }
    # Nobody but the server says this.
    made["metadata"] |= {"uid": "x", "creationTimestamp": "2020-01-01T00:00:00Z", "selfLink": "x"}
    made["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    # The garbage collector of the real server would be quick to find the owner gone.
    answer = writes.create(made, fieldManager="skyports", dryRun="All")
    assert answer["status"] == 201
    assert owned_ports(answer, "skyports Update v1") == {8888}


def test_a_name_can_be_taken_once(writes: Writes) -> None:
    for made in (balancer("a", writes.namespace, [port(80)]), ingress("a", writes.namespace, [route("/x")])):
        assert writes.create(made)["status"] == 201
        assert writes.create(made)["status"] == 409
        assert writes.create(made, dryRun="All")["status"] == 409


def test_ingresses_and_events(writes: Writes) -> None:
    paths = [route("/skypilot/ns/c/80(/|$)(.*)"), route("/y", kind="Prefix")]
    assert writes.create(ingress("a", writes.namespace, paths), fieldManager="skyports")["status"] == 201
    backend = {"service": {"name": "s", "port": {"number": 80}}}
    assert writes.create(thing("Ingress", "b", writes.namespace, spec={"defaultBackend": backend}))["status"] == 201
    told = event("e", writes.namespace, kind="Pod") | {"count": 1, "source": {"component": "skyports"}}
    told |= {"firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:00:00Z"}
    assert writes.create(told, fieldManager="skyports")["status"] == 201
    del told["metadata"]["name"]
    told["metadata"]["generateName"] = "c-head."
    assert writes.create(told)["status"] == 201
    new = event("n", writes.namespace, kind="Pod") | {"eventTime": "2026-01-01T00:00:00.123456Z", "action": "Open"}
    new |= {"reportingComponent": "skyports", "reportingInstance": "host"}
    assert writes.create(new)["status"] == 201


# What it refuses


@pytest.mark.parametrize(
    "spec",
    [
        {"ports": []},
        {"ports": [port(80), port(80, "other")]},
        {"ports": [port(80), port(81, "port80")]},
        {"ports": [{"port": 80}, {"port": 81}]},
        {"ports": [{"port": 0}]},
        {"ports": [{"port": 65536}]},
        {"ports": [{"port": -1}]},
        {"ports": [{}]},
        {"ports": [{"port": "80"}]},
        {"ports": [{"port": 80.5}]},
        {"ports": [{"port": 5000000000}]},
        {"ports": "many"},
        {"ports": [{"port": 80, "name": "Bad_Name"}]},
        {"ports": [{"port": 80, "name": "x" * 64}]},
        {"ports": [{"port": 80, "protocol": "FOO"}]},
        {"ports": [{"port": 80, "targetPort": "Bad_Name"}]},
        {"ports": [{"port": 80, "targetPort": "9" * 16}]},
        {"ports": [{"port": 80, "targetPort": -5}]},
        {"ports": [{"port": 80, "nodePort": 80}]},
        {"ports": [{"port": 80, "nodePort": 30333}], "type": "ClusterIP"},
        {"type": "Foo"},
        {"type": "ExternalName"},
        {"selector": {"a b": "c d"}},
        {"selector": {"a": "x" * 64}},
        {"selector": {"x" * 64: "a"}},
        {"selector": {"a/b/c": "a"}},
        {"selector": {"A_b/c": "a"}},
        {"selector": {"a": 1}},
        {"sessionAffinity": "Foo"},
        {"externalTrafficPolicy": "Foo"},
        {"externalTrafficPolicy": "Local", "type": "ClusterIP"},
        {"loadBalancerSourceRanges": ["10.0.0.0/8", "foo", "10.0.0.0/33"]},
        {"loadBalancerSourceRanges": ["10.0.0.0/8"], "type": "ClusterIP"},
        {"loadBalancerClass": "a", "type": "ClusterIP"},
        {"clusterIP": "foo"},
    ],
    ids=str,
)
def test_a_service_that_must_not_be(writes: Writes, spec: dict) -> None:
    refused = writes.create(balancer("a", writes.namespace, [port(80)], **spec))
    assert refused["status"] in (400, 422)
    assert writes.get("Service", "a")["status"] == 404


@pytest.mark.parametrize("name", ["A_b", "a.b", "-a", "x" * 64, "X" * 64, "1a"])
@pytest.mark.parametrize("make", [balancer, ingress])
def test_names(writes: Writes, make: object, name: str) -> None:
    inside = [port(80)] if make is balancer else [route("/x")]
    writes.create(make(name, writes.namespace, inside), dryRun="All")


@pytest.mark.parametrize(
    "spec",
    [
        {"rules": None},
        {"rules": [{"http": {"paths": []}}]},
        {"rules": [{"http": {"paths": [route("x")]}}]},
        {"rules": [{"http": {"paths": [route("/x", "Bad_Name", 0)]}}]},
        {"rules": [{"http": {"paths": [route("/x", number=70000)]}}]},
        {"rules": [{"http": {"paths": [route("/x", kind="Foo")]}}]},
        {"rules": [{"http": {"paths": [route("/x//y", kind="Prefix")]}}]},
        {"rules": [{"http": {"paths": [route("/x/..", kind="Exact")]}}]},
        {"rules": [{"http": {"paths": [{"path": "/x", "backend": route("/x")["backend"]}]}}]},
        {"rules": [{"http": {"paths": [{"path": "/x", "pathType": "Exact", "backend": {}}]}}]},
        {"rules": [{"host": "A_b"}]},
        {"ingressClassName": "Bad_Class"},
    ],
    ids=str,
)
def test_an_ingress_that_must_not_be(writes: Writes, spec: dict) -> None:
    assert writes.create(ingress("a", writes.namespace, [route("/x")], **spec))["status"] == 422


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"a b": "c"}},
        {"labels": {"a": "c d"}},
        {"labels": {"a": 1}},
        {"annotations": {"A b": "c"}},
        {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "x"}]},
        {"ownerReferences": [{"kind": "Pod", "name": "x", "uid": "y"}]},
        {"finalizers": ["x"]},
        {"resourceVersion": "7"},
        {"namespace": "other"},
    ],
    ids=str,
)
def test_metadata_that_must_not_be(writes: Writes, metadata: dict) -> None:
    made = balancer("a", writes.namespace, [port(80)])
    made["metadata"] |= metadata
    assert writes.create(made)["status"] in (400, 422, 500)


@pytest.mark.parametrize(
    "more",
    [
        {"involvedObject": {}},
        {"involvedObject": {"namespace": "other"}},
        {"firstTimestamp": "yesterday"},
        {"eventTime": "2026-01-01T00:00:00.123456Z"},
    ],
    ids=str,
)
def test_an_event_that_must_not_be(writes: Writes, more: dict) -> None:
    assert writes.create(event("e", writes.namespace) | more)["status"] in (400, 422)


@pytest.mark.parametrize(
    "query",
    [
        {"fieldValidation": "Strict"},
        {"fieldValidation": "Foo"},
        {"dryRun": "Foo"},
        {"fieldManager": "x" * 129},
        {"fieldManager": "a\tb"},
    ],
    ids=str,
)
def test_options_that_refuse(writes: Writes, query: dict) -> None:
    for made in (balancer("a", writes.namespace, [port(80, foo=1)]), ingress("a", writes.namespace, [], foo=1)):
        assert writes.create(made, **query)["status"] in (400, 422)


def test_bodies_that_are_no_objects(writes: Writes) -> None:
    path = writes.path("Service")
    for body in ('{"a":', "", {"apiVersion": "v1", "kind": "Pod"}, {"apiVersion": "v2", "kind": "Service"}):
        assert writes.send("POST", path, body)["status"] == 400
    assert writes.send("POST", path, "{}", "text/plain")["status"] == 415
    assert writes.send("POST", path, {"metadata": {"name": "x"}})["status"] == 422
    long = thing("Service", "x", writes.namespace) | {"long": "x" * (3 << 20)}
    assert writes.send("POST", path, long)["status"] == 413
    nowhere = balancer("a", "no-such-namespace", [port(80)])
    assert writes.send("POST", "/api/v1/namespaces/no-such-namespace/services", nowhere)["status"] == 404
    for path in (writes.path("Service", "a"), "/api/v1/services"):
        assert writes.send("POST", path, balancer("a", writes.namespace, [port(80)]))["status"] == 405


# Written anew


def test_a_service_is_replaced_as_skypilot_does(writes: Writes) -> None:
    made = balancer("a", writes.namespace, [port(80), port(81)])
    made["metadata"]["annotations"] = {"x": "y"}
    writes.create(made, fieldManager="OpenAPI-Generator")
    other = balancer("a", writes.namespace, [port(81), port(82)])
    assert writes.replace(other, "a", fieldManager="other", dryRun="All")["status"] == 200
    changed = writes.replace(other, "a", fieldManager="other")
    assert owned_ports(changed, "OpenAPI-Generator Update v1") == {81}
    assert owned_ports(changed, "other Update v1") == {82}
    # Nothing: it is so already.
    assert writes.replace(other, "a", fieldManager="third") == changed
    for kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        assert writes.replace(other | {"spec": other["spec"] | {"type": kind}}, "a")["status"] == 200
    elsewhere = balancer("a", writes.namespace, [port(80)], clusterIP="10.96.1.1")
    assert writes.replace(elsewhere, "a")["status"] == 422
    assert writes.replace(balancer("a", writes.namespace, [port(0)]), "a")["status"] == 422
    assert writes.replace(balancer("b", writes.namespace, [port(80)]), "a")["status"] == 400
    other["metadata"]["uid"] = "x"
    assert writes.replace(other, "a")["status"] == 409
    for metadata in ({}, {"labels": {"x": "y"}}):
        assert writes.replace(other | {"metadata": metadata}, "a")["status"] == 400


def test_who_writes_an_older_state_is_refused(writes: Writes) -> None:
    writes.create(balancer("a", writes.namespace, [port(80)]))
    writes.create(ingress("a", writes.namespace, [route("/x")]))
    for kind in ("Service", "Ingress"):
        before = {side.name: writes.now(side, kind, "a") for side in writes.pair.sides}
        for thing_ in before.values():
            thing_["metadata"]["labels"] = {"new": "yes"}
        assert writes.replace(lambda side: before[side.name], "a", kind, fieldManager="x")["status"] == 200
        for thing_ in before.values():
            thing_["metadata"]["labels"] = {"newer": "yes"}
        refused = writes.replace(lambda side: before[side.name], "a", kind, fieldManager="x")
        assert refused["status"] == 409 and refused["body"]["reason"] == "Conflict"
        for thing_ in before.values():
            thing_["metadata"]["resourceVersion"] = "abc"
        assert writes.replace(lambda side: before[side.name], "a", kind)["status"] == 500


def test_an_ingress_counts_its_generations(writes: Writes) -> None:
    made = ingress("a", writes.namespace, [route("/x")])
    writes.create(made, fieldManager="one")
    made["spec"]["rules"][0]["http"]["paths"].append(route("/y"))
    assert writes.replace(made, "a", "Ingress", fieldManager="two")["body"]["metadata"]["generation"] == 2
    made["metadata"]["annotations"] |= {"x": "y"}
    assert writes.replace(made, "a", "Ingress", fieldManager="two")["body"]["metadata"]["generation"] == 2


def test_what_is_not_there_is_made_of_some_kinds(writes: Writes) -> None:
    assert writes.replace(balancer("a", writes.namespace, [port(80)]), "a")["status"] == 201
    assert writes.replace(ingress("a", writes.namespace, [route("/x")]), "a", "Ingress")["status"] == 404
