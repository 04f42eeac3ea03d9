"""Signed snapshots without a database: a manifest of a small budget and its frames."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.collect import collect
from agent.keys import NodeKeys
from agent.sign import Origin, manifest_of, sign_manifest
from agent.storage.staging import Staging
from contract.wire.manifest import Manifest
from tests.fakes.source import FakeSource

TAKEN_AT = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)


@cache
def node_keys() -> NodeKeys:
    """One node's keys."""
    return NodeKeys(Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()))


@dataclass(frozen=True)
class Draft:
    """A signed manifest and its frames by their SHA-256."""

    manifest: Manifest
    signed: bytes
    frames: Mapping[str, bytes]

    @property
    def snapshot_id(self) -> str:
        """The identity of the snapshot."""
        return self.manifest.snapshot_id

    @property
    def plain(self) -> list[str]:
        """The plain hashes of its segments, in order."""
        return [entry.sha256 for entry in self.manifest.segments]


def origin() -> Origin:
    """Whose budget drafts are of."""
    return Origin(node_keys().node_id, "11.10", None, None, "0.1.0", None)


@cache
def draft(sequence: int, *rupiah: int, tahun: int = 2026) -> Draft:
    """A snapshot of a budget with one SKPD an amount."""
    with tempfile.TemporaryDirectory() as folder:
        area = Staging(Path(folder))
        collected = collect(FakeSource.of(*rupiah), tahun, area, TAKEN_AT)
        frames = {
            one.frame_sha256: area.frame(one.frame_sha256) for one in (collected.names, *collected.skpd)
        }
    manifest = manifest_of(collected, origin(), sequence=sequence, previous=None)
    return Draft(manifest, sign_manifest(manifest, node_keys()), frames)
