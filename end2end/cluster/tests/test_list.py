"""`skyports list CLUSTER`: names, exit codes, what it prints for people."""

from __future__ import annotations

from binary import Skyports
from rig.rig import Rig
from skypilot import opened, with_address


def test_an_unknown_cluster_ends_with_3(rig: Rig, namespace: str, skyports: Skyports) -> None:
    opened(rig, namespace, "known", ["8888"])
    done = skyports.run("list", "unknown", "--namespace", namespace).expect(3)
    assert "unknown" in done.err and "known" in done.err.replace("unknown", ""), f"names those that exist\n{done}"


def test_an_ambiguous_name_lists_the_candidates(rig: Rig, namespace: str, skyports: Skyports) -> None:
    other = rig.namespace(f"{namespace}-b")
    for place in (namespace, other):
        opened(rig, place, "twice", ["8888"])
    done = skyports.run("list", "twice").expect(2)
    assert f"{namespace}/twice" in done.err and f"{other}/twice" in done.err, done
    one = skyports.run("list", f"{other}/twice").expect(0)
    assert "twice" in one.out, one


def test_wrong_usage_ends_with_2(skyports: Skyports) -> None:
    skyports.run("list", "--no-such-flag").expect(2)
    skyports.run("list", "-o", "xml").expect(2)


def test_the_table_shows_what_to_open(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with_address(rig, namespace, "shown", ["8888", "6006-6007"], "203.0.113.240")
    opened(rig, namespace, "waits", ["9000"])
    for output in ("table", "wide"):
        done = skyports.run("list", "-o", output, "--namespace", namespace).expect(0)
        for url in ("http://203.0.113.240:8888/", "http://203.0.113.240:6006/", "http://203.0.113.240:6007/"):
            assert url in done.out, done
        assert "waits" in done.out and "9000" in done.out, done


def test_controllers_are_told_apart(rig: Rig, namespace: str, skyports: Skyports) -> None:
    """SkyPilot's own machinery is no user's cluster."""
    jobs = rig.oracle.provision("sky-jobs-controller-2ea4c0de", namespace=namespace)["name_on_cloud"]
    mine = rig.oracle.provision("mine", namespace=namespace)["name_on_cloud"]
    kinds = {c["name_on_cloud"]: c["kind"] for c in skyports.list_json("--namespace", namespace)["clusters"]}
    assert kinds == {jobs: "jobs-controller", mine: "cluster"}
