"""What readers who signed in see, do and hear: what Kubernetes lets them, and nothing else (S-10, S-11)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from binary import Skyports
from overview import clusters
from readers import LISTED, Answer, Issuer, Reader, over_tls, team
from rig import objects
from rig.api import namespaced
from rig.kubeconfig import Context
from rig.proxy import Blackhole, Proxy, Status, failure
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened, with_address

RBAC = "/apis/rbac.authorization.k8s.io/v1"
WRITES = [
    {"apiGroups": [""], "resources": ["services", "configmaps"], "verbs": ["get", "list", "create", "patch", "delete"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["get", "list", "create", "patch", "delete"]},
]
_numbers = itertools.count()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


def bind(rig: Rig, namespace: str | None, kind: str, name: str, rules: list[dict]) -> str:
    """Rights of a user or a group, in one namespace or in all; the path of the binding."""
    role = f"reader-{next(_numbers)}"
    group = "rbac.authorization.k8s.io"
    root, scope = (f"{RBAC}/namespaces/{namespace}", "") if namespace else (RBAC, "Cluster")
    plural = "clusterrole" if scope else "role"
    rig.api.post(f"{root}/{plural}s", {"metadata": {"name": role}, "rules": rules})
    rig.api.post(
        f"{root}/{plural}bindings",
        {
            "metadata": {"name": role},
            "roleRef": {"apiGroup": group, "kind": f"{scope}Role", "name": role},
            "subjects": [{"apiGroup": group, "kind": kind, "name": name}],
        },
    )
    return f"{root}/{plural}bindings/{role}"


class House:
    """Three namespaces with a cluster each: Ada may list the first, her group the second, Bob the third."""

    def __init__(self, rig: Rig) -> None:
        self.namespaces = [rig.namespace(f"readers-{word}") for word in ("amber", "beryl", "coral")]
        names = ("argon", "boron", "cobalt")
        self.addresses = [f"203.0.113.{60 + i}" for i in range(3)]
        self.clusters = [
            with_address(rig, namespace, name, ["8888"], address)
            for namespace, name, address in zip(self.namespaces, names, self.addresses, strict=True)
        ]
        self.words = [(n, c, a, word) for n, c, a, word in zip(self.namespaces, self.clusters, self.addresses, names, strict=True)]
        first, second, third = self.namespaces
        self.binding = bind(rig, first, "User", "oidc:ada", LISTED)
        bind(rig, second, "Group", "oidc:chemists", LISTED)
        bind(rig, third, "User", "oidc:bob", LISTED)
        # Some of the three is not enough, and neither is another verb.
        bind(rig, third, "User", "oidc:ada", LISTED[:1])
        bind(rig, first, "User", "oidc:bob", [rule | {"verbs": ["get", "watch"]} for rule in LISTED])
        bind(rig, None, "User", "oidc:root", LISTED)

    def foreign(self, mine: list[int]) -> list[bytes]:
        """Every word that a reader of those namespaces must not find."""
        return [word.encode() for at in range(3) if at not in mine for word in self.words[at]]


@pytest.fixture(scope="module")
def house(rig: Rig) -> House:
    return House(rig)


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def endpoint_id(namespace: str, c: str) -> bytes:
    """In postcard: context, namespace, name, port, mode."""
    texts = [b"rig", namespace.encode(), c.encode()]
    return b"".join(varint(len(text)) + text for text in texts) + varint(8888) + varint(0)


def surfaces(reader: Reader, house: House) -> Iterator[tuple[str, Answer]]:
    """Every way in which something is told, asked for what is theirs and for what is not."""
    for path in ("/", "/?q=readers", "/?group=context", "/contexts", "/contexts?again", "/api/v1/overview", "/nowhere"):
        yield path, reader.get(path)
    yield "list_clusters", reader.call("list_clusters")
    for namespace, c, _, word in house.words:
        at = f"/c/rig/{namespace}/{c}"
        for path in (at, f"{at}/8888", f"{at}/8888?mode=loadbalancer", f"{at}/9999", f"{at}/share?port=8888&mode=loadbalancer"):
            yield path, reader.get(path)
        for path in (f"{at}/open?ports=9000", f"{at}/close?ports=8888&mode=loadbalancer", f"/go/{word}"):
            yield path, reader.get(path)
        identity = endpoint_id(namespace, c)
        yield f"describe {at}", reader.call("describe_endpoint", identity + b"\0")
        for action in ("open", "close", "share"):
            address, form = f"{at}/{action}".encode(), b"ports=9000&port=8888&mode=loadbalancer"
            body = varint(len(address)) + address + varint(len(form)) + form
            for submit in (b"\0", b"\1"):
                yield f"{action} {at} {submit!r}", reader.call("ports", body + submit)


def names_nothing_foreign(told: bytes, asked: str, foreign: list[bytes]) -> None:
    # What a reader typed is no news to them.
    found = [word for word in foreign if word in told and word not in asked.encode()]
    assert not found, f"{asked} tells of {found}: {told[:3000]!r}"


@pytest.mark.parametrize(
    ("who", "mine"),
    [(("ada",), [0]), (("ada", "chemists"), [0, 1]), (("bob",), [2]), (("carol",), []), (("root",), [0, 1, 2])],
    ids=lambda it: "-".join(map(str, it)) or "nothing",
)
def test_no_foreign_name_in_any_byte(
    rig: Rig, skyports: Skyports, house: House, issuer: Issuer, who: tuple[str, ...], mine: list[int]
) -> None:
    with team(skyports, issuer) as server:
        boss, reader = Reader(server, issuer.token("root")), Reader(server, issuer.token(*who))
        wait_for("the clusters", lambda: all(clusters(boss.overview(), n) for n in house.namespaces))
        # Other tests have left theirs; of these three it is told.
        seen = [at for at, n in enumerate(house.namespaces) if clusters(reader.overview(), n)]
        assert seen == mine
        foreign = house.foreign(mine)
        with reader.listen() as json_stream, reader.listen("?encoding=postcard") as stream:
            wait_for("hello", lambda: b"hello" in json_stream.bytes and b"hello" in stream.bytes)
            for asked, answer in surfaces(reader, house):
                assert answer.status < 500 or b"forbidden" in answer.body or "api/fn" not in asked, (asked, answer)
                names_nothing_foreign(answer.body + str(answer.headers).encode(), asked, foreign)
            # A change of each: theirs is told within a second or two, the others' never.
            for at, namespace in enumerate(house.namespaces):
                service = namespaced(namespace, "services", objects.lb_service(house.clusters[at]))
                objects.patch_lb(rig.api, namespace, service.rsplit("/", 1)[1], [house.addresses[at], "203.0.113.99"])
            if mine:
                told = house.clusters[mine[-1]].encode()
                wait_for("the change of theirs", lambda: told in json_stream.bytes, seconds=5)
            time.sleep(0.5)
            for name, said in (("the stream", json_stream.bytes), ("the page's stream", stream.bytes)):
                names_nothing_foreign(said, name, foreign)
                assert mine or said.count(b"event: change") == 0, said
        for at, namespace in enumerate(house.namespaces):
            objects.patch_lb(rig.api, namespace, objects.lb_service(house.clusters[at]), [house.addresses[at]])


def test_who_is_not_signed_in_sees_nothing(skyports: Skyports, house: House, issuer: Issuer, tmp_path: Path) -> None:
    stranger = Issuer(tmp_path)
    with team(skyports, issuer) as server:
        for what, token in {
            "no token": None,
            "another's key": stranger.token("root"),
            "another audience": issuer.token("root", aud="kubernetes"),
            "over": issuer.token("root", seconds=-120),
        }.items():
            reader = Reader(server, token)
            for path in ("/", "/contexts", "/api/v1/overview", "/api/v1/events", f"/c/rig/{house.namespaces[0]}/{house.clusters[0]}"):
                answer = reader.get(path)
                assert answer.status == 401, (what, path, answer.status)
                names_nothing_foreign(answer.body, path, house.foreign([]))
            assert reader.call("list_clusters").status == 401
        # A name in a header, as a proxy that signs nothing would send it, says nothing.
        forged = {"X_Forwarded_User": "root", "X_Forwarded_Groups": "system:masters", "X_Auth_Request_User": "root"}
        assert Reader(server, None).ask("GET", "/", **forged).status == 401
        assert Reader(server, None).get("/healthz").status == 200


def test_reading_alone_has_nothing_that_writes(rig: Rig, skyports: Skyports, house: House, issuer: Issuer) -> None:
    bind(rig, house.namespaces[0], "User", "oidc:writer", LISTED + WRITES)
    with team(skyports, issuer) as server:
        writer = Reader(server, issuer.token("writer"))
        at = f"/c/rig/{house.namespaces[0]}/{house.clusters[0]}"
        wait_for("the cluster", lambda: clusters(writer.overview(), house.namespaces[0]))
        for path in ("open", "close"):
            assert writer.get(f"{at}/{path}?ports=9000&mode=loadbalancer").status == 404
            assert writer.submit(f"{at}/{path}", ports="9000", mode="loadbalancer").status == 404
        assert writer.submit(f"{at}/share", port=8888, mode="loadbalancer", hours=1).status == 404
        page = writer.get("/").text
        assert 'data-writes="off"' in page and "oidc:writer" in page
        services = rig.api.get(namespaced(house.namespaces[0], "services"))["items"]
        assert 9000 not in [port["port"] for service in services for port in service["spec"].get("ports", [])]


def test_a_right_that_is_taken_away_and_given(rig: Rig, skyports: Skyports, issuer: Issuer) -> None:
    """Within 30 s, on pages and on streams that are open."""
    namespace = rig.namespace("readers-taken-away")
    c = with_address(rig, namespace, "dorset", ["8888"], "203.0.113.70")
    binding = bind(rig, namespace, "User", "oidc:dora", LISTED)
    with team(skyports, issuer) as server:
        dora = Reader(server, issuer.token("dora"))
        wait_for("the cluster", lambda: clusters(dora.overview(), namespace))
        with dora.listen() as stream:
            wait_for("hello", lambda: b"hello" in stream.bytes)
            rig.api.delete(binding)
            taken = time.monotonic()
            wait_for("the overview to be read anew", lambda: b"event: resync" in stream.bytes or c.encode() in stream.bytes, seconds=45)
            assert time.monotonic() - taken <= 42
            assert not clusters(dora.overview(), namespace)
            bind(rig, namespace, "User", "oidc:dora", LISTED)
            wait_for("the cluster again", lambda: clusters(dora.overview(), namespace), seconds=35)
            wait_for("the stream to say so", lambda: stream.bytes.count(b"event: ") >= 3, seconds=15)


def test_without_an_answer_nothing_is_shown(rig: Rig, skyports: Skyports, house: House, issuer: Issuer) -> None:
    """The API server's reviews fail, or hang: fail closed, soon, and well again by itself."""
    plane = rig.control_plane
    with Proxy(plane.server, str(plane.ca_file)) as proxy:
        config = rig.write_kubeconfig(skyports.home / "proxied", rig.context(server=proxy.url))
        through = Skyports(skyports.binary, config, skyports.home)
        broken = Status(500, failure(500, "InternalError", "no", "InternalError"))
        rule = proxy.fault(broken, "post", "subjectaccessreviews", times=4)
        with team(through, issuer) as server:
            root = Reader(server, issuer.token("root"))
            wait_for("something live", lambda: [x["state"] for x in root.overview()["contexts"]] == ["live"])
            assert rule.seen > 0 and root.overview()["clusters"] == []
            assert not any(word in root.get("/").body for word in house.foreign([]))
            wait_for("it again", lambda: clusters(root.overview(), house.namespaces[0]), seconds=60)
            hangs = proxy.fault(Blackhole(), "post", "subjectaccessreviews")
            stranger = Reader(server, issuer.token("ada", "chemists"))
            begun = time.monotonic()
            assert stranger.overview()["clusters"] == []
            assert hangs.seen > 0 and time.monotonic() - begun < 15


