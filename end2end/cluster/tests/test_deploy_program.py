"""The program, started as the chart's Deployment starts it: by its variables alone, with its account's
rights. What a container adds (the image, its user, its file system) `deploy/check-static` tries.
"""

from __future__ import annotations

from pathlib import Path

from binary import Skyports
from deployed import OPENER, deployed
from overview import clusters
from readers import AUDIENCE, ISSUER, LISTED, Issuer, Reader
from rig import objects
from rig.api import namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import with_address

KEYS = "/etc/skyports/keys/jwks.json"
VALUES = {
    "signIn": {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "keysUrl": "",
        "keysConfigMap": {"name": "issuer-keys", "key": "keys.json"},
    },
    "writeAsUser": {"enabled": True, "groups": ["oidc:ml-team", "oidc:cn=ml,dc=example"]},
    # Endpoints here have made-up addresses.
    "checks": False,
}


def test_it_is_ready_lets_in_who_signed_in_and_writes_as_them(
    rig: Rig, namespace: str, tmp_path: Path, skyports: Skyports
) -> None:
    issuer = Issuer(tmp_path)
    c = with_address(rig, namespace, "train", ["8888"], "203.0.113.142")
    objects.grant(rig.api, "oidc:ada", namespace, LISTED + OPENER)
    with deployed(rig, tmp_path, "skyports", f"{namespace}-tools", VALUES) as release:
        deployment = rig.api.get(namespaced(release.namespace, "deployments", release.name, "apps/v1"))
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        told = {variable["name"]: variable["value"] for variable in container["env"]}
        # What differs outside of a pod: where it listens, where its keys and its account's token are.
        assert told.pop("SKYPORTS_LISTEN") == "0.0.0.0:7676"
        assert told["SKYPORTS_SIGN_IN_KEYS"] == KEYS
        told |= {"SKYPORTS_SIGN_IN_KEYS": str(issuer.keys), "KUBECONFIG": str(release.kubeconfig(tmp_path / "account"))}
        with skyports.serve_for_readers(environment=told) as server:
            nobody, ada = Reader(server, None), Reader(server, issuer.token("ada", "ml-team", "everybody"))
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                path = container[probe]["httpGet"]["path"]
                wait_for(f"the {probe}", lambda path=path: nobody.get(path).status == 200)
            assert nobody.get("/").status == 401
            wait_for("the cluster", lambda: clusters(ada.overview(), namespace))
            done = ada.submit(f"/c/rig/{namespace}/{c}/open", ports="9000", mode="loadbalancer")
            assert done.status == 303, done.text[-3000:]
    ports = rig.api.get(namespaced(namespace, "services", objects.lb_service(c)))["spec"]["ports"]
    assert {port["port"] for port in ports} == {8888, 9000}
