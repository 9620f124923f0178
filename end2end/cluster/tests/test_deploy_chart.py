"""What the chart makes of its values, and what it refuses; no cluster is asked."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.helm import CHART, DEPLOY, Helm, merged

EVERYBODY = {"dangerouslyShowToEverybody": True, "signIn": {"issuer": "", "audiences": [], "keysUrl": ""}}
INGRESS = {"ingress": {"enabled": True, "host": "ports.example.com"}}
WRITES = {"writeAsUser": {"enabled": True, "groups": ["oidc:ml-team", "oidc:cn=ml,dc=example"]}}


@pytest.fixture
def helm(tmp_path: Path) -> Helm:
    return Helm(tmp_path)


def of_kind(documents: list[dict], kind: str) -> list[dict]:
    return [document for document in documents if document["kind"] == kind]


def the(documents: list[dict], kind: str) -> dict:
    (found,) = of_kind(documents, kind)
    return found


def variables(documents: list[dict]) -> dict[str, str]:
    (container,) = the(documents, "Deployment")["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable["value"] for variable in container["env"]}


@pytest.mark.parametrize("values", [{}, EVERYBODY, INGRESS, WRITES, {"namespaces": ["ml", "research"]}], ids=str)
def test_helm_finds_nothing_to_say(helm: Helm, values: dict) -> None:
    told = helm.run("lint", "--strict", str(CHART), values=values).expect_done()
    assert "[WARNING]" not in told.out and "[ERROR]" not in told.out, told.out


REFUSED = {
    "no image": ({"image": {"repository": ""}}, "image.repository is empty: there is no published image"),
    "no address": ({"publicUrl": ""}, "publicUrl is empty: requests for any host"),
    "an address with a path": ({"publicUrl": "https://ports.example.com/x"}, "publicUrl"),
    "nobody reaches it": ({"networkPolicy": {"from": []}}, "networkPolicy.from is empty: nobody would reach the page"),
    "no issuer": ({"signIn": {"issuer": ""}}, "signIn.issuer is empty: whoever reaches the page would see"),
    "no audience": ({"signIn": {"audiences": []}}, "signIn.audiences is empty"),
    "no keys": ({"signIn": {"keysUrl": ""}}, "signIn.keysUrl is empty"),
    "keys by http": ({"signIn": {"keysUrl": "http://issuer.example.com/keys"}}, "they come by https alone"),
    "two sets of keys": ({"signIn": {"keysConfigMap": {"name": "keys"}}}, "the keys come from one place"),
    "no algorithm of a signature": ({"signIn": {"algorithm": "none"}}, "/signIn/algorithm': value must be one of 'RS256'"),
    "a shared secret": ({"signIn": {"algorithm": "HS256"}}, "/signIn/algorithm': value must be one of 'RS256'"),
    "users of Kubernetes' own": ({"signIn": {"userPrefix": "system:x:"}}, 'signIn.userPrefix is "system:x:": a token could'),
    "users without a prefix": ({"signIn": {"userPrefix": ""}}, 'signIn.userPrefix is "": a token could then name'),
    "half a prefix": ({"signIn": {"groupsPrefix": "sys"}}, 'signIn.groupsPrefix is "sys": a token could then name'),
    "groups of Kubernetes' own": (
        {"writeAsUser": {"enabled": True, "groups": ["system:masters"]}},
        'writeAsUser names "system:masters": nobody may write as',
    ),
    "sign-in and everybody": ({"dangerouslyShowToEverybody": True}, "either for those who sign in or for everybody"),
    "everybody writes": (merged(EVERYBODY, WRITES), "who does not sign in is nobody"),
    "writing without a policy": (merged(WRITES, {"policy": {"enabled": False}}), "Leave policy.enabled=true"),
    "groups of nobody": ({"writeAsUser": {"groups": ["oidc:ml-team"]}}, "writeAsUser.enabled is not: nobody could write"),
    "an Ingress without a host": ({"ingress": {"enabled": True}}, "ingress.host is empty: the page would answer for every host"),
    "localhost": (merged(INGRESS, {"ingress": {"host": "localhost"}}), "where SkyPilot's local cluster serves its apps"),
    "a name of localhost": (merged(INGRESS, {"ingress": {"host": "a.LocalHost."}}), "where SkyPilot's local cluster"),
    "many hosts": (merged(INGRESS, {"ingress": {"host": "*.example.com"}}), "stands for many hosts"),
    "a host of apps": (merged(INGRESS, {"skypilot": {"hosts": ["Ports.Example.com."]}}), "one of skypilot.hosts"),
    "an address of apps": ({"skypilot": {"hosts": ["ports.example.com"]}}, "publicUrl is on ports.example.com, which is one of"),
    "two hosts": (merged(INGRESS, {"ingress": {"host": "other.example.com"}}), "Make them the same"),
    "a variable that is a value": ({"env": [{"name": "SKYPORTS_READ_ONLY", "value": "0"}]}, "comes from the other values"),
    "a value that does not exist": ({"readOnly": False}, "readOnly"),
    "no replica": ({"replicas": 0}, "replicas"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_reason(helm: Helm, case: str) -> None:
    values, words = REFUSED[case]
    told = helm.template(values)
    assert told.code != 0 and words in told.err, told.err or told.out[:500]


def test_an_origin_of_apps_is_refused_with_what_to_do(helm: Helm) -> None:
    told = helm.template(merged(INGRESS, {"skypilot": {"hosts": ["ports.example.com"]}}))
    assert "any of them could read this page and act as whoever looks at it. Give skyports a host name of its own" in told.err


def test_writing_wants_a_kubernetes_that_constrains_impersonation(helm: Helm) -> None:
    helm.template(WRITES, "--kube-version", "1.36.0").expect_done()
    helm.template(WRITES, "--kube-version", "v1.36.3-gke.100").expect_done()
    told = helm.template(WRITES, "--kube-version", "1.35.9")
    assert "writeAsUser needs Kubernetes 1.36 or newer, and this is v1.35.9" in told.err, told.err
    assert "the page is read-only then" in told.err
    assert helm.template({}, "--kube-version", "1.29.9").code != 0, "it has no ValidatingAdmissionPolicy"


def test_it_is_told_what_the_values_say(helm: Helm) -> None:
    usual = variables(helm.template({}).expect_done().documents)
    assert usual == {
        "SKYPORTS_LISTEN": "0.0.0.0:7676",
        "SKYPORTS_PUBLIC_URL": "https://ports.example.com",
        "SKYPORTS_READ_ONLY": "true",
        "SKYPORTS_ALL_NAMESPACES": "true",
        "SKYPORTS_SIGN_IN_ISSUER": "https://issuer.example.com",
        "SKYPORTS_SIGN_IN_AUDIENCE": "skyports",
        "SKYPORTS_SIGN_IN_KEYS": "https://issuer.example.com/keys",
        "SKYPORTS_SIGN_IN_ALGORITHM": "RS256",
        "SKYPORTS_SIGN_IN_HEADER": "Authorization",
        "SKYPORTS_SIGN_IN_USER_PREFIX": "oidc:",
        "SKYPORTS_SIGN_IN_GROUPS_PREFIX": "oidc:",
    }
    everybody = variables(helm.template(EVERYBODY).expect_done().documents)
    assert everybody.items() >= {"SKYPORTS_DANGEROUSLY_SHOW_TO_EVERYBODY": "true", "SKYPORTS_READ_ONLY": "true"}.items()
    assert not [name for name in everybody if "SIGN_IN" in name]
    writes = variables(helm.template(WRITES).expect_done().documents)
    assert writes["SKYPORTS_WRITE_AS_USER"] == "true" and "SKYPORTS_READ_ONLY" not in writes
    assert writes["SKYPORTS_WRITE_AS_GROUP"].splitlines() == WRITES["writeAsUser"]["groups"]
    assert variables(helm.template({"namespaces": ["ml"]}).documents)["SKYPORTS_NAMESPACE"] == "ml"


def test_keys_may_come_from_a_config_map(helm: Helm) -> None:
    keys = {"keysUrl": "", "keysConfigMap": {"name": "issuer-keys", "key": "keys.json"}}
    documents = helm.template({"signIn": keys}).expect_done().documents
    assert variables(documents)["SKYPORTS_SIGN_IN_KEYS"] == "/etc/skyports/keys/jwks.json"
    pod = the(documents, "Deployment")["spec"]["template"]["spec"]
    assert pod["volumes"] == [
        {"name": "keys", "configMap": {"name": "issuer-keys", "items": [{"key": "keys.json", "path": "jwks.json"}]}}
    ]
    assert pod["containers"][0]["volumeMounts"] == [
        {"name": "keys", "mountPath": "/etc/skyports/keys", "readOnly": True}
    ]


def test_the_pod_has_nothing_that_it_does_not_need(helm: Helm) -> None:
    documents = helm.template(INGRESS).expect_done().documents
    deployment = the(documents, "Deployment")["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["replicas"] == 2
    assert pod["securityContext"].items() >= {"runAsNonRoot": True, "runAsUser": 65532}.items()
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "privileged": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert the(documents, "ServiceAccount")["automountServiceAccountToken"] is False
    assert pod["automountServiceAccountToken"] is True and not pod.get("volumes")
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert paths == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
    # What it takes to end: the pause before, the five seconds that streams have, and some.
    assert pod["terminationGracePeriodSeconds"] >= container["lifecycle"]["preStop"]["sleep"]["seconds"] + 5
    selector = deployment["selector"]["matchLabels"]
    assert the(documents, "PodDisruptionBudget")["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": selector}}
    (spread,) = pod["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == selector == the(documents, "Service")["spec"]["selector"]
    assert not of_kind(helm.template({"replicas": 1}).documents, "PodDisruptionBudget"), "it would hold up every drain"


def peers(rules: list[dict]) -> Iterator[tuple[list, list, set]]:
    """The networks of each rule, those that are left out, and the ports."""
    for rule in rules:
        blocks = [peer["ipBlock"] for peer in rule["to"] if "ipBlock" in peer]
        networks = [ipaddress.ip_network(block["cidr"]) for block in blocks]
        without = [ipaddress.ip_network(net) for block in blocks for net in block.get("except", [])]
        yield networks, without, {port["port"] for port in rule["ports"]}


def test_the_network_lets_in_whom_the_values_name_and_never_out_to_credentials(helm: Helm) -> None:
    policy = the(helm.template({}).expect_done().documents, "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    named = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "proxy"}}}]
    assert policy["ingress"] == [{"from": named, "ports": [{"port": "http", "protocol": "TCP"}]}]
    metadata = [ipaddress.ip_address(a) for a in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")]
    reached = [ipaddress.ip_address(a) for a in ("10.96.0.1", "203.0.113.9", "2001:db8::1")]

    def passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[set]:
        return [
            ports
            for networks, without, ports in peers(policy["egress"])
            if any(address in net for net in networks) and not any(address in net for net in without)
        ]

    assert all(passes(address) == [] for address in metadata), [passes(address) for address in metadata]
    assert all(len(passes(address)) == 2 for address in reached)
    # A cache of names on the node, and nothing else of it.
    assert passes(ipaddress.ip_address("169.254.20.10")) == [{53}]


READ = ("get", "list", "watch")
VIEWER = {
    *((group, resource, verb) for group, resources in {
        "": ("pods", "services"),
        "networking.k8s.io": ("ingresses",),
        "discovery.k8s.io": ("endpointslices",),
        "gateway.networking.k8s.io": ("gateways", "httproutes", "tcproutes", "listenersets"),
    }.items() for resource in resources for verb in READ),
    ("", "events", "list"), ("", "events", "watch"),
}  # fmt: skip
CLASSES = {("networking.k8s.io", "ingressclasses", verb) for verb in READ}
NAMESPACES = {("", "namespaces", verb) for verb in READ}
REVIEWS = {("authorization.k8s.io", "subjectaccessreviews", "create")}
CONSTRAINED = [f"impersonate-on:user-info:{verb}" for verb in ("create", "patch", "delete")]
WRITTEN = {(group, resource, verb) for group, resource in (("", "services"), ("networking.k8s.io", "ingresses")) for verb in CONSTRAINED} | {("", "events", "create"), ("apps", "deployments", "get")}  # fmt: skip
AS_USER = {
    ("authentication.k8s.io", "users", "impersonate:user-info"),
    ("authentication.k8s.io", "groups/oidc:ml-team", "impersonate:user-info"),
    ("authentication.k8s.io", "groups/oidc:cn=ml,dc=example", "impersonate:user-info"),
    ("authorization.k8s.io", "selfsubjectaccessreviews", "impersonate-on:user-info:create"),
}


def granted(documents: list[dict]) -> dict[str, set[tuple[str, str, str]]]:
    """What the account may do, by namespace (empty: everywhere): group, resource, verb."""
    assert not of_kind(documents, "Role")
    roles = {role["metadata"]["name"]: role["rules"] for role in of_kind(documents, "ClusterRole")}
    rights: dict[str, set[tuple[str, str, str]]] = {}
    used = set()
    for binding in of_kind(documents, "ClusterRoleBinding") + of_kind(documents, "RoleBinding"):
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "skyports", "namespace": "tools"}]
        used.add(binding["roleRef"]["name"])
        place = rights.setdefault(binding["metadata"].get("namespace", ""), set())
        for rule in roles[binding["roleRef"]["name"]]:
            names = [f"/{name}" for name in rule.get("resourceNames", [])] or [""]
            place.update(
                (group, resource + name, verb)
                for group in rule["apiGroups"]
                for resource in rule["resources"]
                for name in names
                for verb in rule["verbs"]
            )
    assert used == set(roles), "every role is bound"
    return rights


RIGHTS = {
    "the whole cluster": ({}, {"": VIEWER | CLASSES | NAMESPACES | REVIEWS}),
    "two namespaces": (
        {"namespaces": ["ml", "research"]},
        {"": CLASSES | REVIEWS, "ml": VIEWER, "research": VIEWER},
    ),
    "for everybody": (EVERYBODY, {"": VIEWER | CLASSES | NAMESPACES}),
    "with nodes": ({"rbac": {"nodes": True}}, {"": VIEWER | CLASSES | NAMESPACES | REVIEWS | {("", "nodes", "list")}}),
    "with guest links": (
        {"guestLinks": {"enabled": True}, "namespaces": ["ml"]},
        {"": CLASSES | REVIEWS, "ml": VIEWER | {("", "configmaps", "get"), ("", "configmaps", "list")}},
    ),
    "writing": (WRITES, {"": VIEWER | CLASSES | NAMESPACES | REVIEWS | AS_USER | WRITTEN}),
    "writing in a namespace": (
        merged(WRITES, {"namespaces": ["ml"]}),
        {"": CLASSES | REVIEWS | AS_USER, "ml": VIEWER | WRITTEN},
    ),
    "writing and sharing": (
        merged(WRITES, {"namespaces": ["ml"], "guestLinks": {"enabled": True}}),
        {
            "": CLASSES | REVIEWS | AS_USER,
            "ml": VIEWER | WRITTEN | {("", "configmaps", verb) for verb in ("get", "list", *CONSTRAINED[:2])},
        },
    ),
    "none of its own": ({"rbac": {"create": False}}, {}),
}


@pytest.mark.parametrize("case", RIGHTS)
def test_its_rights_are_these_and_no_other(helm: Helm, case: str) -> None:
    values, wanted = RIGHTS[case]
    rights = granted(helm.template(values).expect_done().documents)
    assert rights == wanted
    every = {right for place in rights.values() for right in place}
    assert not any("*" in word or word == "secrets" or word == "impersonate" for right in every for word in right)
    assert not any(resource.startswith(("pods/", "services/", "nodes/")) for _, resource, _ in every)


def test_the_plain_manifests_are_those_of_the_chart(helm: Helm) -> None:
    rendered = subprocess.run(
        [str(DEPLOY / "render")], env={"HELM": str(helm.program), "PATH": "/usr/bin:/bin", "HOME": str(helm.home)},
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    kept = (DEPLOY / "manifests" / "skyports.yaml").read_text()
    assert kept == rendered, "run deploy/render >deploy/manifests/skyports.yaml"
