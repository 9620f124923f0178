"""Our clicks and SkyPilot's own functions, one after another and at the same time, by chance.

Whatever the order, what is there is what some order of whole operations gives; nothing else has
changed, and all of ours is seen and goes with the cluster. `SKYPORTS_SEED` names other runs.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import permutations
from random import Random

import pytest

from binary import Server, Skyports
from clicks import click, wait_until_shown
from ports_state import MODES, State, is_shown, is_sound
from rig import objects
from rig.api import namespaced
from rig.oracle import OracleError
from rig.rig import Rig
from rig.wait import wait_for

SEEDS = [int(seed) for seed in os.environ.get("SKYPORTS_SEED", "1 2 3 4").split()]
ROUNDS = 50
PORTS = (6006, 7000, 8888, 9000)
OURS, SKYPILOTS = ("open", "close"), ("open_ports", "cleanup_ports")


@dataclass(frozen=True)
class Operation:
    """One thing that somebody does to a cluster; `after` seconds into the round."""

    verb: str
    mode: str
    ports: tuple[int, ...]
    after: float

    @property
    def is_ours(self) -> bool:
        return self.verb in OURS

    def done_to(self, ports: frozenset[int]) -> frozenset[int]:
        """The open ports of its mode after it."""
        return {
            "open": ports | set(self.ports),
            "close": ports - set(self.ports),
            "open_ports": frozenset(self.ports),
            "cleanup_ports": frozenset(),
        }[self.verb]


@dataclass
class Cluster:
    """A cluster, the mode that SkyPilot's config has for it, and the ports on SkyPilot's record."""

    name: str
    mode: str
    recorded: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class World:
    """Where it happens."""

    rig: Rig
    server: Server
    namespace: str
    clusters: list[Cluster]

    def run(self, cluster: Cluster, operation: Operation) -> str:
        """Does it; why not, when it was refused."""
        time.sleep(operation.after)
        ports = ",".join(map(str, operation.ports))
        if operation.is_ours:
            where = (self.namespace, cluster.name)
            answer = click(self.server, where, operation.verb, ports=ports, mode=operation.mode)
            return "" if answer.is_done else f"{answer.status}: {answer.text[-1500:]}"
        call = getattr(self.rig.oracle, operation.verb)
        try:
            call(cluster.name, [str(port) for port in operation.ports], operation.mode, self.namespace)
        except OracleError as error:
            return str(error)
        cluster.recorded = {*cluster.recorded, *operation.ports} if operation.verb == "open_ports" else set()
        return ""


@pytest.fixture
def world(rig: Rig, namespace: str, skyports: Skyports) -> Iterator[World]:
    """Clusters with a load balancer of SkyPilot's, whose config has been changed to Ingress for half of
    them; and what belongs to nobody here."""
    objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
    made = rig.generate(clusters=4, ports=["8888"], namespace=namespace, addresses=False, prefix="any")["clusters"]
    clusters = [Cluster(it["name_on_cloud"], MODES[at % 2], set() if at % 2 else {8888}) for at, it in enumerate(made)]
    port = {"name": "web", "port": 80, "targetPort": 8080}
    service = {"metadata": {"name": "shop", "labels": {"parent": "skypilot"}}, "spec": {"ports": [port]}}
    rig.api.post(namespaced(namespace, "services"), service)
    backend = {"service": {"name": "shop", "port": {"name": "web"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    spec = {"ingressClassName": "nginx", "rules": [{"host": "shop.example", "http": {"paths": [path]}}]}
    rig.api.post(
        namespaced(namespace, "ingresses", group=objects.NETWORKING), {"metadata": {"name": "shop"}, "spec": spec}
    )
    with skyports.serve("--namespace", namespace) as server:
        wait_until_shown(server, namespace, *(cluster.name for cluster in clusters))
        yield World(rig, server, namespace, clusters)


def chosen(random: Random, cluster: Cluster) -> list[Operation]:
    """One to four operations on one cluster, at most one of SkyPilot's: it has one process here."""
    operations = []
    verbs = random.choices(OURS, weights=(3, 2), k=random.randint(1, 3))
    if random.random() < 0.5:
        verbs.append(random.choices(SKYPILOTS, weights=(2, 1))[0])
    at_once = random.random() < 0.7
    for at, verb in enumerate(random.sample(verbs, len(verbs))):
        ports = tuple(sorted(random.sample(PORTS, random.randint(1, 2))))
        is_ours = verb in OURS
        if verb == "cleanup_ports":
            if not cluster.recorded:
                continue
            ports = tuple(sorted(cluster.recorded))
        mode = cluster.mode if not is_ours or random.random() < 0.8 else random.choice(MODES)
        operations.append(Operation(verb, mode, ports, random.uniform(0, 0.1) if at_once else float(at)))
    return operations


