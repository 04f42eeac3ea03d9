"""A ZIP from outside is hostile input: whatever is not the one form is refused, before it is acted upon."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadSignature, ContractError, MalformedAdk, TooLarge
from contract.wire import envelope
from contract.wire.adk import MAX_CSV_BYTES, read_adk
from contract.wire.archive import Member
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.manifest import Manifest, read_manifest
from tests.contract.adk_files import WHOLE, Contents, by_the_node, contents, frames, zipped
from tests.contract.mutations import one_byte_changed, spoilt_bytes
from tests.contract.samples import FRAMES, STRANGER_KEY


def read(data: bytes) -> None:
    read_adk(BytesIO(data), by_the_node)


def by_a_stranger(data: bytes) -> Manifest:
    return read_manifest(envelope.read(data).verified(envelope.MANIFEST_TYPE, STRANGER_KEY.public_key()))


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
