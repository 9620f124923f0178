"""SkyPilot's `open_ports`, timed inside its own process.

Kind to it: no start of a CLI, imports done, one client. A child of `ports.py` because SkyPilot reads
HOME and KUBECONFIG when it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import time

REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
# SkyPilot prints; only replies go to the pipe.
os.dup2(2, 1)

from sky.provision.kubernetes import network  # noqa: E402
from sky.utils import annotations  # noqa: E402


def open_ports(name: str, ports: list[str], provider: dict) -> dict:
    """Milliseconds."""
    # As a new `sky launch` begins.
    annotations.clear_request_level_cache()
    began = time.perf_counter()
    network.open_ports(name, ports, provider)
    return {"ms": (time.perf_counter() - began) * 1000}


REPLIES.write("{}\n")
for line in sys.stdin:
    REPLIES.write(json.dumps(open_ports(**json.loads(line))) + "\n")
