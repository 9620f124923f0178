"""Writing as somebody else, by the rights that the chart asks for, on the real API server: constrained to
Services and Ingresses, to the groups that are named, and to the shapes of the policies.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployed import OPENER, Release, deployed, refusal
from rig import objects
from rig.api import namespaced
from rig.objects import RBAC
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened
from victim import OURS, Victim

VALUES = {"writeAsUser": {"enabled": True, "groups": ["oidc:ml-team"]}}
REVIEW = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "spec": {"resourceAttributes": {"verb": "create", "resource": "services", "namespace": "as-user-ml"}},
}


@pytest.fixture(scope="module")
def release(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    hostile = {"metadata": {"name": "probe"}, "spec": {"ports": [{"port": 80}]}}
    there = namespaced(rig.namespace("as-user-ml"), "services") + f"?{OURS}&dryRun=All"
    refused = lambda: "denied request" in refusal(lambda: rig.api.post(there, hostile))  # noqa: E731
    with deployed(rig, tmp_path_factory.mktemp("as-user"), "skyports", "as-user-tools", VALUES) as release:
        wait_for("the policy", refused, 30)
        yield release
    # Until it is gone it holds for all that skyports writes, by whomever.
    wait_for("the end of the policy", lambda: not refused(), 30)


@pytest.fixture(scope="module")
def victim(rig: Rig, release: Release) -> Victim:
    """A cluster in a namespace where one group and one user may open ports."""
    objects.grant(rig.api, "oidc:ada", "as-user-ml", OPENER)
    binding = objects.binding("team", "Role", "x") | {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "rig-oidc:ada"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "oidc:ml-team"}],
    }
    rig.api.post(f"{RBAC}/namespaces/as-user-ml/rolebindings", binding)
    c = opened(rig, "as-user-ml", "train", ["8888"])
    return Victim(rig, release.api("oidc:ada"), "as-user-ml", c)


def as_user(victim: Victim, release: Release, user: str, group: str | None = None) -> Victim:
    return Victim(victim.rig, release.api(user, (group,) if group else ()), victim.namespace, victim.c)


def made(victim: Victim) -> dict:
    return victim.service(f"{victim.c}-skyports-9000")


def test_who_may_open_ports_does_it_as_themselves(release: Release, victim: Victim) -> None:
    victim.make_service(made(victim))
    victim.make_route(victim.route())
    path = victim.services(f"{victim.c}-skyports-9000")
    done = victim.api.patch(f"{path}?{OURS}", made(victim), "application/apply-patch+yaml")
    assert done["metadata"]["uid"]
    victim.api.delete(path)
    assert victim.api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", REVIEW)["status"]["allowed"]


def test_a_groups_right_counts_when_the_group_is_named(release: Release, victim: Victim) -> None:
    member = as_user(victim, release, "oidc:bob", "oidc:ml-team")
    member.make_service(made(victim))
    assert "cannot create" in refusal(lambda: as_user(victim, release, "oidc:bob").make_service(made(victim)))


def test_who_may_not_open_ports_does_not(release: Release, victim: Victim) -> None:
    told = refusal(lambda: as_user(victim, release, "oidc:eve").make_service(made(victim)))
    assert 'User "oidc:eve" cannot create resource "services"' in told, told
    answer = release.api("oidc:eve").post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", REVIEW)
    assert not answer["status"]["allowed"]


def test_nobody_is_in_a_group_that_was_not_named(release: Release, victim: Victim) -> None:
    for group in ("system:masters", "oidc:admins"):
        told = refusal(lambda: as_user(victim, release, "oidc:eve", group).make_service(made(victim)))
        assert "cannot impersonate" in told and group in told, told


def test_nothing_else_is_done_as_somebody(release: Release, victim: Victim) -> None:
    api, admin = release.api("oidc:ada"), release.api("admin")
    namespace = victim.namespace
    binding = objects.binding("x", "ClusterRole", "oidc:ada")
    for request in (
        lambda: api.get(namespaced(namespace, "services")),
        lambda: api.get(namespaced(namespace, "secrets")),
        lambda: admin.get(namespaced(namespace, "secrets")),
        lambda: admin.post(namespaced(namespace, "secrets"), {"metadata": {"name": "x"}}),
        lambda: admin.post(f"{RBAC}/clusterrolebindings", binding),
        lambda: admin.post(namespaced(namespace, "pods", f"{victim.c}-head") + "/exec?command=id", {}),
        lambda: admin.put(victim.services(objects.lb_service(victim.c)), {}),
        lambda: admin.patch(victim.services(objects.lb_service(victim.c)) + "/status", {}),
    ):
        told = refusal(request)
        assert "cannot impersonate" in told, told
    # Without anybody's name it may do nothing of it, either.
    assert "cannot create" in refusal(lambda: release.api().post(victim.services(), made(victim)))


def test_what_is_written_as_somebody_keeps_to_the_shapes(release: Release, victim: Victim) -> None:
    hostile = victim.service(f"{victim.c}-skyports-9000", {"externalIPs": ["203.0.113.9"]})
    told = refusal(lambda: victim.make_service(hostile))
    assert "ValidatingAdmissionPolicy 'as-user-tools-skyports-services'" in told, told
    told = refusal(lambda: victim.make_route(victim.route(path="/")))
    assert "ValidatingAdmissionPolicy 'as-user-tools-skyports-ingresses'" in told, told
    # The policy tells them by the field manager, which a deletion has not: there the user's rights are
    # the bound, and who runs skyports under that name on a laptop keeps to the shapes, too.
    victim.rig.api.post(victim.services(), {"metadata": {"name": "database"}, "spec": {"ports": [{"port": 5432}]}})
    assert refusal(lambda: victim.api.delete(victim.services("database"))) == ""