def test_a_stream_ends_with_its_token(skyports: Skyports, house: House, issuer: Issuer) -> None:
    with team(skyports, issuer) as server:
        # A minute is the difference of clocks that is allowed.
        short = Reader(server, issuer.token("root", seconds=-55))
        with short.listen() as stream:
            wait_for("hello", lambda: b"hello" in stream.bytes)
            wait_for("its end", lambda: stream.ended, seconds=15)
        wait_for("no more", lambda: short.get("/").status == 401, seconds=5)


def test_keys_that_are_fetched_change_and_outlive_their_place(
    skyports: Skyports, house: House, tmp_path: Path
) -> None:
    issuer = Issuer(tmp_path)
    with over_tls(issuer, tmp_path) as (url, ca, end):
        flags = [*issuer.flags()[:2], f"--sign-in-keys={url}"]
        untrusted = skyports.run("serve", *flags, "--listen", "127.0.0.1:0").expect(2)
        assert "cannot be read" in untrusted.err, untrusted
        with skyports.serve_for_readers(*flags, environment={"SSL_CERT_FILE": str(ca)}) as server:
            old = issuer.token("root")
            assert Reader(server, old).get("/").status == 200
            issuer.rotate("two")
            new = Reader(server, issuer.token("root"))
            wait_for("the new key", lambda: new.get("/").status == 200, seconds=20)
            assert Reader(server, old).get("/").status == 401, "the old one is none any more"
            end()
            assert new.get("/").status == 200
            assert Reader(server, Issuer(tmp_path).token("root")).get("/").status == 401


