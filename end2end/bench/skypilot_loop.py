"""SkyPilot's `query_ports` over many clusters, timed inside its own process.

Kind to it: no start of a CLI, imports done, one client. A child of `overview.py`
because SkyPilot reads HOME and KUBECONFIG when it is imported.
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


def loop(names: list[str], ports: list[str], provider: dict) -> dict:
    """Milliseconds for all, and how many URLs came out."""
    # As a new `sky status` begins.
    annotations.clear_request_level_cache()
    began = time.perf_counter()
    urls = 0
    for name in names:
        found = network.query_ports(name, ports, None, provider)
        urls += sum(len([endpoint.url() for endpoint in endpoints]) for endpoints in found.values())
    return {"ms": (time.perf_counter() - began) * 1000, "urls": urls}


REPLIES.write("{}\n")
for line in sys.stdin:
    REPLIES.write(json.dumps(loop(**json.loads(line))) + "\n")
