"""What an administrator puts in the way of writes: admission policies and quotas, each until its
block ends. Returns when the API server goes by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rig.api import ApiError, namespaced
from rig.rig import Rig
from rig.wait import wait_for

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
NETWORKING = "networking.k8s.io/v1"


@contextmanager
def no_ingresses(rig: Rig, namespace: str, words: str) -> Iterator[None]:
    """A ValidatingAdmissionPolicy that refuses every write of an Ingress in the namespace."""
    name = f"no-ingresses-{namespace}"[:63].rstrip("-")
    rule = {
        "apiGroups": ["networking.k8s.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["ingresses"],
    }
    validation = {"expression": "false", "message": words}
    spec = {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [rule]}, "validations": [validation]}
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    binding = {"policyName": name, "validationActions": ["Deny"], "matchResources": here}
    policies, bindings = f"{ADMISSION}/validatingadmissionpolicies", f"{ADMISSION}/validatingadmissionpolicybindings"
    rig.api.post(policies, {"metadata": {"name": name}, "spec": spec})
    rig.api.post(bindings, {"metadata": {"name": name}, "spec": binding})
    backend = {"service": {"name": "probe", "port": {"number": 1}}}
    probe = {"metadata": {"name": "probe"}, "spec": {"defaultBackend": backend}}
    ingresses = namespaced(namespace, "ingresses", group=NETWORKING)
    wait_for("the policy", lambda: is_refused(rig, ingresses, probe), 30)
    try:
        yield
    finally:
        rig.api.delete(f"{bindings}/{name}")
        rig.api.delete(f"{policies}/{name}")
        wait_for("the end of the policy", lambda: not is_refused(rig, ingresses, probe), 30)


@contextmanager
def quota(rig: Rig, namespace: str, hard: dict[str, str]) -> Iterator[None]:
    """A ResourceQuota."""
    quotas = namespaced(namespace, "resourcequotas")
    rig.api.post(quotas, {"metadata": {"name": "few"}, "spec": {"hard": hard}})
    counted = lambda: rig.api.get(f"{quotas}/few").get("status", {}).get("used")  # noqa: E731
    wait_for("the quota to be counted", counted, 30)
    try:
        yield
    finally:
        rig.api.delete(f"{quotas}/few")
        probe = {"metadata": {"name": "probe"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 1}]}}
        services = namespaced(namespace, "services")
        wait_for("the end of the quota", lambda: not is_refused(rig, services, probe), 30)


def is_refused(rig: Rig, path: str, thing: dict) -> bool:
    """Whether the API server would refuse it, by a dry run."""
    try:
        rig.api.post(f"{path}?dryRun=All", thing)
        return False
    except ApiError as error:
        if error.status in (403, 422):
            return True
        raise
