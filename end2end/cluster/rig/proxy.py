"""A fault proxy: plain HTTP in, TLS out to one API server, faults in between on demand.

Knows HTTP/1.1, lists and watches; knows no kind of object and no test. `Proxy.url`
is a kubeconfig's `server`; whose token it is, is the client's business. Bodies pass
piece by piece, so watches stay open. It runs in a thread of its own, and every
method may be called from any thread.

A fault is a rule: what to do (a class below) with which requests. The first rule
that fits a request counts; without one it passes unchanged.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

T = TypeVar("T")

# Those of one hop are not passed on; without `accept-encoding` bodies are readable here.
ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding", "upgrade"}
HEAD_LIMIT = 1 << 20


# What a rule can do.


@dataclass(frozen=True)
class Pass:
    """Nothing: to exempt some requests from a later rule."""


@dataclass(frozen=True)
class Blackhole:
    """The request is read and never answered; the connection stays open."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset; with `after_bytes`, in the middle of the answer's body."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Eof:
    """The body ends after so many seconds: as HTTP ends it, or `mid_chunk` with the connection."""

    after: float
    mid_chunk: bool = False


@dataclass(frozen=True)
class Status:
    """An answer by the proxy itself; the API server does not see the request."""

    code: int
    body: dict | str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rewrite:
    """Every object of the answer (an item of a list, the object of an event) becomes `change(object)`."""

    change: Callable[[dict], dict]


@dataclass(frozen=True)
class Duplicate:
    """Every event of a watch comes twice."""


@dataclass(frozen=True)
class Delay:
    """The request waits before it is passed on."""

    seconds: float


@dataclass(frozen=True)
class Throttle:
    """The body trickles."""

    bytes_a_second: float


@dataclass(frozen=True)
class Query:
    """The request is passed on with these parameters instead of its own, e.g. `{"limit": "1"}`."""

    parameters: dict[str, str]


Action = Pass | Blackhole | Reset | Eof | Status | Rewrite | Duplicate | Delay | Throttle | Query


def failure(code: int, reason: str, message: str, cause: str = "", retry_after: int = 0) -> dict:
    """A `Status` object as API servers send it."""
    details: dict[str, object] = {}
    if cause:
        details["causes"] = [{"reason": cause, "message": message}]
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    meta = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return meta | {"message": message, "reason": reason, "code": code, "details": details}


EXPIRED = failure(410, "Expired", "too old resource version: 1 (2)")


@dataclass(frozen=True)
class Request:
    """What was asked, and when (seconds of the monotonic clock)."""

    time: float
    # "list", "watch", "get"; for others the method in lower case.
    verb: str
    resource: str
    namespace: str | None
    query: dict[str, str]

    @property
    def kind(self) -> str:
        """The resource, with the field selector when there is one: each is a watch of its own."""
        fields = self.query.get("fieldSelector")
        return f"{self.resource}?{fields}" if fields else self.resource

    def __str__(self) -> str:
        shown = {k: v[:12] for k, v in self.query.items() if k in ("limit", "continue", "resourceVersion")}
        return f"{self.time:.2f} {self.verb} {self.kind} {urlencode(shown)}".rstrip()


@dataclass
class Rule:
    """One action for the requests that fit; `seen` counts those."""

    action: Action
    verb: str | None
    resource: str | None
    when: Callable[[Request], bool]
    skip: int
    times: int | None
    seen: int = 0

    def fits(self, request: Request) -> bool:
        if self.verb not in (None, request.verb) or self.resource not in (None, request.resource):
            return False
        if not self.when(request):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)


