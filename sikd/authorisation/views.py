"""What the page of a snapshot shows, gathered in one read of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contract.budget.totals import Totals
from contract.wire import envelope
from contract.wire.manifest import Manifest, read_manifest
from contract.wire.states import SnapshotState
from sikd import intake, verification
from sikd.accounts import Role, User
from sikd.authorisation import store
from sikd.authorisation.store import InForce
from sikd.deadlines import DAYS_TO_DECIDE, apbd_murni_in_time, end_of_working_days
from sikd.intake import LIVE, SkpdSum, Snapshot
from sikd.verification import Verification


@dataclass(frozen=True, slots=True)
class Change:
    """What one SKPD has in force and would have after the replacement."""

    kode_skpd: str
    nama: str
    before: Totals
    after: Totals


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot with everything that a person needs to decide about it."""

    snapshot: Snapshot
    manifest: Manifest
    verification: Verification | None
    in_force: InForce | None
    waits_for_opening: bool
    changes: tuple[Change, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all segments are there and sound."""
        return self.snapshot.state in (*LIVE, SnapshotState.SUPERSEDED)

    @property
    def is_in_force(self) -> bool:
        """Whether this content is the authorised one of its year."""
        return self.in_force is not None and self.in_force.snapshot.content_id == self.snapshot.content_id

    @property
    def replaces(self) -> InForce | None:
        """What this content would replace, or None."""
        return None if self.is_in_force or self.snapshot.state not in LIVE else self.in_force

    @property
    def in_time(self) -> bool:
        """Whether it was delivered by 31 January, 24:00 WIB."""
        return apbd_murni_in_time(self.snapshot.received_at, self.snapshot.tahun_anggaran)

    @property
    def decide_by(self) -> datetime | None:
        """The last moment of the working days for verification and authorisation; None until all is there."""
        if self.snapshot.completed_at is None:
            return None
        return end_of_working_days(self.snapshot.completed_at, DAYS_TO_DECIDE) - timedelta(minutes=1)

    def next_act(self, user: User) -> str:
        """The form that this person is shown: `open`, `verify`, `authorise`, `wait` (for others) or none."""
        state, role = self.snapshot.state, user.role
        if self.waits_for_opening:
            return "open" if role in (Role.VERIFIKATOR, Role.OTORISATOR) else "wait"
        if state is SnapshotState.RECEIVED:
            return "verify" if role is Role.VERIFIKATOR else "wait"
        if state is SnapshotState.VERIFIED:
            mine = self.verification is not None and self.verification.by == user.username
            return "authorise" if role is Role.OTORISATOR and not mine else "wait"
        return ""


def view(conn: Connection, kode_pemda: str, snapshot_id: str) -> View:
    """Everything about one snapshot of a Pemda; raises UnknownSnapshot."""
    snapshot = intake.snapshot(conn, kode_pemda, snapshot_id)
    standing = intake.live_snapshots(conn, kode_pemda, snapshot.tahun_anggaran)
    found = View(
        snapshot=snapshot,
        # Intake verified this envelope with the node's key before it kept it.
        manifest=read_manifest(envelope.read(snapshot.envelope).unverified_payload),
        verification=verification.verification_of(conn, kode_pemda, snapshot.content_id),
        in_force=store.in_force(conn, kode_pemda, snapshot.tahun_anggaran),
        waits_for_opening=verification.needs_opening(conn, snapshot, standing),
    )
    if found.replaces is None:
        return found
    return replace(found, changes=_changes(conn, found.replaces.snapshot, snapshot))


def _changes(conn: Connection, old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """The SKPD whose sums differ between two contents, in code order."""
    before, after = (
        {each.kode_skpd: each for each in intake.skpd_sums(conn, one.kode_pemda, one.content_id)}
        for one in (old, new)
    )
    return tuple(
        Change(kode, _name(kode, after, before), _totals(before, kode), _totals(after, kode))
        for kode in sorted(before.keys() | after.keys())
        if _totals(before, kode) != _totals(after, kode)
    )


def _name(kode: str, *sources: Mapping[str, SkpdSum]) -> str:
    return next((source[kode].nama for source in sources if kode in source), "")


def _totals(sums: Mapping[str, SkpdSum], kode: str) -> Totals:
    return sums[kode].totals if kode in sums else Totals()
