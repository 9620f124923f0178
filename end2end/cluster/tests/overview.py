"""Reads an overview (`list -o json`, `/api/v1/overview`) and compares it with
what SkyPilot says.
"""

from __future__ import annotations

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def clusters(overview: dict, namespace: str | None = None) -> dict[str, dict]:
    """Clusters by their name on the cloud."""
    found = [c for c in overview["clusters"] if namespace in (None, c["namespace"])]
    by_name = {c["name_on_cloud"]: c for c in found}
    assert len(by_name) == len(found), f"a cluster is listed twice: {[c['name_on_cloud'] for c in found]}"
    return by_name


def cluster(overview: dict, namespace: str, name_on_cloud: str) -> dict:
    found = clusters(overview, namespace)
    assert name_on_cloud in found, f"{namespace}/{name_on_cloud} is not among {sorted(found)}: {overview['contexts']}"
    return found[name_on_cloud]


def endpoints(overview: dict, namespace: str, name_on_cloud: str, mode: str | None = None) -> dict[int, dict]:
    """Endpoints of one cluster by port; in one mode only, where a port may be open in several."""
    found = [e for e in cluster(overview, namespace, name_on_cloud)["endpoints"] if mode in (None, e["mode"])]
    by_port = {e["port"]: e for e in found}
    assert len(by_port) == len(found), f"a port is listed twice: {[e['id'] for e in found]}"
    return by_port


def context_state(overview: dict, name: str) -> str:
    states = {c["name"]: c["state"] for c in overview["contexts"]}
    assert name in states, f"no context {name!r} in {states}"
    return states[name]


def bare(url: str) -> str:
    """A URL without what SkyPilot leaves out: the scheme and the trailing slash."""
    return url.split("://")[-1].rstrip("/")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host without brackets, port (the scheme's own when it is left out)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def says_what_skypilot_says(found: dict[int, dict], skypilot: dict[int, list[str]]) -> None:
    """The same ports, and for each the same URLs up to scheme and trailing slash."""
    ours = {port: sorted({bare(url) for url in endpoint["urls"]}) for port, endpoint in found.items()}
    theirs = {port: sorted({bare(url) for url in urls}) for port, urls in skypilot.items()}
    assert ours == theirs, f"skyports: {ours}\nSkyPilot: {theirs}\nendpoints: {found}"