class Proxy:
    """`with Proxy(server, ca_file) as proxy:` serves on a free port until the block ends."""

    def __init__(self, server: str, ca_file: str) -> None:
        parts = urlsplit(server)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 443
        self._tls = ssl.create_default_context(cafile=ca_file)
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._log: list[Request] = []
        self._cut = False
        self._watches: set[_Watch] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    def __enter__(self) -> Proxy:
        self._thread.start()
        listening = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT))
        self._server = listening
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, AssertionError):
            # A test that fails wants to see what was asked.
            error.add_note(self.story())
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    # What tests say.

    def fault(
        self,
        action: Action,
        verb: str | None = None,
        resource: str | None = None,
        when: Callable[[Request], bool] = lambda _: True,
        skip: int = 0,
        times: int | None = None,
    ) -> Rule:
        """A rule for what comes from now on; open watches go on as they began.

        Of the requests that fit, the first `skip` pass; of the others only the
        first `times` are concerned. `rule.seen` tells how many fitted.
        """
        rule = Rule(action, verb, resource, when, skip, times)
        with self._lock:
            self._rules.append(rule)
        return rule

    def cut(self) -> None:
        """The network goes away without a word, until `heal`.

        Connections that are open now are dead for good (nobody is told). Those
        made meanwhile are accepted; what they ask is passed on when healed.
        """
        self._do(self._set_cut(True))

    def heal(self) -> None:
        """The end of all faults."""
        with self._lock:
            self._rules.clear()
        self._do(self._set_cut(False))

    def inject(self, event: dict, resource: str) -> int:
        """Puts an event into every open watch of the resource; into how many."""
        return self._do(self._inject(event, resource))

    def expire(self, resource: str | None = None) -> int:
        """An ERROR event with 410, as from an API server that has forgotten; the watch ends with it."""
        return self._do(self._inject({"type": "ERROR", "object": EXPIRED}, resource, end=True))

    # What tests ask.

    def requests(self, verb: str | None = None, resource: str | None = None, since: float = 0) -> list[Request]:
        """Those that came in, oldest first; `since` is of `time.monotonic()`."""
        with self._lock:
            log = list(self._log)
        return [
            r for r in log if verb in (None, r.verb) and resource in (None, r.resource) and r.time >= since
        ]

    def count(self, verb: str | None = None, since: float = 0) -> Counter[str]:
        """How many requests each kind made."""
        return Counter(r.kind for r in self.requests(verb, since=since))

    def open_watches(self) -> Counter[str]:
        """How many watches are open, by kind."""
        return Counter(watch.request.kind for watch in list(self._watches))

    def story(self, last: int = 60) -> str:
        """The last requests, for error messages."""
        lines = [str(r) for r in self.requests()[-last:]]
        return "\n".join([f"the last requests at the proxy, now is {time.monotonic():.2f}:", *lines])

    # The rest runs in the proxy's thread.

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _set_cut(self, cut: bool) -> None:
        self._cut = cut
        for task in self._tasks:
            connection: _Connection = task.connection  # type: ignore[attr-defined]
            connection.dead = connection.dead or cut
            connection.changed.set()

    async def _inject(self, event: dict, resource: str | None, end: bool = False) -> int:
        meant = [w for w in self._watches if resource in (None, w.request.resource) and not w.connection.dead]
        for watch in meant:
            watch.injected.put_nowait(json.dumps(event).encode() + b"\n")
            if end:
                watch.injected.put_nowait(b"")
        return len(meant)

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _action(self, request: Request) -> Action:
        with self._lock:
            self._log.append(request)
            return next((rule.action for rule in self._rules if rule.fits(request)), Pass())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        task = asyncio.current_task()
        assert task
        task.connection = connection  # type: ignore[attr-defined]
        self._tasks.add(task)
        try:
            while True:
                head = await connection.head()
                if head is None or not await self._answer(connection, head):
                    break
        except (OSError, EOFError, ssl.SSLError, asyncio.CancelledError):
            # Either side went away: so does the other one.
            pass
        finally:
            self._tasks.discard(task)
            if connection.cutting:
                writer.transport.abort()
            else:
                writer.close()

    async def _answer(self, connection: _Connection, head: _Head) -> bool:
        """Serves one request; `False` when the connection must end with it."""
        request = _request(head)
        action = self._action(request)
        # A client may send head and body apart; from here on nobody but `gone` reads what it says.
        body = await connection.exactly(int(head.headers.get("content-length", "0")))
        work = asyncio.ensure_future(self._exchange(connection, head, body, request, action))
        gone = asyncio.ensure_future(connection.until_gone())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            return await work if work.done() else False
        finally:
            for future in (work, gone):
                future.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    async def _exchange(
        self, connection: _Connection, head: _Head, body: bytes, request: Request, action: Action
    ) -> bool:
        while connection.dead or self._cut:
            await connection.until_changed()
        match action:
            case Blackhole():
                await asyncio.Event().wait()
            case Reset(after_bytes=0):
                return connection.reset()
            case Status(code, answer, headers):
                return await connection.respond(code, answer, headers)
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case Query(parameters):
                path, _, query = head.path.partition("?")
                merged = dict(parse_qsl(query, keep_blank_values=True)) | parameters
                head = replace(head, path=f"{path}?{urlencode(merged)}")
            case _:
                pass
        upstream, sink = await asyncio.open_connection(self._host, self._port, ssl=self._tls, limit=HEAD_LIMIT)
        try:
            sink.write(head.passed_on(f"{self._host}:{self._port}", body))
            answered = _Upstream(upstream)
            status, headers = await answered.head()
            if connection.dead:
                await asyncio.Event().wait()
            if request.verb == "watch" and status == 200:
                return await self._watch(connection, request, action, status, headers, answered)
            return await self._whole(connection, action, status, headers, answered)
        finally:
            sink.transport.abort()

    async def _whole(
        self, connection: _Connection, action: Action, status: int, headers: dict[str, str], answered: _Upstream
    ) -> bool:
        if isinstance(action, Rewrite):
            document = json.loads(b"".join([piece async for piece in answered.pieces()]))
            # The items of a list carry no kind.
            if "items" in document:
                document["items"] = [action.change(item) for item in document["items"] or []]
            await connection.start(status, headers)
            await connection.piece(json.dumps(document).encode())
            return await connection.finish()
        await connection.start(status, headers)
        return await self._pour(connection, answered.pieces(), action)

    async def _watch(
        self,
        connection: _Connection,
        request: Request,
        action: Action,
        status: int,
        headers: dict[str, str],
        answered: _Upstream,
    ) -> bool:
        watch = _Watch(request, connection)
        reading = asyncio.ensure_future(watch.read(answered))
        self._watches.add(watch)
        try:
            await connection.start(status, headers)
            return await self._pour(connection, watch.lines(action), action)
        finally:
            self._watches.discard(watch)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _pour(self, connection: _Connection, pieces: AsyncIterator[bytes], action: Action) -> bool:
        """Passes a body on, as the action has it; `False` when the connection must end."""
        poured = 0
        end = time.monotonic() + action.after if isinstance(action, Eof) else None
        while True:
            try:
                left = None if end is None else max(0.0, end - time.monotonic())
                async with asyncio.timeout(left):
                    piece = await anext(pieces, None)
            except TimeoutError:
                assert isinstance(action, Eof)
                return connection.half_a_piece() if action.mid_chunk else await connection.finish()
            if connection.dead:
                await asyncio.Event().wait()
            if piece is None:
                return await connection.finish()
            if isinstance(action, Throttle):
                step = max(1, int(action.bytes_a_second / 10))
                for at in range(0, len(piece), step):
                    await connection.piece(piece[at : at + step])
                    await asyncio.sleep(0.1)
                continue
            await connection.piece(piece)
            poured += len(piece)
            if isinstance(action, Reset) and poured >= action.after_bytes:
                return connection.reset()


