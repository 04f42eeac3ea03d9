"""The ADK file: what was written is read back, and other programs open it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from base64 import b64decode
from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from contract.budget.line import Line
from contract.budget.names import Name
from contract.budget.segment import encode_lines, encode_names
from contract.wire.adk import Adk, csv_name, csv_of, file_name, frames_in, read_adk
from contract.wire.archive import directory
from contract.wire.frames import pack
from tests.contract.adk_files import CSV, MADE, SIGNED, WHOLE, by_the_node, contents, frames, zipped
from tests.contract.samples import EDUCATION, FRAMES, entry, manifest, signed_manifest
from tests.contract.test_segments import some_line, some_names


def test_what_was_written_is_read_back() -> None:
    found = read_adk(BytesIO(WHOLE), by_the_node)

    assert (found.envelope, found.manifest) == (SIGNED, MADE)
    assert found.csv_sha256 == hashlib.sha256(CSV).hexdigest()
    assert list(frames_in(BytesIO(WHOLE), MADE)) == list(FRAMES.values())


def test_a_source_that_gives_little_at_a_time_is_read_as_well() -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 7))

    assert read_adk(Slow(WHOLE), by_the_node).manifest == MADE


def test_the_same_snapshot_gives_the_same_file() -> None:
    assert b"".join(Adk.of(SIGNED, MADE, frames).chunks()) == WHOLE


def test_the_standard_library_writes_the_very_same_bytes() -> None:
    assert zipped(contents()) == WHOLE


def test_the_files_in_it_are_named_and_in_order() -> None:
    assert [name for name, _ in contents()] == [
        "mimetype",
        "envelope.json",
        *(f"segments/{place}.tsv.zst" for place in range(len(FRAMES))),
        "2026991265murni.csv",
    ]


def test_a_pemda_without_kode_satker_is_named_by_its_kode_pemda() -> None:
    unknown = manifest(kode_satker=None)

    assert csv_name(unknown) == "2026-11.10-murni.csv"
    assert file_name(unknown) == f"2026-11.10-adk-{unknown.snapshot_id[:8]}.zip"
    assert file_name(MADE) == f"2026991265-adk-{MADE.snapshot_id[:8]}.zip"


def test_programs_that_know_nothing_of_us_find_what_the_manifest_states(tmp_path: Path) -> None:
    (tmp_path / "adk.zip").write_bytes(WHOLE)
    tools = ["unzip -tq adk.zip", "unzip -q adk.zip", "sha256sum segments/1.tsv.zst"]
    tools += ["zstd -q -d --memory=8MB segments/1.tsv.zst -o 1.tsv", "sha256sum 1.tsv"]

    said = [
        subprocess.run(["sh", "-c", each], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for each in tools
    ]

    payload = b64decode(json.loads((tmp_path / "envelope.json").read_bytes())["payload"])
    entry = json.loads(payload)["segments"][1]
    assert (tmp_path / "mimetype").read_text() == "application/vnd.sikd.adk.v1+zip"
    assert hashlib.sha256(payload).hexdigest() == MADE.snapshot_id
    assert said[2].split()[0] == entry["frame_sha256"]
    assert said[4].split()[0] == entry["sha256"]
    assert (tmp_path / "2026991265murni.csv").read_bytes() == CSV


def test_the_csv_adds_up_to_the_control_totals() -> None:
    sums: dict[str, int] = {}
    for row in CSV.decode().splitlines():
        fields = row.split(";")
        account = fields[13] if fields[13] != "6" else f"{fields[13]}.{fields[15]}"
        sums[account] = sums.get(account, 0) + int(fields[25])

    stated = MADE.totals.totals()
    assert sums == {
        "4": stated.pendapatan.sen // 100,
        "5": stated.belanja.sen // 100,
        "6.1": stated.penerimaan_pembiayaan.sen // 100,
        "6.2": stated.pengeluaran_pembiayaan.sen // 100,
    }


@given(st.lists(some_line(), min_size=1, max_size=30), some_names)
def test_any_budget_is_read_back_as_it_was_written(lines: list[Line], names: list[Name]) -> None:
    encoded = {"": encode_names(names), EDUCATION: encode_lines(lines)}
    packed = [pack(each.plain) for each in encoded.values()]
    entries = tuple(
        entry(kode, each, frame) for (kode, each), frame in zip(encoded.items(), packed, strict=True)
    )
    made = manifest(segments=entries, totals=entries[1].totals)

    data = b"".join(Adk.of(signed_manifest(made), made, lambda: packed).chunks())

    found = read_adk(BytesIO(data), by_the_node)
    assert found.manifest == made
    assert list(frames_in(BytesIO(data), made)) == packed
    assert found.csv_sha256 == hashlib.sha256(b"".join(csv_of(made, packed))).hexdigest()


def test_a_csv_that_says_something_else_has_another_hash() -> None:
    *others, (name, _) = contents()
    forged = zipped([*others, (name, CSV.replace(b"400000000", b"900000000"))])

    found = read_adk(BytesIO(forged), by_the_node)

    assert found.csv_sha256 != hashlib.sha256(CSV).hexdigest()


def test_the_directory_of_no_file_is_the_end_of_an_archive() -> None:
    with zipfile.ZipFile(BytesIO(directory([]))) as empty:
        assert empty.namelist() == []
