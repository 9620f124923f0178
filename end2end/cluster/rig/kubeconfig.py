"""Writes kubeconfig files: any contexts, and broken ones on purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Context:
    """One context: where, as whom, in which namespace."""

    name: str
    server: str
    ca_file: str | Path | None
    user: str
    token: str
    namespace: str | None = None


def write(path: Path, contexts: list[Context], current: str | None = None) -> Path:
    """JSON, which is YAML too. `current` defaults to the first context."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current if current is not None else (contexts[0].name if contexts else ""),
        "contexts": [
            {
                "name": context.name,
                "context": {"cluster": context.name, "user": f"{context.name}/{context.user}"}
                | ({"namespace": context.namespace} if context.namespace else {}),
            }
            for context in contexts
        ],
        "clusters": [
            {
                "name": context.name,
                "cluster": {"server": context.server}
                | ({"certificate-authority": str(context.ca_file)} if context.ca_file else {}),
            }
            for context in contexts
        ],
        "users": [{"name": f"{context.name}/{context.user}", "user": {"token": context.token}} for context in contexts],
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def write_garbage(path: Path) -> Path:
    """Not YAML: the third line opens a list that is never closed."""
    path.write_text("apiVersion: v1\nkind: Config\ncontexts: [unclosed\nusers: {}\n")
    return path