@dataclass(frozen=True)
class _Head:
    method: str
    path: str
    headers: dict[str, str]

    def passed_on(self, host: str, body: bytes) -> bytes:
        kept = {k: v for k, v in self.headers.items() if k not in ONE_HOP}
        kept |= {"host": host, "connection": "close"} | ({"content-length": str(len(body))} if body else {})
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in kept.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _request(head: _Head) -> Request:
    path, _, text = head.path.partition("?")
    query = dict(parse_qsl(text, keep_blank_values=True))
    # /api/v1/… or /apis/GROUP/VERSION/…, then perhaps a namespace, the resource, perhaps a name.
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = None
    if len(parts) > 2 and parts[0] == "namespaces":
        namespace, parts = parts[1], parts[2:]
    verb = head.method.lower()
    if verb == "get" and len(parts) == 1:
        verb = "watch" if query.get("watch") in ("1", "true") else "list"
    return Request(time.monotonic(), verb, parts[0] if parts else path, namespace, query)


class _Connection:
    """The client's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._buffer = b""
        self.changed = asyncio.Event()
        # Nothing passes any more, and nobody is told.
        self.dead = False
        self.cutting = False

    async def head(self) -> _Head | None:
        """`None` at the end of the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if not await self._fill():
                return None
        text, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = text.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        return _Head(method, path, _headers(lines))

    async def exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not await self._fill():
                raise EOFError
        body, self._buffer = self._buffer[:count], self._buffer[count:]
        return body

    async def until_gone(self) -> None:
        """Returns when the client has closed; what it says until then is kept."""
        while await self._fill():
            pass

    async def until_changed(self) -> None:
        self.changed.clear()
        await self.changed.wait()

    async def _fill(self) -> bool:
        data = await self._reader.read(1 << 16)
        self._buffer += data
        return bool(data)

    async def start(self, status: int, headers: dict[str, str]) -> None:
        kept = {k: v for k, v in headers.items() if k not in ONE_HOP} | {"transfer-encoding": "chunked"}
        lines = [f"HTTP/1.1 {status} -", *(f"{k}: {v}" for k, v in kept.items())]
        await self._write("\r\n".join(lines).encode() + b"\r\n\r\n")

    async def piece(self, data: bytes) -> None:
        if data:
            await self._write(b"%x\r\n%b\r\n" % (len(data), data))

    async def finish(self) -> bool:
        await self._write(b"0\r\n\r\n")
        return True

    async def respond(self, status: int, answer: dict | str, headers: dict[str, str]) -> bool:
        kind = "application/json" if isinstance(answer, dict) else "text/plain"
        await self.start(status, {"content-type": kind} | {k.lower(): v for k, v in headers.items()})
        await self.piece((json.dumps(answer) if isinstance(answer, dict) else answer).encode())
        return await self.finish()

    def half_a_piece(self) -> bool:
        self._writer.write(b'ff\r\n{"type":"MODI')
        return False

    def reset(self) -> bool:
        self.cutting = True
        return False

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


