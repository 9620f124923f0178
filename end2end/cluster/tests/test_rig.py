"""The rig itself: what the other tests stand on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rig import objects, users
from rig.api import Api, ApiError, Unreachable, namespaced
from rig.rig import Rig
from rig.wait import wait_for

CLUSTER_DIR = Path(__file__).resolve().parent.parent
PORTS = ["8888", "6006-6008"]
NUMBERS = [6006, 6007, 6008, 8888]


def test_the_server_is_the_version_that_was_built(rig: Rig) -> None:
    assert rig.api.get("/version")["gitVersion"] == "v1.36.3"


def test_skypilot_provisions_a_cluster_whose_pods_run(rig: Rig, namespace: str) -> None:
    made = rig.oracle.provision("train", nodes=2, namespace=namespace)
    c = made["name_on_cloud"]
    assert c == "train-2ea4c0de" and made["namespace"] == namespace
    pods = rig.api.get(namespaced(namespace, "pods"), labelSelector=f"skypilot-cluster-name={c}")["items"]
    assert {p["metadata"]["name"]: p["status"]["phase"] for p in pods} == {
        f"{c}-head": "Running",
        f"{c}-worker1": "Running",
    }
    head = pods[0]
    assert head["metadata"]["annotations"]["skypilot-cluster-name"] == "train"
    assert head["metadata"]["annotations"]["skypilot-user"] == "ada@example.com"
    assert len(json.dumps(head)) > 50_000, "a SkyPilot pod carries its start-up script"


def test_skypilot_opens_and_queries_a_load_balancer(rig: Rig, namespace: str) -> None:
    c = rig.oracle.provision("demo", namespace=namespace)["name_on_cloud"]
    rig.oracle.open_ports(c, PORTS, namespace=namespace)
    service = rig.api.get(namespaced(namespace, "services", objects.lb_service(c)))
    assert sorted(p["port"] for p in service["spec"]["ports"]) == NUMBERS
    assert rig.oracle.query_ports(c, PORTS, namespace=namespace) == {}
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), ["203.0.113.200"])
    assert rig.oracle.query_ports(c, PORTS, namespace=namespace) == {n: [f"203.0.113.200:{n}"] for n in NUMBERS}
    rig.oracle.cleanup_ports(c, PORTS, namespace=namespace)
    assert not rig.api.is_there(namespaced(namespace, "services", objects.lb_service(c)))


def test_skypilot_opens_and_queries_an_ingress(rig: Rig, namespace: str) -> None:
    """Every answer of the recorded fixture query_ports.yaml, again."""
    objects.ingress_controller(rig.api)
    c = rig.oracle.provision("demo", namespace=namespace)["name_on_cloud"]
    rig.oracle.open_ports(c, PORTS, mode="ingress", namespace=namespace)
    ingress = rig.api.get(namespaced(namespace, "ingresses", objects.ingress_name(c), objects.NETWORKING))
    paths = {p["path"] for p in ingress["spec"]["rules"][0]["http"]["paths"]}
    assert paths == {f"/skypilot/{namespace}/{c}/{n}(/|$)(.*)" for n in NUMBERS}

    def asked() -> list[str]:
        return rig.oracle.query_ports(c, ["8888"], mode="ingress", namespace=namespace)[8888]

    path = f"skypilot/{namespace}/{c}/8888"
    nodes = objects.ingress_controller(rig.api)
    assert asked() == [f"http://localhost:{nodes['http']}/{path}", f"https://localhost:{nodes['https']}/{path}"]
    by_annotation = {"skypilot.co/external-ip": "198.51.100.77"}
    nodes = objects.ingress_controller(rig.api, annotations=by_annotation)
    assert asked() == [f"http://198.51.100.77:{nodes['http']}/{path}", f"https://198.51.100.77:{nodes['https']}/{path}"]
    nodes = objects.ingress_controller(rig.api, annotations=by_annotation, external_ips=["198.51.100.88"])
    assert asked() == [f"http://198.51.100.88:{nodes['http']}/{path}", f"https://198.51.100.88:{nodes['https']}/{path}"]
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    assert asked() == [f"http://203.0.113.216/{path}", f"https://203.0.113.216/{path}"]


def test_skypilot_asks_for_a_gpu(rig: Rig, namespace: str) -> None:
    gpus = {"H100": 1}
    made = rig.oracle.provision("gpu", namespace=namespace, instance_type="4CPU--16GB--H100:1", accelerators=gpus)
    head = rig.api.get(namespaced(namespace, "pods", made["head"]))
    assert head["spec"]["containers"][0]["resources"]["requests"]["nvidia.com/gpu"] == "1"
    assert head["spec"]["nodeName"] == "fake-gpu-node-1"


def test_skypilot_takes_a_cluster_down(rig: Rig, namespace: str) -> None:
    c = rig.oracle.provision("gone", nodes=2, namespace=namespace)["name_on_cloud"]
    rig.oracle.open_ports(c, ["8888"], namespace=namespace)
    rig.oracle.terminate(c, ports=["8888"], namespace=namespace)

    def left() -> list[str]:
        items = [i for plural in ("pods", "services") for i in rig.api.get(namespaced(namespace, plural))["items"]]
        return [i["metadata"]["name"] for i in items]

    wait_for("the end of all pods and Services", lambda: not left(), detail=lambda: str(left()))


def test_a_pod_chooses_its_address_and_its_phase(rig: Rig, namespace: str) -> None:
    containers = [{"name": "app", "image": "example.invalid/app:test"}]
    for name, chosen in (("placed", {"rig/pod-ip": "10.244.200.7"}), ("waiting", {"rig/phase": "Pending"})):
        pod = {"metadata": {"name": name, "annotations": chosen}, "spec": {"containers": containers}}
        rig.api.post(namespaced(namespace, "pods"), pod)

    def status(name: str) -> dict:
        return rig.api.get(namespaced(namespace, "pods", name))["status"]

    wait_for("the address", lambda: status("placed").get("podIP") == "10.244.200.7")
    wait_for("the container's state", lambda: "containerStatuses" in status("waiting"))
    assert status("waiting")["phase"] == "Pending" and "podIP" not in status("waiting")


def test_users_may_do_what_their_names_say(rig: Rig, namespace: str) -> None:
    pods, events = "/api/v1/pods", "/api/v1/events"

    def may(user: str, path: str) -> bool:
        try:
            rig.control_plane.api(user).get(path)
            return True
        except ApiError as error:
            assert error.status == 403, error
            return False

    assert may("viewer", pods) and may("viewer", events)
    assert may("no-events", pods) and not may("no-events", events)
    assert not may("nobody", pods) and not may("nobody", namespaced(namespace, "pods"))
    objects.grant(rig.api, "other-namespace", namespace)
    wait_for("the grant", lambda: may("other-namespace", namespaced(namespace, "pods")))
    assert not may("other-namespace", pods)


def test_the_api_server_can_be_stopped_and_started(rig: Rig, namespace: str) -> None:
    rig.control_plane.stop_apiserver()
    with pytest.raises(Unreachable):
        rig.control_plane.api(timeout=2).get("/readyz")
    rig.control_plane.start_apiserver()
    assert rig.api.get(f"/api/v1/namespaces/{namespace}")["metadata"]["name"] == namespace
    # The kubelet and the controllers are back at work too.
    assert rig.oracle.provision("after", namespace=namespace)["pods"]


def test_a_paused_api_server_keeps_silent(rig: Rig) -> None:
    rig.control_plane.pause()
    try:
        with pytest.raises(Unreachable, match="timed out"):
            rig.control_plane.api(timeout=1).get("/readyz")
    finally:
        rig.control_plane.resume()
    rig.control_plane.wait_until_ready(seconds=10)


@pytest.mark.parametrize("mode", ["loadbalancer", "ingress"])
def test_many_clusters_are_generated(rig: Rig, namespace: str, mode: str) -> None:
    made = rig.generate(clusters=3, ports=["8888", "6006"], mode=mode, namespace=namespace, nodes=2, prefix=mode[:4])
    assert len(made["clusters"]) == 3
    pods = rig.api.get(namespaced(namespace, "pods"))["items"]
    assert len(pods) == 6 and all(p["status"]["phase"] == "Running" for p in pods)
    last = made["clusters"][-1]
    urls = rig.oracle.query_ports(last["name_on_cloud"], ["8888"], mode=mode, namespace=namespace)
    if mode == "loadbalancer":
        assert urls == {8888: [f"{last['address']}:8888"]}
    else:
        name = objects.ingress_name(last["name_on_cloud"])
        assert rig.api.is_there(namespaced(namespace, "ingresses", name, objects.NETWORKING))


def rig_process() -> subprocess.Popen[str]:
    """`python -m rig`, a second rig beside the session's."""
    env = os.environ | {"PYTHONPATH": str(CLUSTER_DIR), "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "rig"], env=env, text=True, stdin=pipe, stdout=pipe)


def test_nothing_outlives_a_killed_rig() -> None:
    child = rig_process()
    assert child.stdout
    try:
        ready = json.loads(child.stdout.readline())
        child.kill()
        child.wait(timeout=10)
        server = Api(ready["server"], ready["ca"], ready["token"], timeout=1)

        def is_gone() -> bool:
            try:
                server.get("/readyz")
                return False
            except (Unreachable, ApiError):
                return True

        wait_for("the end of its API server", is_gone)
        shutil.rmtree(ready["dir"])
    finally:
        child.kill()
        child.wait(timeout=10)


def test_a_rig_is_driven_by_json_lines() -> None:
    """The way of the browser tests and the benchmarks."""
    child = rig_process()
    assert child.stdin and child.stdout
    try:
        ready = json.loads(child.stdout.readline())
        assert ready["ready"] and Path(ready["kubeconfig"]).exists()

        def ask(op: str, **arguments: object) -> dict:
            assert child.stdin and child.stdout
            child.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
            child.stdin.flush()
            return json.loads(child.stdout.readline())

        assert "unknown op 'dance'" in ask("dance")["error"]
        assert "error" in ask("provision")
        c = ask("provision", name="line", namespace="ml")["name_on_cloud"]
        place = {"name_on_cloud": c, "namespace": "ml"}
        assert ask("open_ports", ports=["8888"], **place) == {"ok": True}
        assert ask("patch_lb", addresses=["203.0.113.9"], **place) == {"ok": True}
        assert ask("query_ports", ports=["8888"], **place) == {"endpoints": {"8888": ["203.0.113.9:8888"]}}
        said = {"kind": "Service", "name": f"{c}--skypilot-lb", "namespace": "ml", "reason": "Synced", "message": "ok"}
        assert ask("event", **said) == {"ok": True}
        assert ask("request", method="GET", path="/version")["answer"]["major"] == "1"
        assert ask("request", method="GET", path="/api/v1/pods", user="nobody")["status"] == 403
        config = ask(
            "kubeconfig", path=f"{ready['dir']}/two", contexts=[{"name": "a"}, {"name": "b", "user": "viewer"}]
        )
        assert Path(config["path"]).exists()
        assert ask("stop_apiserver") == {"ok": True}
        assert "error" in ask("request", method="GET", path="/version")
        assert ask("start_apiserver") == {"ok": True}
        child.stdin.close()
        assert child.wait(timeout=20) == 0
        assert not Path(ready["dir"]).exists(), "a rig leaves nothing behind"
    finally:
        child.kill()
        child.wait(timeout=10)


def test_no_user_shares_a_token() -> None:
    tokens = [user.token for user in users.USERS.values()]
    assert len(set(tokens)) == len(tokens)