# Writing, as the reader.

CONSTRAINED = [
    {"apiGroups": ["authentication.k8s.io"], "resources": ["users"], "verbs": ["impersonate:user-info"]},
    {
        "apiGroups": ["authentication.k8s.io"],
        "resources": ["groups"],
        "resourceNames": ["oidc:chemists"],
        "verbs": ["impersonate:user-info"],
    },
    {
        "apiGroups": [""],
        "resources": ["services", "configmaps"],
        "verbs": [f"impersonate-on:user-info:{verb}" for verb in ("create", "patch", "delete")],
    },
    {
        "apiGroups": ["networking.k8s.io"],
        "resources": ["ingresses"],
        "verbs": [f"impersonate-on:user-info:{verb}" for verb in ("create", "patch", "delete")],
    },
    {
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews"],
        "verbs": ["impersonate-on:user-info:create"],
    },
]
OWN = [
    {"apiGroups": [""], "resources": ["pods", "services", "events", "configmaps"], "verbs": ["get", "list", "watch"]},
    {
        "apiGroups": ["networking.k8s.io"],
        "resources": ["ingresses", "ingressclasses"],
        "verbs": ["get", "list", "watch"],
    },
    {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]},
]


def as_account(rig: Rig, skyports: Skyports, namespace: str, rules: list[dict]) -> Skyports:
    """A skyports that is a service account with those rights."""
    name = f"skyports-{next(_numbers)}"
    rig.api.post(namespaced(namespace, "serviceaccounts"), {"metadata": {"name": name}})
    bind(rig, None, "User", f"system:serviceaccount:{namespace}:{name}", rules)
    path = namespaced(namespace, "serviceaccounts", name) + "/token"
    token = rig.api.post(path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
    plane = rig.control_plane
    context = Context("rig", plane.server, plane.ca_file, name, token["status"]["token"])
    config = rig.write_kubeconfig(skyports.home / name, context)
    return Skyports(skyports.binary, config, skyports.home)


def test_writing_is_done_as_the_reader_and_by_nobody_else(rig: Rig, skyports: Skyports, issuer: Issuer) -> None:
    namespace = rig.namespace("readers-write")
    c = with_address(rig, namespace, "erbium", ["8888"], "203.0.113.71")
    bind(rig, namespace, "User", "oidc:eve", LISTED)
    bind(rig, namespace, "Group", "oidc:chemists", LISTED + WRITES)
    account = as_account(rig, skyports, namespace, OWN + CONSTRAINED)
    with team(account, issuer, "--write-as-user", "--write-as-group=oidc:chemists") as server:
        # Of her groups the account may name one; the API server would refuse all of it for the other.
        ada, eve = Reader(server, issuer.token("ada", "chemists", "everybody")), Reader(server, issuer.token("eve"))
        wait_for("the cluster", lambda: clusters(ada.overview(), namespace) and clusters(eve.overview(), namespace))
        at = f"/c/rig/{namespace}/{c}"
        refused = eve.submit(f"{at}/open", ports="9000", mode="loadbalancer")
        assert "oidc:eve" in refused.text and "cannot patch resource" in refused.text, refused.text[-3000:]
        assert ports(rig, namespace, c) == {8888}, "nothing was written in anybody's name"
        preview = ada.get(f"{at}/open?ports=9000&mode=loadbalancer")
        assert preview.status == 200 and "Forbidden" not in preview.text
        done = ada.submit(f"{at}/open", ports="9000", mode="loadbalancer")
        assert done.status in (200, 303), done.text[-3000:]
        assert ports(rig, namespace, c) == {8888, 9000}
        made = ada.submit(f"{at}/share", port=8888, mode="loadbalancer", hours=1, label="for the lab")
        assert made.status == 200 and "/s/" in made.text, made.text[-3000:]
        kept = rig.api.get(namespaced(namespace, "configmaps", f"{c}-skyports-links"))
        assert "oidc:ada" in str(kept["data"]), "who made it"
        # The account itself could have done none of it.
        assert account.run("open", c, "9001", "--namespace", namespace).code == 1


def ports(rig: Rig, namespace: str, c: str) -> set[int]:
    service = rig.api.get(namespaced(namespace, "services", objects.lb_service(c)))
    return {port["port"] for port in service["spec"]["ports"]}


def test_who_may_impersonate_for_anything_writes_nothing(rig: Rig, skyports: Skyports, issuer: Issuer) -> None:
    """The verb `impersonate` would make whoever breaks in any user; it is refused, and said why."""
    namespace = rig.namespace("readers-unbounded")
    c = with_address(rig, namespace, "fluorine", ["8888"], "203.0.113.72")
    bind(rig, namespace, "User", "oidc:ada", LISTED + WRITES)
    free = [{"apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"]}]
    for rules, why in ((OWN + free, "more than it must"), (OWN, "may impersonate nobody")):
        with team(as_account(rig, skyports, namespace, rules), issuer, "--write-as-user") as server:
            ada = Reader(server, issuer.token("ada"))
            wait_for("the cluster", lambda ada=ada: clusters(ada.overview(), namespace))
            refused = ada.submit(f"/c/rig/{namespace}/{c}/open", ports="9000", mode="loadbalancer")
            assert "cannot write in your name" in refused.text and why in refused.text, refused.text[-3000:]
            assert ports(rig, namespace, c) == {8888}


def test_a_dashboard_on_the_host_of_the_apps_does_not_start(rig: Rig, skyports: Skyports, issuer: Issuer) -> None:
    """S-22: an app at `/skypilot/…` of the same origin could act as whoever reads the page."""
    namespace = rig.namespace("readers-same-origin")
    objects.ingress_controller(rig.api, ["203.0.113.73"])
    try:
        opened(rig, namespace, "gallium", ["8888"], mode="ingress")
        args = (*issuer.flags(), "--namespace", namespace, "--listen", "127.0.0.1:0")
        done = skyports.run("serve", *args, "--public-url", "https://203.0.113.73", timeout=30)
        done.expect(2)
        assert "could act as whoever reads the page" in done.err and "a host of its own" in done.err, done
    finally:
        objects.remove_ingress_controller(rig.api)


