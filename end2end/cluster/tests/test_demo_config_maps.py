"""The demo's API keeps ConfigMaps, in which guest links are, as a real API server does."""

from __future__ import annotations

import pytest

from contract import Pair, thing
from writes import MERGE_PATCH, Writes


@pytest.fixture
def writes(both: Pair, namespace: str) -> Writes:
    return Writes(both, namespace)


def links(namespace: str, **data: str) -> dict:
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "c-head", "uid": "0e0ec2e0-0000-4000-8000-000000000000"}
    made = thing("ConfigMap", "c-skyports-links", namespace)
    made["metadata"] |= {"labels": {"app.kubernetes.io/managed-by": "skyports"}, "ownerReferences": [owner]}
    return made | {"data": data}


def test_links_are_kept_added_and_taken_away(writes: Writes) -> None:
    made = writes.create(links(writes.namespace, a="{}"), fieldManager="skyports", fieldValidation="Strict", dryRun="All")
    assert made["status"] == 201 and made["body"]["data"] == {"a": "{}"}
    # Kept without an owner: on the real server the garbage collector looks for the pod.
    kept = links(writes.namespace, a="{}")
    del kept["metadata"]["ownerReferences"]
    assert writes.create(kept, fieldManager="skyports")["status"] == 201
    assert writes.create(kept)["status"] == 409
    patched = writes.patch("ConfigMap", "c-skyports-links", MERGE_PATCH, {"data": {"b": "1", "a": None}}, fieldManager="skyports")
    assert patched["body"]["data"] == {"b": "1"}
    wrong = {"metadata": {"uid": "0e0ec2e0-0000-4000-8000-000000000001"}, "data": {"c": "1"}}
    assert writes.patch("ConfigMap", "c-skyports-links", MERGE_PATCH, wrong)["status"] in (409, 422)
    emptied = writes.patch("ConfigMap", "c-skyports-links", MERGE_PATCH, {"data": {"b": None}})
    assert not emptied["body"].get("data")
    assert writes.patch("ConfigMap", "c-skyports-links", MERGE_PATCH, {"data": {"b": 1}})["status"] in (400, 422)
    writes.get("ConfigMap", "c-skyports-links")
