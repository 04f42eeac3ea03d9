"""What a node says about the machine it runs on, so that two copies of one node can be told apart."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_MACHINE_ID = Path("/etc/machine-id")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Host:
    """Name, machine and version, as this node states them."""

    hostname: str
    machine: str
    version: str


def this_host(machine_id: Path = _MACHINE_ID) -> Host:
    """The host this process runs on."""
    return Host(socket.gethostname()[:_LONGEST], _machine(machine_id), version("sinergi")[:_LONGEST])


def _machine(machine_id: Path) -> str:
    """A fingerprint of the machine ID; the ID itself is confidential and never leaves (machine-id(5))."""
    try:
        own = machine_id.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(b"sinergi " + own.encode()).hexdigest()[:32] if own else ""
