"""Bech32m (BIP-350): a spelling for short binary values that detects every small slip of a hand or an ear."""

from __future__ import annotations

from collections.abc import Iterable

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CONSTANT = 0x2BC830A3
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, values: Iterable[int]) -> str:
    """Spell five-bit `values` with a prefix and a six-character checksum."""
    payload = list(values)
    polymod = _polymod(_expand(prefix) + payload + [0] * 6) ^ _CONSTANT
    checksum = [(polymod >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(CHARSET[value] for value in payload + checksum)


def decode(text: str, *, longest: int = 90) -> tuple[str, list[int]] | None:
    """The prefix and five-bit values of a spelling in one case; None where it is not valid Bech32m.

    Past 90 characters four slips are no longer always seen; any slip at all is missed once in a billion.
    """
    if len(text) > longest or not all("!" <= character <= "~" for character in text):
        return None
    if text not in (text.lower(), text.upper()):
        return None
    prefix, _, data = text.lower().rpartition("1")
    if not prefix or len(data) < 6 or not set(data) <= set(CHARSET):
        return None
    values = [CHARSET.index(character) for character in data]
    if _polymod(_expand(prefix) + values) != _CONSTANT:
        return None
    return prefix, values[:-6]


def five_bit(data: bytes, bits: int) -> list[int]:
    """The first `bits` bits of `data` (a multiple of five) as five-bit values."""
    number = int.from_bytes(data) >> (len(data) * 8 - bits)
    return [(number >> shift) & 31 for shift in range(bits - 5, -1, -5)]


def padded(data: bytes) -> list[int]:
    """All bits of `data` as five-bit values, with zero bits at the end where they do not come out even."""
    spare = -len(data) * 8 % 5
    number = int.from_bytes(data) << spare
    return [(number >> shift) & 31 for shift in range(len(data) * 8 + spare - 5, -1, -5)]


def unpadded(values: list[int]) -> bytes | None:
    """The bytes that `padded` made these values of; None where it would not have."""
    size, spare = divmod(len(values) * 5, 8)
    number = 0
    for value in values:
        number = number << 5 | value
    if spare > 4 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(size)


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    return check
