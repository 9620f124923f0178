"""Speaks HTTP to an API server: requests, JSON, watches. Knows no kind of object."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class ApiError(Exception):
    """The API server refused: `status` is the HTTP code, `message` its words."""

    def __init__(self, method: str, path: str, status: int, message: str) -> None:
        super().__init__(f"{method} {path}: {status} {message}")
        self.status = status
        self.message = message


class Unreachable(Exception):
    """Nobody answered, or the answer broke off."""


class Api:
    """One user's access to one API server. Every thread has its own connection."""

    def __init__(self, server: str, ca_file: str, token: str | None, timeout: float = 30) -> None:
        self.server = server
        self.ca_file = ca_file
        self.token = token
        self.timeout = timeout
        parts = urlsplit(server)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 443
        self._tls = ssl.create_default_context(cafile=ca_file)
        self._local = threading.local()

    def get(self, path: str, **query: str) -> Any:
        return self.request("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Any) -> Any:
        return self.request("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.request("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.request("DELETE", path, body)

    def patch(self, path: str, body: Any, content_type: str = MERGE_PATCH) -> Any:
        return self.request("PATCH", path, body, content_type)

    def request(self, method: str, path: str, body: Any = None, content_type: str = JSON) -> Any:
        """The decoded answer; text as it is; `ApiError` from status 400 on."""
        status, kind, raw = self._exchange(method, path, body, content_type)
        text = raw.decode("utf-8", "replace")
        answer = json.loads(text) if text and kind.startswith(JSON) else text
        if status >= 400:
            message = answer.get("message", text) if isinstance(answer, dict) else text
            raise ApiError(method, path, status, message.strip())
        return answer

    def is_there(self, path: str) -> bool:
        """Whether the API server has that object; any other failure is raised."""
        try:
            self.get(path)
            return True
        except ApiError as error:
            if error.status == 404:
                return False
            raise

    def watch(self, path: str, version: str, seconds: int = 300, **query: str) -> Iterator[dict]:
        """Events after `version`, until the server ends the watch."""
        query |= {"watch": "1", "resourceVersion": version, "timeoutSeconds": str(seconds)}
        connection = self._connect()
        try:
            connection.request("GET", f"{path}?{urlencode(query)}", headers=self._headers())
            answer = connection.getresponse()
            if answer.status >= 400:
                raise ApiError("WATCH", path, answer.status, answer.read().decode("utf-8", "replace"))
            for line in answer:
                if line.strip():
                    yield json.loads(line)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"watch of {path} at {self.server}: {error}") from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, timeout=self.timeout, context=self._tls)

    def _headers(self, content_type: str | None = None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "rig"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if content_type:
            headers["Content-Type"] = content_type
        return headers

    def _exchange(self, method: str, path: str, body: Any, content_type: str) -> tuple[int, str, bytes]:
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = self._headers(content_type if data is not None else None)
        while True:
            connection = getattr(self._local, "connection", None)
            reused = connection is not None
            if connection is None:
                connection = self._local.connection = self._connect()
            try:
                connection.request(method, path, body=data, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.headers.get("Content-Type", ""), answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connection = None
                # A kept connection that was cut meanwhile says nothing about the
                # server: once more on a fresh one.
                if not reused or isinstance(error, TimeoutError):
                    raise Unreachable(f"{method} {path} at {self.server}: {error}") from error


def namespaced(namespace: str, resource: str, name: str = "", group: str = "") -> str:
    """The path of a namespaced resource; `group` as in `networking.k8s.io/v1`, empty for core."""
    root = f"/apis/{group}" if group else "/api/v1"
    return f"{root}/namespaces/{namespace}/{resource}" + (f"/{quote(name)}" if name else "")
