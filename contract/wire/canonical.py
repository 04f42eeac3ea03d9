"""JSON in its one canonical form (RFC 8785), read strictly: one document, one sequence of bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

import rfc8785

from contract.errors import MalformedMessage, TooLarge
from contract.text import T, Text

MAX_DEPTH = 16
"""Lists and objects within one another, counting the outermost."""


def dumps(value: object) -> bytes:
    """The RFC 8785 form of strings, integers below 2^53, booleans, null, lists and objects."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of bytes in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def loads(data: bytes, *, max_bytes: int) -> dict[str, Any]:
    """Read one JSON object that is its own canonical form; raise MalformedMessage or TooLarge otherwise.

    1. It is no larger than allowed.         Before any byte of it is looked at.
    2. It is UTF-8, and JSON without floats or repeated fields.
    3. It is an object, nested no deeper than allowed.
    4. Written again, it gives the same bytes.
    """
    if len(data) > max_bytes:
        raise too_large(len(data), max_bytes)
    value = _parse(data)
    if type(value) is not dict:
        raise _malformed(T("it is not an object"))
    if _is_too_deep(value):
        raise _malformed(T("it is nested too deeply"))
    if _written_again(value) != data:
        raise _malformed(T("it is not in RFC 8785 form"))
    return value


def too_large(size: int, limit: int) -> TooLarge:
    """The error for something of `size` bytes where only `limit` are taken."""
    return TooLarge(
        T("{size} bytes are more than the {limit} that are accepted.", size=size, limit=limit),
        remedy=T("Check that the right file or database was chosen; report this where it was."),
    )


def _parse(data: bytes) -> object:
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_no_integer,
            parse_constant=_no_integer,
        )
    except UnicodeDecodeError as error:
        raise _malformed(T("it is not UTF-8")) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(T("it is not valid JSON")) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _malformed(T("a field is given twice"))
    return fields


def _no_integer(_literal: str) -> NoReturn:
    raise _malformed(T("it holds a number that is no integer"))


def _is_too_deep(value: object) -> bool:
    """Whether the nesting passes MAX_DEPTH; looks at one level at a time, so that depth costs no stack."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        nested = [item for item in level if isinstance(item, dict | list)]
        if not nested:
            return False
        level = [child for item in nested for child in (item.values() if isinstance(item, dict) else item)]
    return True


def _written_again(value: object) -> bytes:
    try:
        return dumps(value)
    except ValueError as error:  # an integer of 2^53 or more, or a lone surrogate
        raise _malformed(T("it holds a value without a canonical form")) from error


def _malformed(why: Text) -> MalformedMessage:
    return MalformedMessage(
        T("The message was refused: {why}.", why=why),
        remedy=T("Send it again as it was made; if that fails, update this program."),
    )
