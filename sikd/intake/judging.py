"""What intake asks of whoever judges; verification answers (sikd/verification/judge.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from contract.budget.findings import Finding
from contract.text import Text
from contract.wire.envelope import Envelope
from contract.wire.manifest import Manifest
from sikd.intake.store import Snapshot


@dataclass(frozen=True, slots=True)
class Known:
    """What the centre knows of the node that commits: its key, its Pemda, and its last sequence."""

    node_id: str
    key: Ed25519PublicKey
    kode_pemda: str
    last_sequence: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is noticed about a whole snapshot, and why it is refused (None: it is sound)."""

    findings: tuple[Finding, ...]
    refused: Text | None


class Judge(Protocol):
    """Who decides what may be committed, and whether a whole snapshot is sound."""

    def commitment(self, letter: Envelope, snapshot_id: str, known: Known) -> Manifest:
        """The manifest that a node commits to; raises an ExplainedError where it may not."""

    def whole(self, conn: Connection, snapshot: Snapshot, manifest: Manifest) -> Verdict:
        """The verdict on a snapshot of which every segment has arrived."""
