"""The ADK file: what was written is read back, other programs open it, and nothing else passes for one."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.line import Line
from contract.budget.names import Name
from contract.budget.segment import encode_lines, encode_names
from contract.errors import BadSignature, ContractError, MalformedAdk, TooLarge
from contract.wire import envelope
from contract.wire.adk import MAX_CSV_BYTES, Adk, csv_name, csv_of, file_name, frames_in, read_adk
from contract.wire.archive import Member, directory
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.frames import pack
from contract.wire.manifest import Manifest, read_manifest
from tests.contract.mutations import one_byte_changed, spoilt_bytes
from tests.contract.samples import (
    EDUCATION,
    FRAMES,
    NODE_KEY,
    STRANGER_KEY,
    entry,
    manifest,
    signed_manifest,
)
from tests.contract.test_segments import some_line, some_names

MADE = manifest()
SIGNED = signed_manifest(MADE)
Contents = list[tuple[str, bytes]]


def by_the_node(data: bytes) -> Manifest:
    return read_manifest(envelope.read(data).verified(envelope.MANIFEST_TYPE, NODE_KEY.public_key()))


def by_a_stranger(data: bytes) -> Manifest:
    return read_manifest(envelope.read(data).verified(envelope.MANIFEST_TYPE, STRANGER_KEY.public_key()))


def frames() -> Iterator[bytes]:
    return iter(FRAMES.values())


WHOLE = b"".join(Adk.of(SIGNED, MADE, frames).chunks())
CSV = b"".join(csv_of(MADE, frames()))


def read(data: bytes) -> None:
    read_adk(BytesIO(data), by_the_node)


def contents() -> Contents:
    with zipfile.ZipFile(BytesIO(WHOLE)) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


def zipped(files: Contents, *, external_attr: int = 0, **attributes: object) -> bytes:
    """A ZIP of these files as the standard library writes it, with attributes that each gets."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.create_system, info.create_version, info.extract_version = 0, 10, 10
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
            # Where it finds none, the library puts attributes of its own.
            info.external_attr = external_attr
    return made.getvalue()


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


@given(spoilt_bytes(WHOLE))
def test_nothing_but_an_explained_refusal_comes_of_other_bytes(spoilt: bytes) -> None:
    with pytest.raises(ContractError):
        read(spoilt)


@given(one_byte_changed(WHOLE))
def test_one_changed_byte_is_refused_wherever_it_is(spoilt: bytes) -> None:
    with pytest.raises(ContractError):
        read(spoilt)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(MalformedAdk):
        read(WHOLE[:length])


def test_an_envelope_by_another_key_is_refused_before_a_frame_is_read() -> None:
    begun = WHOLE[: WHOLE.index(b"segments/0.tsv.zst")]

    with pytest.raises(BadSignature):
        read_adk(BytesIO(begun), by_a_stranger)


def without(name: str) -> Contents:
    return [(each, content) for each, content in contents() if each != name]


def swapped() -> Contents:
    first, second, *rest = contents()
    return [second, first, *rest]


def renamed(old: str, new: str) -> Contents:
    return [(new if name == old else name, content) for name, content in contents()]


def changed(name: str, content: bytes) -> Contents:
    return [(each, content if each == name else old) for each, old in contents()]


def with_comment() -> bytes:
    made = BytesIO(WHOLE)
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"CONTOH"
    return made.getvalue()


def with_another_directory() -> bytes:
    """The directory names a file otherwise than the file itself does: two readers see two things."""
    place = WHOLE.rindex(b"envelope.json")
    return WHOLE[:place] + b"envelope.xml!" + WHOLE[place + 13 :]


def with_flag(bit: int) -> bytes:
    """A flag of the first file, such as 1 for an encrypted one."""
    return WHOLE[:6] + struct.pack("<H", bit) + WHOLE[8:]


def in_parts() -> bytes:
    """As a program writes to a pipe: lengths stand behind each file."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    made = Pipe()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in contents():
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


LINK = 0o120777 << 16
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "an empty archive": lambda: zipped([]),
    "compressed": lambda: zipped(contents(), compress_type=zipfile.ZIP_DEFLATED),
    "compressed by a method of which little is known": lambda: zipped(
        contents(), compress_type=zipfile.ZIP_BZIP2, extract_version=46
    ),
    "encrypted": lambda: with_flag(1),
    "with its sizes behind": in_parts,
    "with names in UTF-8": lambda: with_flag(0x800),
    "with links": lambda: zipped(contents(), create_system=3, external_attr=LINK),
    "with an extra field": lambda: zipped(contents(), extra=b"\x99\x99\0\0"),
    "with comments on files": lambda: zipped(contents(), comment=b"CONTOH"),
    "with a comment": with_comment,
    "of another time": lambda: zipped(contents(), date_time=(2026, 1, 31, 23, 59, 58)),
    "with something before it": lambda: b"\0" + WHOLE,
    "with something behind it": lambda: WHOLE + b"\0",
    "twice": lambda: WHOLE + WHOLE,
    "with a directory that says otherwise": with_another_directory,
    "without its CSV": lambda: zipped(without("2026991265murni.csv")),
    "without a segment": lambda: zipped(without("segments/1.tsv.zst")),
    "with one file more": lambda: zipped([*contents(), ("README", b"")]),
    "with one name twice": lambda: WHOLE[: WHOLE.index(b"PK\1\2")] + WHOLE,
    "in another order": lambda: zipped(swapped()),
    "with a path that leads out": lambda: zipped(renamed("segments/1.tsv.zst", "../../../../../etc")),
    "with an absolute path": lambda: zipped(renamed("segments/1.tsv.zst", "/etc/cron.d/sinergi")),
    "with the CSV of another Pemda": lambda: zipped(renamed("2026991265murni.csv", "2026990125murni.csv")),
    "of a later version": lambda: zipped(changed("mimetype", b"application/vnd.sikd.adk.v2+zip")),
    "with a segment of its own": lambda: zipped(
        changed("segments/1.tsv.zst", bytes(len(list(FRAMES.values())[1])))
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_is_refused_that_is_another_zip(what: str) -> None:
    with pytest.raises(MalformedAdk):
        read(HOSTILE[what]())


def header_only(members: Contents, name: str, size: int) -> bytes:
    """A file that ends with the header of a member that is said to be this large."""
    begun = b"".join(Member(each, len(data), crc32(data)).header() + data for each, data in members)
    return begun + Member(name, size, 0).header()


@pytest.mark.parametrize(
    ("before", "name", "size"),
    [
        (0, "mimetype", 2**32 - 1),
        (1, "envelope.json", MAX_ENVELOPE_BYTES + 1),
        (2, "segments/0.tsv.zst", len(next(frames())) + 1),
        (2 + len(FRAMES), "2026991265murni.csv", MAX_CSV_BYTES + 1),
    ],
)
def test_what_is_too_large_is_refused_by_its_header_alone(before: int, name: str, size: int) -> None:
    with pytest.raises(TooLarge):
        read(header_only(contents()[:before], name, size))


def test_a_csv_that_says_something_else_has_another_hash() -> None:
    forged = zipped(changed("2026991265murni.csv", CSV.replace(b"400000000", b"900000000")))

    found = read_adk(BytesIO(forged), by_the_node)

    assert found.csv_sha256 != hashlib.sha256(CSV).hexdigest()


def test_the_directory_of_no_file_is_the_end_of_an_archive() -> None:
    with zipfile.ZipFile(BytesIO(directory([]))) as empty:
        assert empty.namelist() == []
