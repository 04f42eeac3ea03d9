"""The centre's own rules, on manifests and charts that no database has to hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.errors import ForeignPemda, MalformedSnapshot, RefusedByCentre, StaleSequence
from contract.wire.identity import signing_key
from contract.wire.manifest import Manifest
from sikd.intake import Known
from sikd.verification.rules import (
    Accounts,
    account_is_in_chart,
    segments_are_different,
    sequence_moves_forward,
    snapshot_is_of_this_node,
    tahun_is_plausible,
)
from tests.contract import samples

MANIFEST = samples.manifest()
KNOWN = Known(
    node_id=MANIFEST.node_id,
    key=signing_key(samples.NODE_DER),
    kode_pemda=MANIFEST.kode_pemda,
    last_sequence=MANIFEST.sequence - 1,
    now=datetime(MANIFEST.tahun_anggaran, 1, 20, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "rule",
    [snapshot_is_of_this_node, sequence_moves_forward, tahun_is_plausible, segments_are_different],
)
def test_an_honest_manifest_breaks_no_rule(rule: Callable[[Manifest, Known], None]) -> None:
    rule(MANIFEST, KNOWN)


@pytest.mark.parametrize("last", [MANIFEST.sequence, MANIFEST.sequence + 5])
def test_a_sequence_that_was_reached_is_stale(last: int) -> None:
    with pytest.raises(StaleSequence):
        sequence_moves_forward(MANIFEST, replace(KNOWN, last_sequence=last))


@pytest.mark.parametrize("change", [{"kode_pemda": "11.17"}, {"node_id": "sikd1other"}])
def test_a_manifest_speaks_for_its_own_node_and_pemda_alone(change: dict[str, str]) -> None:
    with pytest.raises(ForeignPemda):
        snapshot_is_of_this_node(MANIFEST, replace(KNOWN, **change))  # type: ignore[arg-type]


def test_a_pemda_that_was_dissolved_delivers_nothing() -> None:
    gone = MANIFEST.model_copy(update={"kode_pemda": "99.99"})

    with pytest.raises(RefusedByCentre):
        snapshot_is_of_this_node(gone, replace(KNOWN, kode_pemda="99.99"))


@pytest.mark.parametrize(("years_ahead", "plausible"), [(-1, True), (0, True), (1, True), (2, False)])
def test_a_budget_is_of_a_year_near_enough(years_ahead: int, plausible: bool) -> None:
    manifest = MANIFEST.model_copy(update={"tahun_anggaran": KNOWN.now.year + years_ahead})

    if plausible:
        tahun_is_plausible(manifest, KNOWN)
    else:
        with pytest.raises(MalformedSnapshot):
            tahun_is_plausible(manifest, KNOWN)


def test_the_year_begins_in_jakarta_before_it_does_in_greenwich() -> None:
    new_years_eve = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)
    manifest = MANIFEST.model_copy(update={"tahun_anggaran": 2027})

    tahun_is_plausible(manifest, replace(KNOWN, now=new_years_eve))


def test_accounts_outside_the_chart_are_counted_and_one_is_named() -> None:
    used = frozenset({"5.1.01.01.01.0001", "5.9.99.99.99.9999", "5.9.99.99.99.9998"})

    (finding,) = account_is_in_chart(Accounts(2026, used))

    assert finding.values == {"count": "2", "kode_rekening": "5.9.99.99.99.9998", "tahun": "2021"}


def test_accounts_inside_the_chart_are_no_finding() -> None:
    assert list(account_is_in_chart(Accounts(2026, frozenset({"5.1.01.01.01.0001"})))) == []
