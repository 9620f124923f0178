"""Guest links on the real API server: what they show, until when, and to whom not any more."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from urllib.parse import urlencode, urlsplit

from binary import Server, Skyports, wait_for_overview
from clicks import Answer, wait_until_shown
from overview import endpoints
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import with_address

ADDRESS = "203.0.113.77"
URL = f"http://{ADDRESS}:8888/"


def ask(server: Server, method: str, path: str, login: str | None = None, **fields: object) -> tuple[Answer, dict[str, str]]:
    """One request as a browser makes it, without following where it leads; the answer and its headers."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    headers |= {"Authorization": f"Bearer {login}"} if login else {}
    try:
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, answer.read().decode()), told
    finally:
        connection.close()


def form(namespace: str, c: str) -> str:
    return f"/c/rig/{namespace}/{c}/share"


def share(server: Server, namespace: str, c: str, hours: int = 1, label: str = "Ana (review)") -> str:
    """Makes a link; the path of its address."""
    answer, _ = ask(server, "POST", form(namespace, c), port=8888, mode="loadbalancer", hours=hours, label=label)
    assert answer.status == 200, answer.text
    return re.search(r"/s/[A-Za-z0-9_-]{22}", answer.html)[0]


def hash_of(path: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(urlsafe_b64decode(path.removeprefix("/s/") + "==")).hexdigest()


def kept(rig: Rig, namespace: str, c: str) -> dict:
    return rig.api.get(namespaced(namespace, "configmaps", f"{c}-skyports-links"))


def patiently(server: Server, method: str, path: str, **fields: object) -> Answer:
    """The same, again when it was told to wait."""
    asked = lambda: ask(server, method, path, **fields)[0]  # noqa: E731
    return wait_for("its turn", lambda: answer if (answer := asked()).status != 429 else None, seconds=20)


def shows(server: Server, path: str) -> bool:
    status = patiently(server, "GET", path).status
    assert status in (200, 404), status
    return status == 200


@contextmanager
def shared(rig: Rig, skyports: Skyports, namespace: str) -> Iterator[tuple[Server, str, str]]:
    c = with_address(rig, namespace, "train", ["8888"], ADDRESS)
    with skyports.serve("--namespace", namespace) as server:
        wait_until_shown(server, namespace, c)
        wait_for_overview(server, "the port", lambda o: endpoints(o, namespace, c)[8888]["urls"] == [URL])
        yield server, c, share(server, namespace, c)


def test_a_link_shows_one_endpoint_and_its_address_only_to_who_asks(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (server, c, path):
        page, headers = ask(server, "GET", path)
        assert page.status == 200 and "shared this with you" in page.text, page.text
        assert "admin shared this with you" in page.text, "who"
        assert ADDRESS not in page.html, "a chat that looks at the link learns no address"
        assert namespace not in page.html.replace(path, ""), "nor anything else"
        for _ in range(3):
            gone_on, moved = ask(server, "POST", path, x=1)
            assert gone_on.status == 200 and f'href="{URL}"' in gone_on.html, gone_on.text
            assert moved["refresh"] == f"1;url={URL}", moved
        for told in (headers, moved):
            assert (told["referrer-policy"], told["cache-control"]) == ("no-referrer", "no-store"), told
        assert "<script" not in page.html and "javascript:" not in page.html, "it has no script"

        secret = path.removeprefix("/s/")
        everything = json.dumps(kept(rig, namespace, c)) + server.stderr()
        assert secret not in everything, "its secret is kept nowhere"
        (entry,) = kept(rig, namespace, c)["data"].values()
        entry = json.loads(entry)
        assert (entry["label"], entry["maker"], entry["expires"] - entry["made"]) == ("Ana (review)", "admin", 3600), entry
        head = rig.api.get(namespaced(namespace, "pods", f"{c}-head"))["metadata"]["uid"]
        assert [owner["uid"] for owner in kept(rig, namespace, c)["metadata"]["ownerReferences"]] == [head]


def test_it_needs_no_login_and_making_one_does(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (_, c, path):
        pass
    with skyports.serve_with_login("--namespace", namespace) as (server, code):
        wait_for("the cluster", lambda: ask(server, "GET", path)[0].status == 200, seconds=10)
        assert ask(server, "POST", path, x=1)[0].status == 200
        for method in ("GET", "POST"):
            refused, _ = ask(server, method, f"{form(namespace, c)}?port=8888&mode=loadbalancer", x=1)
            assert refused.status == 401, refused.text
        assert ask(server, "GET", f"{form(namespace, c)}?port=8888&mode=loadbalancer", login=code)[0].status == 200


def test_what_shows_nothing_looks_alike_whatever_the_cause(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (server, c, path):
        assert shows(server, path)
        revoked, expired, closed = path, share(server, namespace, c), share(server, namespace, c)
        links = kept(rig, namespace, c)["data"]
        page, _ = ask(server, "GET", f"{form(namespace, c)}?port=8888&mode=loadbalancer")
        hashes = set(re.findall(r"revoke=([0-9a-f]{64})", unescape(page.html)))
        assert hashes == set(links) == {hash_of(it) for it in (revoked, expired, closed)}

        # One is revoked by the page, one is let expire, and one goes with its port.
        done, _ = ask(server, "POST", form(namespace, c), port=8888, mode="loadbalancer", revoke=hash_of(revoked))
        assert "Guest link revoked" in done.text, done.text
        assert not shows(server, revoked), "at once"
        entry = json.loads(links[hash_of(expired)]) | {"expires": 1}
        rig.api.patch(
            namespaced(namespace, "configmaps", f"{c}-skyports-links"), {"data": {hash_of(expired): json.dumps(entry)}}
        )
        wait_for("the end of it", lambda: not shows(server, expired), seconds=5)
        assert shows(server, closed)
        preview, _ = ask(server, "GET", f"/c/rig/{namespace}/{c}/close?ports=8888&mode=loadbalancer")
        assert "A guest link ends with the port." in preview.text and "“Ana (review)”" in preview.text, preview.text
        status = server.submit(f"/c/rig/{namespace}/{c}/close", ports="8888", mode="loadbalancer")
        assert status == 303, status
        wait_for("the end of the port's link", lambda: not shows(server, closed), seconds=5)
        wait_for("it to be taken away", lambda: hash_of(closed) not in (kept(rig, namespace, c).get("data") or {}))

        letters = random.Random(7).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=21)
        never = f"/s/{''.join(letters)}A"
        answers = {patiently(server, method, link, **fields).html for link in (revoked, expired, closed, never, "/s/x", "/s/%00")
                   for method, fields in (("GET", {}), ("POST", {"x": 1}))}  # fmt: skip
        assert len(answers) == 1, answers


def test_a_revoked_link_stays_dead_when_skypilot_replaces_everything(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (server, c, path):
        stays = share(server, namespace, c)
        page, _ = ask(server, "GET", f"{form(namespace, c)}?port=8888&mode=loadbalancer&revoke=all")
        assert "Revoke all guest links" in page.text, page.text
        assert shows(server, stays), "to be asked revokes nothing"
        done, _ = ask(server, "POST", form(namespace, c), port=8888, mode="loadbalancer", revoke="all")
        assert "2 guest links revoked" in done.text, done.text
        rig.oracle.open_ports(c, ["8888", "9000"], namespace=namespace)
        wait_for_overview(server, "SkyPilot's port", lambda o: 9000 in endpoints(o, namespace, c))
        assert not shows(server, path) and not shows(server, stays)
        # One that is not revoked lives through it.
        alive = share(server, namespace, c)
        rig.oracle.open_ports(c, ["8888", "9001"], namespace=namespace)
        assert shows(server, alive)


def test_a_new_cluster_of_the_same_name_inherits_nothing(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (server, c, path):
        old = kept(rig, namespace, c)
        rig.oracle.terminate(c, ports=["8888"], namespace=namespace)
        name = namespaced(namespace, "configmaps", f"{c}-skyports-links")
        wait_for("the links to go with the head", lambda: not rig.api.is_there(name), seconds=30)
        again = with_address(rig, namespace, "train", ["8888"], ADDRESS)
        assert again == c
        # Even where somebody puts the old links back.
        meta = {key: old["metadata"][key] for key in ("name", "labels", "ownerReferences")}
        del meta["ownerReferences"][0]["uid"]
        meta["ownerReferences"][0]["uid"] = "00000000-0000-4000-8000-000000000000"
        wait_until_shown(server, namespace, c)
        rig.api.post(namespaced(namespace, "configmaps"), {"metadata": meta, "data": old["data"]})
        assert not shows(server, path)


def test_another_skyports_serves_it_and_knows_when_it_is_revoked(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (one, c, path), skyports.serve("--namespace", namespace) as other:
        wait_for("the other one to know the cluster", lambda: ask(other, "GET", path)[0].status == 200, seconds=10)
        done, _ = ask(one, "POST", form(namespace, c), port=8888, mode="loadbalancer", revoke="all")
        assert "Guest link revoked" in done.text, done.text
        wait_for("the other one to know it, too", lambda: not shows(other, path), seconds=3)


def test_who_tries_many_is_slowed(rig: Rig, namespace: str, skyports: Skyports) -> None:
    with shared(rig, skyports, namespace) as (server, _, path):
        answers = [ask(server, "GET", f"/s/{number:022d}") for number in range(60)]
        slowed = [headers for answer, headers in answers if answer.status == 429]
        assert len(slowed) >= 20 and all("retry-after" in headers for headers in slowed), [a.status for a, _ in answers]
        wait_for("its turn", lambda: ask(server, "GET", path)[0].status == 200, seconds=10)


def test_a_link_waits_until_there_is_something_to_open(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = rig.oracle.provision("train", namespace=namespace)["name_on_cloud"]
    rig.oracle.open_ports(c, ["8888"], namespace=namespace)
    with skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the port", lambda o: bool(o["clusters"]) and 8888 in endpoints(o, namespace, c))
        path = share(server, namespace, c)
        page, headers = ask(server, "GET", path)
        assert "is not ready yet" in page.text and headers["refresh"] == "3", page.text
        assert "refresh" in ask(server, "POST", path, x=1)[1]
        objects.patch_lb(rig.api, namespace, objects.lb_service(c), [ADDRESS])
        wait_for("the way on", lambda: "Continue to JupyterLab" in ask(server, "GET", path)[0].text, seconds=5)


def test_who_may_not_is_told_which_right_is_missing(rig: Rig, namespace: str, skyports: Skyports) -> None:
    c = with_address(rig, namespace, "train", ["8888"], ADDRESS)
    kubeconfig = rig.write_kubeconfig(skyports.home / "viewer", rig.context(user="viewer"))
    with skyports.serve("--namespace", namespace, kubeconfig=kubeconfig) as server:
        wait_until_shown(server, namespace, c)
        answer, _ = ask(server, "POST", form(namespace, c), port=8888, mode="loadbalancer", hours=1)
        assert "You may not" in answer.text and "configmaps" in answer.text, answer.text
        assert "kind: Role" in answer.text, answer.text
