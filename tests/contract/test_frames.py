"""A frame is opened only when it is the one that was signed for, and never gives more than was signed."""

from __future__ import annotations

import hashlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.segment import MAX_SEGMENT_BYTES
from contract.errors import ContractError, FrameMismatch, TooLarge
from contract.wire.frames import MAX_WINDOW, pack, unpack
from tests.contract.mutations import one_byte_changed, spoilt_bytes
from tests.contract.samples import EDUCATION, ENCODED

PLAIN = ENCODED[EDUCATION].plain
FRAME = pack(PLAIN)
SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def opened(frame: bytes, plain: bytes, size: int | None = None) -> bytes:
    """Open `frame` where the manifest signed for exactly this frame, and for `plain` in it."""
    size = len(plain) if size is None else size
    return unpack(frame, frame_sha256=sha256(frame), size=size, sha256=sha256(plain))


@given(st.binary(max_size=5000))
def test_a_segment_comes_out_of_its_frame_to_the_byte(plain: bytes) -> None:
    assert opened(pack(plain), plain) == plain


@given(one_byte_changed(FRAME))
def test_one_changed_byte_is_refused_before_the_frame_is_opened(changed: bytes) -> None:
    with pytest.raises(FrameMismatch, match="not the frame that the manifest states"):
        unpack(changed, frame_sha256=sha256(FRAME), size=len(PLAIN), sha256=sha256(PLAIN))


@given(spoilt_bytes(FRAME), st.integers(0, 2 * len(PLAIN)))
def test_whatever_was_signed_for_only_the_errors_of_the_contract_come_out(frame: bytes, size: int) -> None:
    try:
        plain = opened(frame, PLAIN, size)
    except ContractError:
        return

    assert plain == PLAIN


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        FRAME[:-1],
        FRAME + b"\x00",
        FRAME + FRAME,
        FRAME + SKIPPABLE,
        SKIPPABLE + FRAME,
        SKIPPABLE,
        PLAIN,
        FRAME + pack(b""),
    ],
    ids=[
        "empty",
        "cut",
        "one byte more",
        "twice",
        "skippable after",
        "skippable before",
        "skippable",
        "plain",
        "nothing after",
    ],
)
def test_a_frame_is_one_whole_frame_and_nothing_else(frame: bytes) -> None:
    with pytest.raises(FrameMismatch):
        opened(frame, PLAIN)


@pytest.mark.parametrize("extra", [b"junk", pack(b""), SKIPPABLE, b"\x00" * 100])
def test_nothing_hides_behind_a_frame_of_nothing(extra: bytes) -> None:
    assert opened(pack(b""), b"") == b""

    with pytest.raises(FrameMismatch):
        opened(pack(b"") + extra, b"")


@pytest.mark.parametrize("size", [0, len(PLAIN) - 1, len(PLAIN) + 1, 2**40])
def test_a_frame_of_another_size_than_signed_is_refused(size: int) -> None:
    with pytest.raises((FrameMismatch, TooLarge)):
        opened(FRAME, PLAIN, size)


def test_a_frame_that_hides_its_size_is_refused() -> None:
    streamed = zstandard.ZstdCompressor(write_content_size=False).compress(PLAIN)

    with pytest.raises(FrameMismatch, match="signed size"):
        opened(streamed, PLAIN)


def test_a_bomb_never_gives_more_than_it_claims() -> None:
    # 64 MiB of zeros in some 2 KB, with a header that claims 10 bytes.
    honest = zstandard.ZstdCompressor().compress(bytes(MAX_SEGMENT_BYTES))
    header = zstandard.ZstdCompressor().compress(bytes(10))[:6]
    lying = header + honest[zstandard.frame_header_size(honest) :]

    with pytest.raises(FrameMismatch):
        opened(lying, bytes(10))


def test_a_segment_past_the_limit_is_neither_made_nor_opened() -> None:
    plain = bytes(MAX_SEGMENT_BYTES + 1)
    frame = zstandard.ZstdCompressor().compress(plain)

    with pytest.raises(TooLarge):
        pack(plain)
    with pytest.raises(TooLarge):
        opened(frame, plain)


def test_the_largest_segment_is_made_and_opened() -> None:
    # Nothing but zeros, so that the test costs no time; the window is what its size makes it.
    plain = bytes(MAX_SEGMENT_BYTES)
    frame = pack(plain)

    assert zstandard.get_frame_parameters(frame).window_size <= MAX_WINDOW
    assert opened(frame, plain) == plain


def test_a_frame_that_needs_too_much_memory_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=24, write_content_size=1)
    plain = bytes(2**25)

    with pytest.raises(FrameMismatch, match="allowed window"):
        opened(zstandard.ZstdCompressor(compression_params=wide).compress(plain), plain)


def test_a_frame_that_needs_a_dictionary_is_refused() -> None:
    dictionary = zstandard.train_dictionary(1024, [PLAIN + bytes([n]) * n for n in range(200)])
    frame = zstandard.ZstdCompressor(dict_data=dictionary).compress(PLAIN)

    with pytest.raises(FrameMismatch, match="dictionary"):
        opened(frame, PLAIN)


def test_the_right_frame_with_other_content_than_signed_is_refused() -> None:
    with pytest.raises(FrameMismatch, match="its content is not what the manifest states"):
        opened(pack(PLAIN[::-1]), PLAIN)