class _Upstream:
    """The API server's side of one exchange."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._headers: dict[str, str] = {}

    async def head(self) -> tuple[int, dict[str, str]]:
        text = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.split("\r\n")
        self._headers = _headers(lines)
        return int(first.split(" ", 2)[1]), self._headers

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        if self._headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int((await self._reader.readline()).split(b";")[0], 16):
                yield await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            return
        left = int(self._headers.get("content-length", "0"))
        while left:
            piece = await self._reader.read(min(left, 1 << 16))
            if not piece:
                raise EOFError
            left -= len(piece)
            yield piece


@dataclass(eq=False)
class _Watch:
    """An open watch: what the API server says, and what a test puts in."""

    request: Request
    connection: _Connection
    injected: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    async def read(self, answered: _Upstream) -> None:
        rest = b""
        try:
            async for piece in answered.pieces():
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self.injected.put_nowait(line + b"\n")
        except (OSError, EOFError, ValueError):
            # The API server died: for the client that is the end of the body in any case.
            pass
        self.injected.put_nowait(b"")

    async def lines(self, action: Action) -> AsyncIterator[bytes]:
        while line := await self.injected.get():
            if isinstance(action, Rewrite):
                event = json.loads(line)
                if event["type"] in ("ADDED", "MODIFIED", "DELETED"):
                    event["object"] = action.change(event["object"])
                    line = json.dumps(event).encode() + b"\n"
            yield line
            if isinstance(action, Duplicate):
                yield line
