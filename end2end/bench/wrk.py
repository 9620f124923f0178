"""Runs `wrk` and reads its answer. Bounded: one address on loopback, some seconds."""

from __future__ import annotations

import re
import subprocess
import tempfile

CONNECTIONS = 8

# Each request asks for another filter that shows every row, so no answer can be a kept one.
CHANGING = """
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/?q=load-+" .. string.rep("load+", n % 40) .. "default")
end
"""


def requests_a_second(port: int, path: str, seconds: int, accept: str = "br", script: str = "") -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Accept-Encoding: {accept}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        if script:
            lua.write(script)
            lua.flush()
            command += ["-s", lua.name]
        command.append(f"http://127.0.0.1:{port}{path}")
        out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    assert "Non-2xx" not in out and "Socket errors" not in out, out
    found = re.search(r"Requests/sec:\s*([\d.]+)", out)
    assert found, out
    return float(found.group(1))
