"""What officers of DJPK do for a Pemda that installs the agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.world.scene import Scene


def ticket(ours: Scene) -> str:
    """An install ticket, as an officer hands it to the Pemda."""
    one, address = ours.proposer, ours.centre.address
    wanted = ("issue", ours.kode_pemda, "--public-url", address, "--as", one.username)
    return ours.centre.run("ticket", *wanted, person=one)


def map_node(ours: Scene, shown: Mapping[str, Any]) -> None:
    """Two officers map the node by its id and by the match code that it shows."""
    node_id, pemda, one, other = shown["node_id"], ours.kode_pemda, ours.proposer, ours.approver
    ours.centre.run("node", "propose", node_id, pemda, "--as", one.username, person=one)
    approved = ("approve", node_id, pemda, "--code", shown["match_code"])
    ours.centre.run("node", *approved, "--as", other.username, person=other)
