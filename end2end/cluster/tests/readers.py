"""Readers who sign in at a proxy: their tokens, and a skyports that believes them."""

from __future__ import annotations

import datetime
import http.client
import http.server
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm

from binary import Server, Skyports

ISSUER, AUDIENCE = "https://id.example.com", "skyports"
# What shows a namespace to a reader.
LISTED = [
    {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["list"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list"]},
]


class Issuer:
    """Signs tokens; its public key is in a file."""

    def __init__(self, folder: Path) -> None:
        self.keys = folder / "keys.json"
        self.rotate("one")

    def rotate(self, kid: str) -> None:
        """A new key, and the old one is none any more."""
        self.kid = kid
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        self.keys.write_text(json.dumps({"keys": [public | {"kid": kid, "use": "sig", "alg": "RS256"}]}))

    def token(self, user: str, *groups: str, seconds: float = 600, **claims: object) -> str:
        told = {"iss": ISSUER, "aud": AUDIENCE, "sub": user, "groups": list(groups), "exp": int(time.time() + seconds)}
        return jwt.encode(told | claims, self._key, "RS256", {"kid": self.kid})

    def flags(self) -> list[str]:
        return [f"--sign-in-issuer={ISSUER}", f"--sign-in-audience={AUDIENCE}", f"--sign-in-keys={self.keys}"]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Reader:
    """Somebody at a browser, behind the proxy."""

    server: Server
    token: str | None

    def ask(self, method: str, path: str, body: bytes | None = None, timeout: float = 20, **headers: str) -> Answer:
        with self._connection(timeout) as connection:
            connection.request(method, path, body, self._headers() | {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read(), told)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def submit(self, path: str, **fields: object) -> Answer:
        form = urlencode(fields).encode()
        return self.ask("POST", path, form, content_type="application/x-www-form-urlencoded")

    def call(self, function: str, body: bytes = b"") -> Answer:
        """A server function, as the page's program calls it."""
        kind = "application/x-postcard"
        return self.ask("POST", f"/api/fn/{function}", body, content_type=kind, accept=kind)

    def overview(self) -> dict:
        answer = self.get("/api/v1/overview")
        assert answer.status == 200, answer.text
        return json.loads(answer.text)

    @contextmanager
    def listen(self, query: str = "") -> Iterator[Stream]:
        with self._connection(60) as connection:
            connection.request("GET", f"/api/v1/events{query}", headers=self._headers())
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            yield Stream(answer)

    def _headers(self) -> dict[str, str]:
        parts = urlsplit(self.server.url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    @contextmanager
    def _connection(self, timeout: float) -> Iterator[http.client.HTTPConnection]:
        parts = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
        try:
            yield connection
        finally:
            connection.close()


class Stream:
    """An open event stream: everything that came, as bytes."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        self.bytes = b""
        self.ended: float | None = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while chunk := self._answer.read1(65536):
                self.bytes += chunk
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass  # the test has closed it
        self.ended = time.monotonic()


@contextmanager
def team(skyports: Skyports, issuer: Issuer, *args: str) -> Iterator[Server]:
    """A skyports for a team. It listens on loopback, as behind a proxy beside it."""
    with skyports.serve_for_readers(*issuer.flags(), *args) as server:
        yield server


@contextmanager
def over_tls(issuer: Issuer, folder: Path) -> Iterator[tuple[str, Path, Callable[[], None]]]:
    """The issuer's keys at an https URL; the URL, the file with whom to trust, and what ends it."""
    certificate, key = _certificate()
    ca = folder / "ca.pem"
    ca.write_bytes(certificate)
    both = folder / "server.pem"
    both.write_bytes(key + certificate)

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - its name in the library
            body = issuer.keys.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    try:
        yield f"https://127.0.0.1:{server.server_port}/keys", ca, end
    finally:
        end()


def _certificate() -> tuple[bytes, bytes]:
    """Of 127.0.0.1, by itself; in PEM, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "keys of a test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return made.public_bytes(serialization.Encoding.PEM), private
