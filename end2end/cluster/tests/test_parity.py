"""What we make is what SkyPilot's own two templates make, but for a written list of additions;
and where nobody names a mode, ours is SkyPilot's.

No API server: SkyPilot's functions fill its templates from the wheel, the example
`manifests` of `skyports-k8s` plans the same ports, and the objects are compared.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from rig.process import die_with_parent

SEED = 20261124
ROUNDS = 60
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ODD_VALUES = ["true", "1e3", "on", "2026-11-24", "~", "a: b", 'say "hi" \\ #', "x\n  y: z", "größe ✓", "{{ x }}", ""]

# The written list of additions: all that our objects may have beyond SkyPilot's. Labels and owner
# are by what they go with the cluster; the namespace makes a manifest complete by itself; and the
# label `parent`, which SkyPilot gives to its Services alone, is on the Ingress too.
PARENT = {"parent": "skypilot"}
OUR_LABELS = {"app.kubernetes.io/managed-by": "skyports", "skypilot-cluster-name": "{cluster}"}
OUR_OWNER = {
    "apiVersion": "v1",
    "kind": "Pod",
    "name": "{cluster}-head",
    "uid": "00000000-0000-4000-8000-000000000000",
}


def questions() -> list[dict]:
    """Random ports, names and metadata, half of them in each mode."""
    chance = random.Random(SEED)
    made = []
    for number in range(ROUNDS):
        middle = "".join(chance.choice(LETTERS + "0123456789-") for _ in range(chance.randrange(0, 40)))
        ports = sorted(chance.sample(range(1, 65536), chance.randrange(1, 12)))
        first = chance.randrange(1, 65000)
        metadata = [{f"note-{n}": chance.choice(ODD_VALUES) for n in range(chance.randrange(0, 4))} for _ in range(2)]
        made.append(
            {
                "cluster": f"{chance.choice(LETTERS)}{middle}{chance.choice(LETTERS)}"[:42],
                "namespace": chance.choice(["default", "ml", "team-1", "1a"]),
                "ports": ",".join([*map(str, ports), f"{first}-{first + chance.randrange(1, 9)}"]),
                "mode": ["loadbalancer", "ingress"][number % 2],
                "labels": metadata[0],
                "annotations": metadata[1],
            }
        )
    # What the config may override, and what it may not take from us.
    made.append(
        made[0]
        | {
            "labels": {"parent": "acme", "skypilot-cluster-name": "another"},
            "annotations": {"service.beta.kubernetes.io/coreweave-load-balancer-type": "private"},
        }
    )
    made.append(made[1] | {"annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/$1"}})
    return made


def answers(command: list[str], asked: list[dict], env: dict[str, str]) -> list:
    """One answer a question, of a program that reads and writes JSON lines."""
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    done = subprocess.run(
        command, input=lines, text=True, capture_output=True, timeout=120, env=env, preexec_fn=die_with_parent
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(asked)
    return found


@pytest.fixture(scope="module")
def program() -> str:
    path = os.environ.get("SKYPORTS_MANIFESTS", "")
    if not path or not os.access(path, os.X_OK):
        pytest.fail(f"SKYPORTS_MANIFESTS must name the example `manifests` of skyports-k8s; it is {path!r}", pytrace=False)
    return path


@pytest.fixture(scope="module")
def skypilot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict]], list]:
    """SkyPilot's answers, from a HOME of its own."""
    home = tmp_path_factory.mktemp("home")
    kubeconfig = home / "kubeconfig"
    # SkyPilot asks for the current context's name; nothing is sent to it.
    context = {"name": "none", "context": {"cluster": "none", "user": "none"}}
    cluster = {"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "none",
                "contexts": [context],
                "clusters": [cluster],
                "users": [{"name": "none", "user": {}}],
            }
        )
    )
    env = {
        "HOME": str(home),
        "PATH": os.environ.get("PATH", ""),
        "KUBECONFIG": str(kubeconfig),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SKYPILOT_DISABLE_USAGE_COLLECTION": "1",
        "SKYPILOT_USER_ID": "2ea4c0de",
    }
    worker = str(Path(__file__).with_name("templates_worker.py"))
    return lambda asked: answers([sys.executable, worker], asked, env)


@pytest.fixture(scope="module")
def pairs(program: str, skypilot: Callable[[list[dict]], list]) -> list[tuple[dict, list[dict], dict]]:
    """Each question with SkyPilot's objects and our answer."""
    asked = questions()
    return list(zip(asked, skypilot(asked), answers([program], asked, dict(os.environ)), strict=True))


def with_additions(theirs: dict, question: dict) -> dict:
    """SkyPilot's object with all of the list, as the API keeps both."""
    made = deepcopy(theirs)
    metadata = made["metadata"]
    theirs_and_config = (metadata.get("labels") or {}) | PARENT | question["labels"]
    metadata["labels"] = theirs_and_config | filled(OUR_LABELS, question)
    metadata["namespace"] = question["namespace"]
    metadata["ownerReferences"] = [filled(OUR_OWNER, question)]
    # An empty map and none are the same to the API.
    if not metadata.get("annotations"):
        metadata.pop("annotations", None)
    return made


def filled(entries: dict[str, str], question: dict) -> dict[str, str]:
    return {key: value.format(cluster=question["cluster"]) for key, value in entries.items()}


def test_objects_are_skypilots_with_the_additions(pairs: list[tuple[dict, list[dict], dict]]) -> None:
    for question, theirs, ours in pairs:
        expected = [with_additions(thing, question) for thing in theirs]
        assert ours.get("objects") == expected, question


def test_what_the_text_says_is_what_is_sent(pairs: list[tuple[dict, list[dict], dict]]) -> None:
    """By another reader of YAML, the one that SkyPilot has."""
    for question, _, ours in pairs:
        assert [yaml.safe_load(text) for text in ours["manifests"]] == ours["objects"], question


def test_both_modes_and_every_addition_are_met(pairs: list[tuple[dict, list[dict], dict]]) -> None:
    """The comparison compares something: SkyPilot's own objects are not ours."""
    assert {question["mode"] for question, _, _ in pairs} == {"loadbalancer", "ingress"}
    for _, theirs, ours in pairs:
        assert theirs and all(thing not in ours["objects"] for thing in theirs)


def test_the_mode_that_nobody_names_is_skypilots(program: str, skypilot: Callable[[list[dict]], list]) -> None:
    """But where SkyPilot would open nothing: in `podip` a port is reached inside the cluster only."""
    asked = [
        {"config": config, "current_context": context}
        for context in ("prod", "kind-skypilot", "kind-other")
        for config in (None, "loadbalancer", "ingress", "podip")
    ]
    theirs = [answer["mode"] for answer in skypilot(asked)]
    ours = [answer["mode"] for answer in answers([program], asked, dict(os.environ))]
    assert "podip" in theirs and "ingress" in theirs
    assert ours == [{"podip": "loadbalancer"}.get(mode, mode) for mode in theirs]
