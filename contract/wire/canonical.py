"""JSON in its one canonical form (RFC 8785), read strictly: one document, one sequence of bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

import rfc8785

from contract.errors import MalformedMessage, TooLarge
from contract.text import T, Text

MAX_DEPTH = 16
_OPEN, _CLOSE = frozenset("[{"), frozenset("]}")


def dumps(value: object) -> bytes:
    """The RFC 8785 form of strings, integers below 2^53, booleans, null, lists and objects."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of bytes in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def loads(data: bytes, *, max_bytes: int) -> dict[str, Any]:
    """Read one JSON object that is its own canonical form; raise MalformedMessage or TooLarge otherwise.

    1. It is no larger than allowed.         Before any byte of it is looked at.
    2. It is UTF-8, nested no deeper than allowed.
    3. It is JSON without floats, repeated fields, or unpaired surrogates.
    4. Written again, it gives the same bytes.
    """
    if len(data) > max_bytes:
        raise too_large(len(data), max_bytes)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(T("it is not UTF-8")) from error
    if _depth(text) > MAX_DEPTH:
        raise _malformed(T("it is nested too deeply"))
    value = _parse(text)
    if type(value) is not dict:
        raise _malformed(T("it is not an object"))
    try:
        again = dumps(value)
    except (rfc8785.CanonicalizationError, ValueError) as error:
        raise _malformed(T("it holds a value without a canonical form")) from error
    if again != data:
        raise _malformed(T("it is not in RFC 8785 form"))
    return value


def too_large(size: int, limit: int) -> TooLarge:
    """The error for something of `size` bytes where only `limit` are taken."""
    return TooLarge(
        T("{size} bytes are more than the {limit} that are accepted.", size=size, limit=limit),
        remedy=T("Check that the right file or database was chosen; report this where it was."),
    )


def _parse(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _malformed(T("it is not valid JSON")) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _malformed(T("a field is given twice"))
    return fields


def _no_number(literal: str) -> NoReturn:
    raise _malformed(T("it holds a number that is no integer"))


def _depth(text: str) -> int:
    """The deepest nesting; brackets inside strings count too, which only ever refuses more."""
    depth = deepest = 0
    for character in text:
        if character in _OPEN:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH * 64:
                break
        elif character in _CLOSE:
            depth -= 1
    return deepest


def _malformed(why: Text) -> MalformedMessage:
    return MalformedMessage(
        T("The message was refused: {why}.", why=why),
        remedy=T("Send it again as it was made; if that fails, update this program."),
    )
