"""The chart on the real API server: it installs, its account sees what it must and nothing else, and it
leaves nothing behind.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from binary import Skyports
from deployed import Release, deployed, everything, refusal
from overview import cluster, endpoints
from rig import objects
from rig.api import namespaced
from rig.helm import DEPLOY, Helm
from rig.objects import RBAC
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import with_address

ADDRESS = "203.0.113.141"
ALL = {
    "guestLinks": {"enabled": True},
    "writeAsUser": {"enabled": True, "groups": ["oidc:ml-team"]},
    "ingress": {"enabled": True, "host": "ports.example.com", "className": "nginx"},
}


def test_it_installs_comes_up_and_leaves_nothing(rig: Rig, namespace: str, tmp_path: Path) -> None:
    places = [rig.namespace(f"{namespace}-{word}") for word in ("tools", "ml", "research")]
    before = wait_for("the first objects of the namespaces", lambda: first_objects(rig, places))
    values = ALL | {"namespaces": places[1:], "skypilot": {"lookup": False}}
    with deployed(rig, tmp_path, "skyports", places[0], values, "--wait", "--timeout", "60s"):
        deployment = rig.api.get(namespaced(places[0], "deployments", "skyports", "apps/v1"))
        assert deployment["status"]["readyReplicas"] == 2
        made = everything(rig, places) - before
        assert {f"{place}/rolebindings/{places[0]}-skyports-viewer" for place in places[1:]} <= made, made
        assert f"validatingadmissionpolicies/{places[0]}-skyports-services" in made
    wait_for("nothing to be left", lambda: everything(rig, places) <= before, 30, detail=lambda: str(everything(rig, places) - before))


def first_objects(rig: Rig, places: list[str]) -> set[str] | None:
    found = everything(rig, places)
    return found if {f"{place}/configmaps/kube-root-ca.crt" for place in places} <= found else None


def test_two_releases_stand_beside_each_other(rig: Rig, namespace: str, tmp_path: Path) -> None:
    one, other = f"{namespace}-one", f"{namespace}-other"
    with deployed(rig, tmp_path, "skyports", one, {}), deployed(rig, tmp_path, "skyports", other, {}):
        pass


def test_the_plain_manifests_are_valid(rig: Rig) -> None:
    text = (DEPLOY / "manifests" / "skyports.yaml").read_text()
    words = {"REGISTRY/": "registry.example.com/", "NAMESPACE-OF-THE-PROXY": "proxy"}
    for word, value in words.items():
        assert word in text
        text = text.replace(word, value)
    rig.namespace("skyports")
    command = ["kubectl", "--kubeconfig", str(rig.kubeconfig), "apply", "--server-side", "--validate=strict"]
    done = subprocess.run([*command, "--dry-run=server", "-f", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # `restricted` is what the namespace enforces: a pod that it does not like would be warned of.
    assert "Warning" not in done.stderr, done.stderr
    assert len(done.stdout.splitlines()) == len([d for d in yaml.safe_load_all(text) if d])


def test_its_pods_meet_the_strictest_standard(rig: Rig, namespace: str, tmp_path: Path) -> None:
    label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    rig.api.patch(f"/api/v1/namespaces/{namespace}", label)
    values = {"namespaces": ["ml", "research"], "rbac": {"create": False}}
    with deployed(rig, tmp_path, "skyports", namespace, values, "--wait", "--timeout", "60s"):
        pods = rig.api.get(namespaced(namespace, "pods"))["items"]
        assert len(pods) == 2 and all(pod["spec"]["automountServiceAccountToken"] for pod in pods)


def test_its_account_sees_every_namespace(rig: Rig, namespace: str, tmp_path: Path, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "everywhere", ["8888"], ADDRESS)
    objects.event(rig.api, namespace, "Service", objects.lb_service(c), "Synced", "words")
    with deployed(rig, tmp_path, "skyports", f"{namespace}-tools", {"guestLinks": {"enabled": True}}) as release:
        seen = skyports.list_json("--all-namespaces", kubeconfig=release.kubeconfig(tmp_path / "account"))
        assert [(it["state"], it["detail"]) for it in seen["contexts"]] == [("live", None)], seen["contexts"]
        assert endpoints(seen, namespace, c)[8888]["urls"] == [f"http://{ADDRESS}:8888/"]
        may_not(release, namespace)
        with skyports.serve("--read-only", "--all-namespaces", kubeconfig=tmp_path / "account") as server:
            wait_for("it to be ready, as the chart's probe asks", lambda: server.get("/readyz")[0] == 200)


def test_its_account_sees_its_namespaces_and_no_other(
    rig: Rig, namespace: str, tmp_path: Path, skyports: Skyports
) -> None:
    places = [rig.namespace(f"{namespace}-{word}") for word in ("ml", "research", "secret")]
    names = [with_address(rig, place, "here", ["8888"], ADDRESS) for place in places]
    values = {"namespaces": places[:2]}
    with deployed(rig, tmp_path, "skyports", f"{namespace}-tools", values) as release:
        # The kubeconfig of the pods, but for where the API server and the token are.
        kept = rig.api.get(namespaced(release.namespace, "configmaps", "skyports-contexts"))["data"]["kubeconfig"]
        (tmp_path / "token").write_text(release.token())
        inside = "/var/run/secrets/kubernetes.io/serviceaccount"
        for word, value in {
            "https://kubernetes.default.svc": rig.control_plane.server,
            f"{inside}/ca.crt": str(rig.control_plane.ca_file),
            f"{inside}/token": str(tmp_path / "token"),
        }.items():
            assert kept.count(word) == 1
            kept = kept.replace(word, value)
        (tmp_path / "account").write_text(kept)
        seen = skyports.list_json("--all-contexts", kubeconfig=tmp_path / "account")
        assert {it["name"]: it["state"] for it in seen["contexts"]} == dict.fromkeys(places[:2], "live"), seen["contexts"]
        for place, c in zip(places[:2], names):
            assert cluster(seen, place, c)["context"] == place
            assert endpoints(seen, place, c)[8888]["urls"] == [f"http://{ADDRESS}:8888/"]
        assert places[2] not in str(seen)
        # The same by its own account and one namespace, as with one in the list.
        one = skyports.list_json("--namespace", places[0], kubeconfig=release.kubeconfig(tmp_path / "one"))
        assert [it["namespace"] for it in one["clusters"]] == [places[0]]
        may_not(release, places[0])
        assert "cannot list" in refusal(lambda: release.api().get(namespaced(places[2], "pods")))


def may_not(release: Release, namespace: str) -> None:
    """What no viewer does, though it is its token."""
    api = release.api()
    service = {"metadata": {"name": "x"}, "spec": {"ports": [{"port": 80}]}}
    for write in (
        lambda: api.get(namespaced(namespace, "secrets")),
        lambda: api.post(namespaced(namespace, "services"), service),
        lambda: api.patch(namespaced(namespace, "configmaps", "kube-root-ca.crt"), {"data": {"x": "y"}}),
        lambda: api.get(f"{RBAC}/clusterroles"),
        lambda: release.api(user="admin").get(namespaced(namespace, "pods")),
    ):
        assert "cannot" in refusal(write)
    review = {"spec": {"user": "somebody", "resourceAttributes": {"verb": "list", "resource": "pods"}}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    answer = api.post(path, {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", **review})
    assert answer["status"]["allowed"] is False, answer


def test_a_host_where_apps_are_is_found_and_refused(rig: Rig, namespace: str, tmp_path: Path) -> None:
    helm, networking = Helm(tmp_path, rig.kubeconfig), "networking.k8s.io/v1"
    backend = {"service": {"name": "x", "port": {"number": 80}}}

    def ingress(name: str, host: str, path: str) -> None:
        paths = [{"path": path, "pathType": "ImplementationSpecific", "backend": backend}]
        spec = {"rules": [{"host": host, "http": {"paths": paths}}, {"host": f"x.{host}"}]}
        rig.api.post(namespaced(namespace, "ingresses", group=networking), {"metadata": {"name": name}, "spec": spec})

    ingress("apps", "apps.example.com", "/skypilot/ml/train-2ea4/8888(/|$)(.*)")
    ingress("other", "ports.example.com", "/other")
    told = helm.install("skyports", namespace, {"publicUrl": "https://Apps.Example.com"})
    assert f"the Ingress {namespace}/apps serves /skypilot/ml/train-2ea4/8888" in told.err, told.err
    assert "Give skyports a host name of its own" in told.err
    with deployed(rig, tmp_path, "skyports", namespace, {}):
        pass
    with deployed(
        rig, tmp_path, "skyports", namespace, {"publicUrl": "https://apps.example.com", "skypilot": {"lookup": False}}
    ):
        pass


def test_an_upgrade_narrows_what_it_may(rig: Rig, namespace: str, tmp_path: Path) -> None:
    with deployed(rig, tmp_path, "skyports", namespace, {}) as release:
        api = release.api()
        assert api.get("/api/v1/pods")["kind"] == "PodList"
        rig.namespace(f"{namespace}-ml")
        values = {"namespaces": [f"{namespace}-ml"]}
        chart = str(DEPLOY / "chart")
        release.helm.run("upgrade", "skyports", chart, "--namespace", namespace, values=values).expect_done()
        wait_for("the end of its rights", lambda: refusal(lambda: api.get("/api/v1/pods")), 10)
        assert api.get(namespaced(f"{namespace}-ml", "pods"))["kind"] == "PodList"
