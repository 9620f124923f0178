"""`./bench ports`: calls and milliseconds from the click to the answer that all ports are open, against
SkyPilot's `open_ports`.

One run on one machine and one real API server; repetitions are interleaved (ABAB) and told as
medians. Calls are counted by a proxy, in rounds of their own, since it costs time. The note that we
leave on the head pod is no call on the way to the answer: it is sent aside, best effort, and
SkyPilot leaves none; it is told in a column of its own. Ends non-zero when a goal is missed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

from overview import Goals  # noqa: E402
from peers import SkyPilot, Skyports  # noqa: E402
from rig import objects  # noqa: E402
from rig.api import namespaced  # noqa: E402
from rig.proxy import Proxy  # noqa: E402
from rig.rig import Rig  # noqa: E402
from rig.wait import wait_for  # noqa: E402

MODES = ("loadbalancer", "ingress")
SIZES = (1, 10)
REPETITIONS = 11
FIRST = 9000
DIRECT, COUNTED = "rig", "counted"
# Between rounds: what the one before has stirred up is over, watches and the note aside among it.
PAUSE = 1.0
# What the note is made of: who we are, asked once, and the Event.
NOTE = ("selfsubjectreviews", "events")
# Within so much the note aside has left.
ASIDE = 0.5


@dataclass(frozen=True)
class Bench:
    """A cluster, and those who open its ports."""

    rig: Rig
    name: str
    skypilot: SkyPilot
    skyports: Skyports
    proxy: Proxy

    def by_skypilot(self, context: str, mode: str, ports: list[str]) -> float:
        provider = {"context": context, "namespace": "default", "port_mode": mode}
        return self.skypilot.ask(name=self.name, ports=ports, provider=provider)["ms"]

    def by_skyports(self, context: str, mode: str, ports: list[str]) -> float:
        return self.skyports.click(f"/c/{context}/default/{self.name}/open", ports=",".join(ports), mode=mode)

    def after_all_is_gone(self, had: list[str], mode: str) -> None:
        """The state that is measured from: ports `had` are open, by SkyPilot, and no others."""
        for kind, group in (("services", ""), ("ingresses", objects.NETWORKING)):
            for thing in self.rig.api.get(namespaced("default", kind, group=group))["items"]:
                name = thing["metadata"]["name"]
                if name.startswith(f"{self.name}-") and "-skypilot-" in name:
                    self.rig.api.delete(namespaced("default", kind, name, group))
        if had:
            self.by_skypilot(DIRECT, mode, had)
        wait_for("skyports to show what there is", lambda: self.shown() == [len(had)] * 2, seconds=20)
        time.sleep(PAUSE)

    def shown(self) -> list[int]:
        """How many endpoints it shows in each of the two contexts."""
        return [len(cluster["endpoints"]) for cluster in self.skyports.overview()["clusters"]]


Opener = Callable[[str, str, list[str]], float]


def main() -> int:
    goals = Goals()
    with Rig() as rig:
        objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
        name = rig.oracle.provision("bench")["name_on_cloud"]
        plane = rig.control_plane
        with Proxy(plane.server, str(plane.ca_file)) as proxy:
            contexts = (rig.context(DIRECT), rig.context(COUNTED, server=proxy.url))
            config = rig.write_kubeconfig(rig.folder / "bench.kubeconfig", *contexts)
            skyports = Skyports(rig, Path(os.environ["SKYPORTS_WEB_DIR"]), "--all-contexts", kubeconfig=config)
            skypilot = SkyPilot(rig, "skypilot_ports.py", config)
            bench = Bench(rig, name, skypilot, skyports, proxy)
            try:
                print(f"{'mode':<13}{'ports':>6}  {'beside':<8}{'calls: SkyPilot':>16} {'ours':>5} {'aside':>6}"
                      f" {'ms: SkyPilot':>13} {'ours':>7} {'SkyPilot / ours':>16}")  # fmt: skip
                for mode in MODES:
                    for size in SIZES:
                        measure(bench, mode, size, goals)
            finally:
                skypilot.stop()
                skyports.stop()
    print()
    print("\n".join(goals.lines))
    return 0 if goals.met else 1


def measure(bench: Bench, mode: str, size: int, goals: Goals) -> None:
    ports = [str(FIRST + at) for at in range(size)]
    for had in ([], ["8888"]):
        rounds = []
        for _ in range(REPETITIONS):
            # SkyPilot opens all that is on its record; we, what was asked for.
            bench.after_all_is_gone(had, mode)
            theirs = bench.by_skypilot(DIRECT, mode, had + ports)
            bench.after_all_is_gone(had, mode)
            rounds.append((theirs, bench.by_skyports(DIRECT, mode, ports)))
        theirs, ours = (statistics.median(column) for column in zip(*rounds))
        calls, _ = counted(bench, bench.by_skypilot, mode, had, had + ports)
        own, aside = counted(bench, bench.by_skyports, mode, had, ports)
        print(f"{mode:<13}{size:>6}  {'one' if had else 'none':<8}{calls:>16} {own:>5} {aside:>6}"
              f" {theirs:>13.1f} {ours:>7.1f} {theirs / ours:>16.1f}", flush=True)  # fmt: skip
        if not had:
            share, word = (0.5, "half of") if mode == "ingress" else (1, "no more than")
            told = f"{mode}, {size} of a cluster without ports"
            goals.check(own <= share * calls, f"{told}: {own} calls (goal: {word} SkyPilot's {calls})")
            goals.check(ours <= share * theirs, f"{told}: {ours:.1f} ms (goal: {word} SkyPilot's {theirs:.1f})")


def counted(bench: Bench, opens: Opener, mode: str, had: list[str], ports: list[str]) -> tuple[int, int]:
    """How many requests it makes, and how many of them for the note; watches are there before and go on."""
    bench.after_all_is_gone(had, mode)
    began = time.monotonic()
    opens(COUNTED, mode, ports)
    time.sleep(ASIDE)
    made = [request for request in bench.proxy.requests(since=began) if request.verb != "watch"]
    notes = [request for request in made if request.resource in NOTE]
    return len(made) - len(notes), len(notes)


if __name__ == "__main__":
    sys.exit(main())
