"""`./bench verdict`: requests and milliseconds of a full verdict on an app that is reached.

A server of this machine stands for the ingress controller and the app behind it. Every answer takes
20 ms, as to a cloud nearby. Its pages are as long, and name as many files, as those of the apps whose
shape they have. Ends non-zero when a goal is missed, or when a verdict is not the right one.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from overview import Goals  # noqa: E402

PATH = "/skypilot/default/bench-2ea4/8888"
REPETITIONS = 11
PACE = 0.02
MOST_REQUESTS, MOST_MILLIS = 30, 1000
SCRIPT = "/**/" + "x" * 300_000


@dataclass(frozen=True)
class Case:
    """An app, and what is right to say of it."""

    name: str
    port: int
    is_kept: bool
    kind: str
    app: str

    def answer(self, path: str, upgrades: bool) -> tuple[int, str, str, str]:
        """Status, kind of content, place to go, and text."""
        if self.is_kept:
            return jupyter(path.split("?")[0], upgrades)
        below = path.split("?")[0].removeprefix(PATH) or "/"
        return streamlit(below, upgrades) if self.app == "streamlit" else gradio(below)


def jupyter(path: str, upgrades: bool) -> tuple[int, str, str, str]:
    below = path.removeprefix(PATH)
    if below in ("", "/"):
        return 302, "text/html", f"{PATH}/lab?", ""
    if below == "/lab":
        config = '<script id="jupyter-config-data" type="application/json">' + json.dumps({"x": "y" * 20_000})
        files = "".join(f'<script defer src="{PATH}/static/lab/{n}.js"></script>' for n in range(4))
        return 200, "text/html", "", f"<title>JupyterLab</title>{config}</script>{files}"
    if upgrades:
        return 101, "", "", ""
    return 200, "text/javascript", "", SCRIPT


def streamlit(below: str, upgrades: bool) -> tuple[int, str, str, str]:
    if below == "/":
        files = "".join(f'<link rel="modulepreload" href="./static/js/{n}.js">' for n in range(62))
        return 200, "text/html", "", f"<title>Streamlit</title>{files}<div id=root></div>"
    if upgrades:
        return 101, "", "", ""
    return 200, "text/javascript", "", SCRIPT


def gradio(below: str) -> tuple[int, str, str, str]:
    config = json.dumps({"root": "http://127.0.0.1", "components": ["c" * 50] * 800})
    if below == "/":
        page = f"<title>Demo</title><script>window.gradio_config = {config};</script>"
        files = '<script type="module" src="./assets/index.js"></script><link rel="stylesheet" href="./assets/index.css">'
        return 200, "text/html", "", page + files
    if below == "/config":
        return 200, "application/json", "", config
    return 200, "text/css" if below.endswith("css") else "text/javascript", "", SCRIPT


CASES = (
    Case("JupyterLab, its path kept", 8888, True, "works", "jupyter"),
    Case("Streamlit, its path taken off", 8501, False, "works_with_slash", "streamlit"),
    Case("Gradio without root_path", 7860, False, "needs_flag", "gradio"),
)


async def talk(case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[str]) -> None:
    """Answers one connection for as long as it is kept open."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path, upgrades = head.split(" ", 2)[1], "\r\nupgrade: websocket" in head.lower()
            asked.append(path)
            await asyncio.sleep(PACE)
            status, kind, place, text = case.answer(path, upgrades)
            lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Location: {place}"]
            lines += ["Upgrade: websocket", "Connection: Upgrade"] if status == 101 else [f"Content-Length: {len(text)}"]
            writer.write(("\r\n".join(line for line in lines if not line.endswith(": ")) + "\r\n\r\n" + text).encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


class Server:
    """A case, served in a thread of its own."""

    def __init__(self, case: Case) -> None:
        self.asked: list[str] = []
        self.loop = asyncio.new_event_loop()
        started = asyncio.start_server(lambda r, w: talk(case, r, w, self.asked), "127.0.0.1", 0)
        self.server = self.loop.run_until_complete(started)
        self.port = self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()


def main() -> int:
    goals = Goals()
    program = os.environ["SKYPORTS_VERDICT"]
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as prober:
        for case in CASES:
            measure(case, prober, goals)
        prober.stdin.close()
    print("\n".join(goals.lines))
    return 0 if goals.met else 1


def measure(case: Case, prober: subprocess.Popen[str], goals: Goals) -> None:
    server = Server(case)
    question = {"url": f"http://127.0.0.1:{server.port}{PATH}/", "port": case.port, "is_kept": case.is_kept}
    told, asked = [], []
    for _ in range(REPETITIONS):
        server.asked.clear()
        print(json.dumps(question), file=prober.stdin, flush=True)
        told.append(json.loads(prober.stdout.readline()))
        asked.append(len(server.asked))
    millis = [one["millis"] for one in told]
    print(f"{case.name}: {statistics.median(millis):.0f} ms (at most {max(millis)}), {max(asked)} requests")
    said = {(one["kind"], one["app"]) for one in told}
    goals.check(said == {(case.kind, case.app)}, f"{case.name}: {case.kind}; told {said}")
    counted = [one["requests"] for one in told]
    goals.check(counted == asked and max(asked) <= MOST_REQUESTS, f"{case.name}: {max(asked)} requests (30), told {max(counted)}")
    goals.check(max(millis) <= MOST_MILLIS, f"{case.name}: {max(millis)} ms (1,000)")


if __name__ == "__main__":
    sys.exit(main())