def carried_out(world: World, cluster: Cluster, operations: list[Operation]) -> list[str]:
    """The refusals, in the order of the operations; `after` of a second and more means one by one."""
    if any(operation.after >= 1 for operation in operations):
        return [world.run(cluster, Operation(o.verb, o.mode, o.ports, 0)) for o in operations]
    with ThreadPoolExecutor(max(1, len(operations))) as threads:
        return list(threads.map(lambda operation: world.run(cluster, operation), operations))


def possible(before: frozenset[int], operations: list[Operation], refused: list[bool]) -> set[frozenset[int]]:
    """What the operations leave in every order; one that was refused may have been done or not."""
    found = set()
    for order in permutations(range(len(operations))):
        states = {before}
        for at in order:
            done = {operations[at].done_to(state) for state in states}
            states = states | done if refused[at] else done
        found |= states
    return found


def is_explained(before: State, after: State, c: str, operations: list[Operation], refused: list[str]) -> None:
    """The ports are those of some order; what was not asked for is as it was."""
    for mode in MODES:
        concerned = [(o, bool(why)) for o, why in zip(operations, refused, strict=True) if o.mode == mode]
        found, began = frozenset(after.ports(c, mode)), frozenset(before.ports(c, mode))
        could = possible(began, [o for o, _ in concerned], [why for _, why in concerned])
        told = f"{mode}: {sorted(began)} became {sorted(found)}, not one of {could}"
        if mode == "ingress":
            assert found in could, told
        else:
            # Appending tests no version, so that fifty at once succeed: each port by itself.
            assert all((port in found) in {port in ports for ports in could} for port in PORTS), told
    assert after.beside(c) == before.beside(c), "nothing beside the cluster's port objects"
    if all(operation.is_ours for operation in operations):
        assert not any(refused), refused
        asked = {mode: {port for o in operations if o.mode == mode for port in o.ports} for mode in MODES}
        # What has no other port may go and come as a whole.
        assert after.frame(c, asked) == before.frame(c, asked), "nothing beyond the ports that were asked for"


def is_by_mistake(operation: Operation, why: str) -> bool:
    """Whether a refusal is told although nobody was in the way."""
    return bool(why) and not (operation.verb == "cleanup_ports" and is_about_the_last(why))


def is_about_the_last(why: str) -> bool:
    """SkyPilot's clean-up tells that what it deletes at its end is gone already, with its last port;
    `sky down` swallows that. A Service of one port that is gone would end it too early."""
    return re.search(r"PortDoesNotExistError: Port \S*skypilot-(lb|ingress) does not exist", why) is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_leaves_what_was_asked_for_and_nothing_else(world: World, seed: int) -> None:
    random = Random(seed)
    story: list[str] = []
    state = State.read(world.rig, world.namespace)
    try:
        for at in range(ROUNDS):
            cluster = random.choice(world.clusters)
            operations = chosen(random, cluster)
            story.append(f"round {at}, {cluster.name}: {operations}")
            before, refused = state, carried_out(world, cluster, operations)
            story[-1] += f" refused: {[why for why in refused if why]}" if any(refused) else ""
            state = State.read(world.rig, world.namespace)
            is_explained(before, state, cluster.name, operations, refused)
            is_sound(state, cluster.name)
            in_turn = any(operation.after >= 1 for operation in operations)
            assert not in_turn or not any(map(is_by_mistake, operations, refused)), "nobody was in the way"
            wait_for("all to be shown", lambda now=state: is_shown(now, world.server.overview()) is None)
        nothing_is_left(world, random)
    except Exception as error:
        error.add_note("\n".join([f"SKYPORTS_SEED={seed}", *story[-6:]]))
        raise


def nothing_is_left(world: World, random: Random) -> None:
    """The clusters go, by `sky down` or by hand; all of ours goes with them."""
    for cluster in world.clusters:
        ports = [str(port) for port in sorted(cluster.recorded)]
        if random.random() < 0.5:
            try:
                world.rig.oracle.terminate(cluster.name, ports, cluster.mode, world.namespace)
            except OracleError as error:
                assert is_about_the_last(str(error)), error
        else:
            world.rig.api.delete(namespaced(world.namespace, "pods", f"{cluster.name}-head"))
    ours = lambda: State.read(world.rig, world.namespace).ours()  # noqa: E731
    wait_for("all of ours to be gone", lambda: not ours(), seconds=30, detail=lambda: str(list(ours())))
