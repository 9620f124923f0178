"""What `skyports check` says of environments, and what a preview warns of in them: each is made of
real objects on the real API server, a row each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from binary import Skyports
from environments import COSTS, ENVIRONMENTS, INTERNAL, PUBLIC, Environment, check, of
from rig import objects
from rig.kubeconfig import Context
from rig.rig import Rig


@pytest.mark.parametrize("wanted", ENVIRONMENTS, ids=lambda wanted: wanted.name)
def test_an_environment_is_told_by_the_check_and_warned_of_before_a_click(
    rig: Rig, namespace: str, skyports: Skyports, made: Callable[[Environment], None], tmp_path: Path, wanted: Environment
) -> None:
    # Before there is a node of which nothing but its provider is known: SkyPilot counts nodes.
    rig.oracle.provision("train", namespace=namespace)
    made(wanted)
    kubeconfig = rig.write_kubeconfig(tmp_path / "kubeconfig", rig.context(wanted.context or "rig"))
    found = check(skyports, namespace, 0 if wanted.load_balancer == "works" else 1, kubeconfig)
    assert (found["provider"], found["load_balancer"]) == (wanted.provider, wanted.load_balancer), found
    first = of(found, "load_balancer")[0]
    steps = [step["title"] for step in first["next"]]
    assert wanted.next is None or any(wanted.next in step for step in steps), first
    priced = [line["name"] for line in of(found, "load_balancer") if "$" in line["name"]]
    assert bool(priced) == (COSTS in wanted.warnings), "a price where the provider is known, and nowhere else"

    planned = skyports.run(
        "open", f"{namespace}/train", "6006,8888", "--mode", "loadbalancer", "--dry-run", "-o", "json", "--namespace", namespace,
        kubeconfig=kubeconfig,
    )  # fmt: skip
    assert planned.code == 0, planned
    warnings = {warning["code"] for warning in json.loads(planned.out)["warnings"]}
    about = {PUBLIC, INTERNAL, COSTS, "first_port_checked", "no_free_address"}
    assert warnings & about == wanted.warnings, warnings
    assert ("load_balancer_unsupported_here" in warnings) == (wanted.context == "kind-skypilot"), warnings


def test_of_five_ports_the_first_one_is_named_that_a_classic_load_balancer_checks(
    rig: Rig, namespace: str, skyports: Skyports, made: Callable[[Environment], None]
) -> None:
    rig.oracle.provision("train", namespace=namespace)
    made(ENVIRONMENTS[1])
    ports = "7001-7005"
    planned = skyports.run("open", f"{namespace}/train", ports, "--mode", "loadbalancer", "--dry-run", "-o", "json")
    warnings = json.loads(planned.expect(0).out)["warnings"]
    (trap,) = [warning for warning in warnings if warning["code"] == "first_port_checked"]
    assert "port 7001, none of the ports works" in trap["message"], trap
    assert "ports 7002, 7003, 7004, 7005" in trap["message"], trap
    assert any("aws-load-balancer-type: nlb" in (step["command"] or "") for step in trap["next"]), trap


def test_what_may_not_be_seen_is_not_known_and_a_missing_right_names_its_rule(
    rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path
) -> None:
    objects.grant(rig.api, "one-namespace", namespace)
    context: Context = rig.context("narrow", user="one-namespace", namespace=namespace)
    kubeconfig = rig.write_kubeconfig(tmp_path / "narrow", context)
    found = check(skyports, namespace, 1, kubeconfig)
    assert (found["provider"], found["load_balancer"]) == (None, "unknown"), found
    (ingress,) = [line for line in of(found, "ingress") if "IngressClass" in line["name"]]
    assert ingress["state"] == "unknown" and "Not allowed to look" in ingress["evidence"], ingress
    rights = {line["name"]: line for line in of(found, "rights")}
    assert rights["You may list pods"]["state"] == "ready", rights
    missing = rights["You may not create, patch and delete services"]
    assert "- services" in missing["next"][0]["command"], missing


def test_ingress_is_told_with_its_controller_and_the_mode_with_its_file(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    objects.ingress_controller(rig.api, addresses=["198.51.100.7"])
    config = skyports.home / ".sky" / "config.yaml"
    config.parent.mkdir()
    config.write_text("kubernetes: {ports: ingress, custom_metadata: {labels: {team: ml}}}\n")
    try:
        found = check(skyports, namespace, 0)
    finally:
        objects.remove_ingress_controller(rig.api)
    assert found["ingress"] == "works", found
    assert any("198.51.100.7" in line["name"] for line in of(found, "ingress")), found
    mode, metadata, gateway = of(found, "sky_pilot")
    assert (mode["name"], mode["state"]) == ("Opens ports as `ingress`", "ready"), mode
    assert str(config) in mode["evidence"], mode
    assert "`team: ml`" in metadata["evidence"], metadata
    assert gateway["name"] == "Gateway API is not present", gateway
