"""Take a snapshot: collect, sign, and keep it in the outbox, or find that nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from agent.child import run_in_child
from agent.collect import Collected, OpenSource, collect_from
from agent.config import required_apbd
from agent.journal import note
from agent.keys import NodeKeys
from agent.settings import Config
from agent.sign import manifest_of, restated, sign_manifest
from agent.standing import origin, standing
from agent.storage.outbox import Outbox
from agent.storage.staging import staging
from agent.storage.state import State
from contract.wire.manifest import Manifest

COLLECT_TIMEOUT = timedelta(minutes=30)


class SnapshotResult(StrEnum):
    """What became of a snapshot."""

    QUEUED = "queued"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class SnapshotOutcome:
    """What was read, and whether it was new; an unchanged budget has no manifest of its own in the outbox."""

    result: SnapshotResult
    manifest: Manifest

    @property
    def snapshot_id(self) -> str | None:
        """The identity of what was queued; None where nothing was."""
        return self.manifest.snapshot_id if self.result is SnapshotResult.QUEUED else None


def take_snapshot(
    config: Config,
    keys: NodeKeys,
    state: State,
    outbox: Outbox,
    open_source: OpenSource,
    *,
    staging_dir: Path,
    agent_version: str,
    now: datetime,
    timeout: timedelta = COLLECT_TIMEOUT,
    run: Callable[..., Collected] = run_in_child,
) -> SnapshotOutcome:
    """Read the budget and queue it; what is returned as QUEUED is on the disk.

    Raises an ExplainedError: not mapped, not readable, not sound, another collection under way.
    """
    whose = origin(config, keys, state, agent_version=agent_version)
    tahun = required_apbd(config).tahun
    with staging(staging_dir) as area:
        collected = run(collect_from, timeout, open_source, tahun, area.folder, now)
        previous = state.acknowledged(tahun)
        draft = manifest_of(collected, whose, sequence=1, previous=previous.snapshot_id if previous else None)
        if draft.content_id == _already_on_its_way(outbox, state, tahun):
            note("snapshot unchanged", tahun=tahun, content=draft.content_id)
            return SnapshotOutcome(SnapshotResult.UNCHANGED, draft)
        sequence = state.take_sequence(after=_last_sequence(state, outbox))
        manifest = restated(draft, sequence, keys.node_id)
        outbox.queue(manifest, sign_manifest(manifest, keys), area.frame, now=now)
    note("snapshot queued", snapshot=manifest.snapshot_id, sequence=manifest.sequence)
    return SnapshotOutcome(SnapshotResult.QUEUED, manifest)


def preview(
    open_source: OpenSource,
    tahun: int,
    *,
    staging_dir: Path,
    now: datetime,
    timeout: timedelta = COLLECT_TIMEOUT,
) -> Collected:
    """Read the budget as a snapshot would, and keep nothing."""
    with staging(staging_dir) as area:
        return run_in_child(collect_from, timeout, open_source, tahun, area.folder, now)


def _already_on_its_way(outbox: Outbox, state: State, tahun: int) -> str | None:
    """The content that the centre has, or will have once the outbox is empty."""
    # The newest one decides: a budget that was changed and changed back must arrive once more.
    if (newest := outbox.newest(tahun)) is not None:
        return newest.content_id
    acknowledged = state.acknowledged(tahun)
    return acknowledged.content_id if acknowledged else None


def _last_sequence(state: State, outbox: Outbox) -> int:
    """The highest number in use as far as anyone remembers, so that a restored state never repeats one."""
    said = standing(state)
    return max(outbox.last_sequence(), said.last_sequence if said else 0)
