"""Collecting lays a budget down as frames, judged by the centre's own rules before anything is signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collect import Collected, collect
from agent.errors import CollectionRunning, StorageUnwritable
from agent.sign import Origin, manifest_of, restated, sign_manifest, stated_in
from agent.storage.staging import Staging, staging
from connectors.interface import DatabaseUnreachable
from contract.budget.findings import Finding
from contract.budget.segment import read_lines
from contract.budget.totals import total
from contract.errors import BadSignature, FrameMismatch, MalformedSegment, MalformedSnapshot, TooLarge
from contract.wire.frames import unpack
from contract.wire.manifest import MAX_FINDINGS, Perda
from tests.fakes.drafts import node_keys, origin
from tests.fakes.source import FakeSource, kode_skpd

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
PERDA = Perda(nomor="12", tanggal="2025-12-22")


@pytest.fixture
def area(tmp_path: Path) -> Staging:
    return Staging(tmp_path)


def collected(source: FakeSource, area: Staging) -> Collected:
    return collect(source, 2026, area, NOW)


def whose(perda: Perda | None = PERDA) -> Origin:
    return replace(origin(), perda=perda)


def test_every_skpd_becomes_one_frame_after_the_names(area: Staging) -> None:
    found = collected(FakeSource.of(100, 200), area)

    assert [(one.kode_skpd, one.lines) for one in (found.names, *found.skpd)] == [
        ("", 11),
        (kode_skpd(1), 2),
        (kode_skpd(2), 2),
    ]


def test_a_frame_holds_the_lines_that_were_read(area: Staging) -> None:
    entry = collected(FakeSource.of(100, 200), area).skpd[1]

    frame = area.frame(entry.frame_sha256)

    plain = unpack(frame, frame_sha256=entry.frame_sha256, size=entry.bytes, sha256=entry.sha256)
    assert [line.nilai_anggaran.sen for line in read_lines(plain)] == [20000, 20000]


def test_a_database_that_does_not_answer_says_so(area: Staging) -> None:
    with pytest.raises(DatabaseUnreachable, match="Start the database"):
        collected(FakeSource.of(100).that("unreachable"), area)


def test_a_line_that_the_centre_would_refuse_stops_the_collection(area: Staging) -> None:
    kode = kode_skpd(1)
    negative = {"\t".join([kode, kode, "", "", "", "", "4.1.01.01.01.0001", ""]): -5}

    with pytest.raises(MalformedSegment, match="negative"):
        collected(FakeSource({kode: negative}), area)


def test_an_skpd_past_the_limit_stops_the_collection(area: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.collect.MAX_SEGMENT_BYTES", 100)

    with pytest.raises(TooLarge):
        collected(FakeSource.of(100), area)


def test_totals_that_are_not_the_sum_of_the_lines_are_never_signed(area: Staging) -> None:
    found = collected(FakeSource.of(100).that("loses a line"), area)

    with pytest.raises(MalformedSnapshot, match="not the sum"):
        manifest_of(found, whose(), sequence=1, previous=None)


def test_an_empty_budget_is_never_signed(area: Staging) -> None:
    with pytest.raises(MalformedSnapshot, match="no lines"):
        manifest_of(collected(FakeSource({}), area), whose(), sequence=1, previous=None)


def test_a_budget_with_too_many_skpd_is_explained(area: Staging) -> None:
    found = collected(FakeSource.of(100), area)
    many = tuple(replace(found.skpd[0], kode_skpd=f"1.01.0.00.0.00.01.{n:04d}") for n in range(2000))
    crowded = replace(found, skpd=many, totals=total([found.totals] * 2000))

    with pytest.raises(MalformedSnapshot, match="segments"):
        manifest_of(crowded, whose(), sequence=1, previous=None)


def test_warnings_travel_with_the_snapshot(area: Staging) -> None:
    found = collected(FakeSource({**FakeSource.of(100).budget}), area)

    manifest = manifest_of(found, whose(perda=None), sequence=1, previous=None)

    assert [finding.rule for finding in manifest.findings] == ["perda_is_stated"]


def test_findings_of_the_source_are_cut_to_what_the_wire_takes(area: Staging) -> None:
    long = tuple(Finding("names_agree", values={"nama": "x" * 500}) for _ in range(MAX_FINDINGS + 5))
    found = collected(replace(FakeSource.of(100), noticed=long), area)

    manifest = manifest_of(found, whose(), sequence=1, previous=None)

    assert len(manifest.findings) == MAX_FINDINGS
    assert manifest.findings[0].values["nama"] == "x" * 200


def test_what_the_node_signed_it_can_read_again(area: Staging) -> None:
    manifest = manifest_of(collected(FakeSource.of(100), area), whose(), sequence=1, previous=None)

    assert stated_in(sign_manifest(manifest, node_keys()), node_keys()) == manifest


def test_what_another_node_signed_is_not_taken_for_ones_own(area: Staging) -> None:
    manifest = manifest_of(collected(FakeSource.of(100), area), whose(), sequence=1, previous=None)
    signed = sign_manifest(manifest, node_keys())
    node_keys.cache_clear()

    with pytest.raises(BadSignature):
        stated_in(signed, node_keys())


def test_another_number_is_another_snapshot_of_the_same_content(area: Staging) -> None:
    manifest = manifest_of(collected(FakeSource.of(100), area), whose(), sequence=1, previous=None)

    again = restated(manifest, 7, manifest.node_id)

    assert again.snapshot_id != manifest.snapshot_id
    assert again.content_id == manifest.content_id


def test_the_content_does_not_depend_on_the_time_of_reading(tmp_path: Path) -> None:
    manifests = []
    for number, moment in enumerate([NOW, NOW.replace(year=2027)]):
        area = Staging(tmp_path / str(number))
        area.folder.mkdir()
        found = collect(FakeSource.of(100), 2026, area, moment)
        manifests.append(manifest_of(found, whose(), sequence=number + 1, previous=None))

    assert manifests[0].content_id == manifests[1].content_id


def test_a_staging_area_goes_when_it_is_left(tmp_path: Path) -> None:
    with staging(tmp_path / "staging") as area:
        area.keep(b"frame")

    assert not area.folder.exists()


def test_leftovers_of_a_killed_collection_are_removed(tmp_path: Path) -> None:
    root = tmp_path / "staging"
    (root / "collection-killed").mkdir(parents=True)
    (root / "collection-killed" / "frame").write_bytes(b"half")

    with staging(root):
        pass

    assert [file.name for file in root.iterdir()] == ["lock"]


def test_two_collections_do_not_run_at_once(tmp_path: Path) -> None:
    with staging(tmp_path), pytest.raises(CollectionRunning, match="sinergi status"), staging(tmp_path):
        pass


def test_a_frame_that_the_disk_changed_is_refused(area: Staging) -> None:
    name = area.keep(b"frame")
    (area.folder / name).write_bytes(b"other")

    with pytest.raises(FrameMismatch, match="Check the disk"):
        area.frame(name)


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="free space"):
        Staging(tmp_path / "absent").keep(b"frame")


def test_a_staging_area_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="service user"), staging(tmp_path / "absent" / "staging"):
        pass
