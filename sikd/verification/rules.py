"""What a snapshot must satisfy in the eyes of the centre, which knows more than the snapshot itself.

A rule about the snapshot alone belongs to contract/budget/rules.py, where the agent runs it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract.budget.findings import Finding
from contract.errors import ForeignPemda, MalformedSnapshot, StaleSequence
from contract.text import T
from contract.wire.manifest import Manifest
from sikd.deadlines import WIB
from sikd.intake import Known
from sikd.reference import akun_names, chart_year, pemda_by_kode

FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class Accounts:
    """The kode rekening that occur in a snapshot, and its budget year."""

    tahun: int
    used: frozenset[str]


def snapshot_is_of_this_node(manifest: Manifest, known: Known) -> None:
    """A node speaks for itself and for the Pemda that it is mapped to; ForeignPemda otherwise."""
    if manifest.node_id != known.node_id or manifest.kode_pemda != known.kode_pemda:
        raise ForeignPemda(
            T("The snapshot is of Pemda {found}, this node delivers for {kode_pemda}.",
              found=manifest.kode_pemda, kode_pemda=known.kode_pemda),
            remedy=T("Check which database the agent reads, or ask DJPK to correct the mapping."),
        )  # fmt: skip
    if pemda_by_kode(manifest.kode_pemda) is None:
        raise ForeignPemda(
            T("There is no Pemda {kode_pemda}.", kode_pemda=manifest.kode_pemda),
            remedy=T("Ask DJPK to correct the mapping."),
        )


def sequence_moves_forward(manifest: Manifest, known: Known) -> None:
    """Refusing old sequences is what stops a captured envelope from being sent in anew; StaleSequence."""
    if manifest.sequence <= known.last_sequence:
        raise StaleSequence(
            T("Sequence {found} is not after {last}.", found=manifest.sequence, last=known.last_sequence),
            remedy=T("Take the snapshot again; the agent continues after the centre's last sequence."),
        )


def tahun_is_plausible(manifest: Manifest, known: Known) -> None:
    """A budget is of a year that has begun, or of the next one."""
    latest = known.now.astimezone(WIB).year + 1
    if not FIRST_YEAR <= manifest.tahun_anggaran <= latest:
        raise MalformedSnapshot(
            T("There is no APBD of {tahun} yet.", tahun=manifest.tahun_anggaran),
            remedy=T("Check the year in [apbd] of agent.toml, and the clock of the server."),
        )


def segments_are_different(manifest: Manifest, known: Known) -> None:  # noqa: ARG001 - one form for all rules
    """No segment is listed twice, so that each is sent and counted once."""
    hashes = [entry.sha256 for entry in manifest.segments]
    if len(set(hashes)) != len(hashes):
        raise MalformedSnapshot(
            T("One segment is listed twice."),
            remedy=T("Take the snapshot again; if that fails, report this to the helpdesk."),
        )


COMMITMENT_RULES = (
    snapshot_is_of_this_node,
    segments_are_different,
    tahun_is_plausible,
    sequence_moves_forward,
)
"""In the order in which they are applied; the last one is for snapshots that are well in themselves."""


def account_is_in_chart(accounts: Accounts) -> Iterator[Finding]:
    """Charts change yearly, so an unknown account is a warning that names the chart's year."""
    chart = akun_names(accounts.tahun)
    unknown = sorted(code for code in accounts.used if code not in chart)
    if unknown:
        values = {
            "count": str(len(unknown)),
            "kode_rekening": unknown[0],
            "tahun": str(chart_year(accounts.tahun)),
        }
        yield Finding("account_is_in_chart", values=values)
