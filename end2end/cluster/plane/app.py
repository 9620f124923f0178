"""An app as it runs in a pod: a page that says whom it was asked for, and a WebSocket that echoes.

`python app.py NAME PORT`. Its page names the path that reached it and links its script relatively, as
most apps do.
"""

from __future__ import annotations

import sys

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

PAGE = """<!doctype html><title>{name}</title><link rel="icon" href="data:,">
<h1>{name}</h1><p id="path">{path}</p><p id="live"></p>
<script src="app.js"></script>
"""
SCRIPT = """
const at = new URL('ws', location.href);
at.protocol = 'ws:';
const socket = new WebSocket(at);
socket.onopen = () => socket.send('hello');
socket.onmessage = ({ data }) => { document.getElementById('live').textContent = data; };
"""


def main(name: str, port: str) -> None:
    def page(_: ServerConnection, request: Request) -> Response | None:
        path = request.path.split("?")[0]
        if path.endswith("/ws"):
            return None
        is_script = path.endswith("/app.js")
        text = SCRIPT if is_script else PAGE.format(name=name, path=path)
        body = text.encode()
        kind = "text/javascript" if is_script else "text/html; charset=utf-8"
        headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
        return Response(200, "OK", headers, body)

    def echo(socket: ServerConnection) -> None:
        for message in socket:
            socket.send(f"{name} heard {message}")

    with serve(echo, "0.0.0.0", int(port), process_request=page) as server:
        server.serve_forever()


main(*sys.argv[1:])
