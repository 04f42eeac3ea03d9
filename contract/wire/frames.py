"""One segment as one zstd frame, which is opened only after its hash was found right, and within limits."""

from __future__ import annotations

import zstandard

from contract.budget.segment import MAX_SEGMENT_BYTES
from contract.errors import FrameMismatch
from contract.text import T, Text
from contract.wire.canonical import sha256_hex, too_large

MAX_FRAME_BYTES = MAX_SEGMENT_BYTES
MAX_WINDOW = 8 * 1024 * 1024
_LEVEL = 3
_MAX_EMPTY_FRAME_BYTES = 32


def pack(plain: bytes) -> bytes:
    """One zstd frame of a segment's plain bytes, its content size stated; raises TooLarge past the limit."""
    if len(plain) > MAX_SEGMENT_BYTES:
        raise too_large(len(plain), MAX_SEGMENT_BYTES)
    packer = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True, write_checksum=False)
    # By the stream: at once it would take room for a frame that does not shrink at all.
    stream = packer.compressobj(size=len(plain))
    return stream.compress(plain) + stream.flush()


def unpack(frame: bytes, *, frame_sha256: str, size: int, sha256: str) -> bytes:
    """The plain bytes of a frame; raises FrameMismatch or TooLarge where it is not the one signed for.

    1. The frame's hash is the signed one.     Before a byte of it is interpreted.
    2. It states the signed size and a window within the limit.
    3. It holds exactly that many bytes, and nothing follows it.
    4. The plain bytes have the signed hash.
    """
    if sha256_hex(frame) != frame_sha256:
        raise _mismatch(T("it is not the frame that the manifest states"))
    if size > MAX_SEGMENT_BYTES:
        raise too_large(size, MAX_SEGMENT_BYTES)
    plain = _inflate(frame, size)
    if sha256_hex(plain) != sha256:
        raise _mismatch(T("its content is not what the manifest states"))
    return plain


def _inflate(frame: bytes, size: int) -> bytes:
    try:
        header = zstandard.get_frame_parameters(frame)
        if header.content_size != size or header.window_size > MAX_WINDOW:
            raise _mismatch(T("its header does not state the signed size within the allowed window"))
        if header.dict_id:
            raise _mismatch(T("it needs a dictionary"))
        if size == 0:
            return _inflate_nothing(frame)
        opener = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        return opener.decompress(frame, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _mismatch(T("it is not one whole zstd frame")) from error


def _inflate_nothing(frame: bytes) -> bytes:
    # The one-shot call does not look past the header of a frame that states no content.
    opener = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
    plain = opener.decompress(frame[:_MAX_EMPTY_FRAME_BYTES])
    if not opener.eof or opener.unused_data or len(frame) > _MAX_EMPTY_FRAME_BYTES:
        raise _mismatch(T("it is not one whole zstd frame"))
    return plain


def _mismatch(why: Text) -> FrameMismatch:
    return FrameMismatch(
        T("A segment's frame was refused: {why}.", why=why),
        remedy=T("Send the segment again; if that fails, take a new snapshot."),
    )
