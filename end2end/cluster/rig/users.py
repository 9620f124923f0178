"""Knows the users that every rig has, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass

ADMIN = "admin"
# How every token begins, so that one that leaks is found wherever it is.
CANARY = "canary-token-of-"

# All that an overview reads.
READ = ["get", "list", "watch"]
OVERVIEW_RULES = [
    {"apiGroups": [""], "resources": ["pods", "services", "nodes", "namespaces"], "verbs": READ},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses", "ingressclasses"], "verbs": READ},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": READ},
]
EVENT_RULES = [{"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": READ}]
# What is namespaced of it, for users of one namespace.
NAMESPACE_RULES = [
    {"apiGroups": [""], "resources": ["pods", "services", "events"], "verbs": READ},
    {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": READ},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": READ},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": READ},
]
WRITE_RULES = [
    {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "update", "patch", "delete"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["create", "update", "patch", "delete"]},
]


@dataclass(frozen=True)
class User:
    name: str
    groups: str = ""
    # Cluster-wide rights; rights in one namespace are granted by a test.
    rules: tuple[dict, ...] = ()

    @property
    def token(self) -> str:
        return f"{CANARY}{self.name.replace(':', '-')}"


CONTROLLERS = User("system:kube-controller-manager")
# Its rights are bound to that name by every API server.
KUBE_PROXY = User("system:kube-proxy")
USERS = {
    user.name: user
    for user in (
        User(ADMIN, groups="system:masters"),
        User("viewer", rules=(*OVERVIEW_RULES, *EVENT_RULES)),
        User("editor", rules=(*OVERVIEW_RULES, *EVENT_RULES, *WRITE_RULES)),
        User("no-events", rules=(*OVERVIEW_RULES,)),
        User("no-ingresses", rules=(*(r for r in OVERVIEW_RULES if "ingresses" not in r["resources"]), *EVENT_RULES)),
        # Nothing until a test grants them a namespace.
        User("one-namespace"),
        User("other-namespace"),
        # Nothing, ever.
        User("nobody"),
    )
}


def tokens_csv() -> str:
    """The API server's token file."""
    rows = [f'{u.token},{u.name},{i},"{u.groups}"' for i, u in enumerate([CONTROLLERS, KUBE_PROXY, *USERS.values()], 1)]
    return "\n".join(rows) + "\n"
