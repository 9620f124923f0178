"""`python -m rig`: a rig that is driven by JSON lines.

One line when it is ready, then one reply line a command line. The end of
standard input is the end of the rig. Every op is described in `../README.md`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from . import kubeconfig, objects, users
from .api import JSON, ApiError
from .rig import CONTEXT, Rig

# A name here and in the README is the same; arguments are the function's own.
Op = Callable[..., object]


def operations(rig: Rig) -> dict[str, Op]:
    api, oracle, plane = rig.api, rig.oracle, rig.control_plane

    def provision(namespace: str = "default", **options: object) -> dict:
        rig.namespace(namespace)
        return oracle.provision(namespace=namespace, **options)  # type: ignore[arg-type]

    def query_ports(**options: object) -> dict:
        return {"endpoints": oracle.query_ports(**options)}  # type: ignore[arg-type]

    def patch_lb(
        addresses: list[str], namespace: str = "default", name_on_cloud: str | None = None, service: str | None = None
    ) -> None:
        if not service and not name_on_cloud:
            raise ValueError("patch_lb needs name_on_cloud or service")
        objects.patch_lb(api, namespace, service or objects.lb_service(str(name_on_cloud)), addresses)

    def request(method: str, path: str, body: object = None, content_type: str = JSON, user: str = users.ADMIN) -> dict:
        try:
            return {"answer": plane.api(user).request(method, path, body, content_type)}
        except ApiError as error:
            return {"error": str(error), "status": error.status}

    def write_kubeconfig(path: str, contexts: list[dict], current: str | None = None) -> dict:
        written = kubeconfig.write(Path(path), [rig.context(**context) for context in contexts], current)
        return {"path": str(written)}

    return {
        "provision": provision,
        "open_ports": oracle.open_ports,
        "query_ports": query_ports,
        "cleanup_ports": oracle.cleanup_ports,
        "terminate": oracle.terminate,
        "patch_lb": patch_lb,
        "event": lambda namespace="default", **options: objects.event(api, namespace, **options) and None,
        "ingress_controller": lambda **options: {"node_ports": objects.ingress_controller(api, **options)},
        "remove_ingress_controller": lambda **options: objects.remove_ingress_controller(api, **options),
        "grant": lambda user, namespace, rules=None: objects.grant(api, user, namespace, rules),
        "namespace": lambda name: {"namespace": rig.namespace(name)},
        "generate": rig.generate,
        "stop_apiserver": plane.stop_apiserver,
        "start_apiserver": plane.start_apiserver,
        "pause": plane.pause,
        "resume": plane.resume,
        "request": request,
        "kubeconfig": write_kubeconfig,
    }


def answer_to(ops: dict[str, Op], line: str) -> dict:
    """Never raises: an error is an answer too."""
    try:
        command = json.loads(line)
        name = command.pop("op")
        if name not in ops:
            return {"error": f"unknown op {name!r}; known: {', '.join(sorted(ops))}"}
        result = ops[name](**command)
        return {"ok": True} if result is None else dict(result)  # type: ignore[call-overload]
    except Exception as error:  # noqa: BLE001 - told to the one who asked
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    # Only replies go to standard output, whatever is printed here or below.
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(answer: dict) -> None:
        replies.write(json.dumps(answer) + "\n")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with Rig() as rig:
            plane = rig.control_plane
            token = users.USERS[users.ADMIN].token
            say(
                {
                    "ready": True,
                    "kubeconfig": str(rig.kubeconfig),
                    "context": CONTEXT,
                    "server": plane.server,
                    "token": token,
                    "ca": str(plane.ca_file),
                    "dir": str(rig.folder),
                    "users": {user.name: user.token for user in users.USERS.values()},
                }
            )
            ops = operations(rig)
            for line in sys.stdin:
                if line.strip():
                    say(answer_to(ops, line))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except Exception as error:  # noqa: BLE001 - the one who started us reads JSON
        traceback.print_exc()
        say({"ready": False, "error": f"{type(error).__name__}: {error}"})
        sys.exit(1)


main()
