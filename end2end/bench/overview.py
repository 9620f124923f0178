"""`./bench overview`: how fast all endpoints of N clusters are told, against peers.

One run on one machine: a real API server, SkyPilot's own loop over the same
clusters, and a bare client as the lower bound. Repetitions are interleaved
(ABAB) and told as medians. Ends non-zero when a goal is missed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

import wrk  # noqa: E402
from peers import BareClient, SkyPilot, Skyports  # noqa: E402
from rig import objects  # noqa: E402
from rig.rig import Rig  # noqa: E402
from rig.wait import wait_for  # noqa: E402

SIZES = (1, 10, 100)
PORTS = ["6006", "8000", "8888"]
REPETITIONS = 11
SECONDS = 5
# Served under /pkg/ with the bytes of the page: the same server, and nothing to do for it.
STATIC = "bench.0000000000000000.html"


@dataclass
class Goals:
    """What must hold; each is told with the number that was measured."""

    lines: list[str] = field(default_factory=list)
    met: bool = True

    def check(self, holds: bool, text: str) -> None:
        self.met &= holds
        self.lines.append(f"{'met   ' if holds else 'MISSED'}  {text}")


def main() -> int:
    goals = Goals()
    print(f"{'mode':<13}{'N':>4} {'SkyPilot':>10} {'one LIST':>10} {'our JSON':>10} {'our page':>10}"
          f" {'× SkyPilot':>11} {'cold start':>11} {'bare lists':>11}   (ms, medians)")  # fmt: skip
    for mode in ("loadbalancer", "ingress"):
        measure_mode(mode, goals)
    print()
    print("\n".join(goals.lines))
    return 0 if goals.met else 1


def measure_mode(mode: str, goals: Goals) -> None:
    with Rig() as rig, tempfile.TemporaryDirectory() as folder:
        if mode == "ingress":
            objects.ingress_controller(rig.api, addresses=["203.0.113.216"])
        skypilot, bare = SkyPilot(rig), BareClient(rig)
        web = Path(folder) / "web"
        shutil.copytree(os.environ["SKYPORTS_WEB_DIR"], web)
        with open(web / "manifest.txt", "a", encoding="utf-8") as manifest:
            manifest.write(f"bench {STATIC}\n")
        (web / "pkg" / STATIC).write_bytes(b"-")
        skyports = Skyports(rig, web)
        names: list[str] = []
        for size in SIZES:
            made = rig.generate(clusters=size - len(names), ports=PORTS, mode=mode, prefix=f"load-{size}")
            names += [cluster["name_on_cloud"] for cluster in made["clusters"]]
            measure_size(mode, names, skypilot, bare, skyports, goals)
        if mode == "loadbalancer":
            skyports.stop()
            measure_views(rig, web, len(names), goals)
        else:
            skyports.stop()
        skypilot.stop()


def measure_size(mode: str, names: list[str], skypilot: SkyPilot, bare: BareClient, skyports: Skyports, goals: Goals) -> None:
    size = len(names)
    # In Ingress mode there are two URLs a port: http and https.
    urls = size * len(PORTS) * (2 if mode == "ingress" else 1)
    wait_for("skyports to show every URL", lambda: urls_of(skyports.overview()) == urls, seconds=30)
    rounds = []
    for _ in range(REPETITIONS):
        rounds.append((
            skypilot.loop(names, PORTS, mode, urls),
            bare.list_services(),
            skyports.get("/api/v1/overview")[0],
            skyports.get("/")[0],
        ))  # fmt: skip
    # Each start lists pods of 70 KB: fewer rounds, still interleaved.
    starts = [(skyports.list_cold(size), bare.list_everything()) for _ in range(5)]
    theirs, one_list, ours, page = (statistics.median(column) for column in zip(*rounds))
    cold, lists = (statistics.median(column) for column in zip(*starts))
    print(f"{mode:<13}{size:>4} {theirs:>10.2f} {one_list:>10.2f} {ours:>10.2f} {page:>10.2f}"
          f" {theirs / ours:>11.0f} {cold:>11.1f} {lists:>11.1f}", flush=True)  # fmt: skip
    if size == max(SIZES):
        goals.check(theirs / ours >= 300, f"{mode}: overview {theirs / ours:.0f} times as fast as SkyPilot's loop (goal 300)")
        goals.check(theirs / page >= 300, f"{mode}: page {theirs / page:.0f} times as fast as SkyPilot's loop (goal 300)")
        allowed = 2 * lists + 100
        goals.check(cold <= allowed, f"{mode}: cold start {cold:.0f} ms (goal {allowed:.0f}: twice the bare lists + 100)")


def measure_views(rig: Rig, web: Path, clusters: int, goals: Goals) -> None:
    """Page views a second: kept, rendered anew, and the same bytes as a static file."""
    probe = Skyports(rig, web)
    expected = clusters * len(PORTS)
    wait_for("skyports to show every URL", lambda: urls_of(probe.overview()) == expected, seconds=30)
    sizes = {"plain": probe.get("/")[1], "br": probe.get("/", "br")[1]}
    probe.stop()
    (web / "pkg" / STATIC).write_bytes(sizes["plain"])
    (web / "pkg" / f"{STATIC}.br").write_bytes(sizes["br"])
    skyports = Skyports(rig, web)
    wait_for("skyports to show every URL", lambda: urls_of(skyports.overview()) == expected, seconds=30)
    rounds = []
    for _ in range(3):
        rounds.append((
            wrk.requests_a_second(skyports.port, f"/pkg/{STATIC}", SECONDS),
            wrk.requests_a_second(skyports.port, "/", SECONDS),
            wrk.requests_a_second(skyports.port, "/", SECONDS, script=wrk.CHANGING),
            wrk.requests_a_second(skyports.port, "/", SECONDS, accept="identity", script=wrk.CHANGING),
        ))  # fmt: skip
    static, kept, anew, anew_plain = (statistics.median(column) for column in zip(*rounds))
    skyports.stop()
    print(f"\npage of {clusters} clusters: {len(sizes['plain']) / 1000:.1f} kB, {len(sizes['br']) / 1000:.1f} kB brotli;"
          f" views a second, {wrk.CONNECTIONS} connections: static bytes {static:.0f}, page {kept:.0f},"
          f" rendered anew {anew:.0f} with brotli, {anew_plain:.0f} without")  # fmt: skip
    goals.check(len(sizes["br"]) <= 25_000, f"HTML {len(sizes['br']) / 1000:.1f} kB brotli (goal 25)")
    goals.check(anew >= 400, f"rendered anew: {anew:.0f} views a second (goal 400)")
    goals.check(kept >= 0.7 * static, f"unchanged: {kept / static:.0%} of the static bytes (goal 70 %)")


def urls_of(overview: dict) -> int:
    return sum(len(endpoint["urls"]) for cluster in overview["clusters"] for endpoint in cluster["endpoints"])


if __name__ == "__main__":
    sys.exit(main())
