"""Canonical JSON: one document, one sequence of bytes, and nothing that two readers could differ about."""

from __future__ import annotations

import hashlib
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ContractError, MalformedMessage, TooLarge
from contract.wire import canonical

LIMIT = 2**20
whole = st.integers(-(2**53) + 1, 2**53 - 1)
words = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), whole, words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=20,
)
objects = st.dictionaries(words, values, max_size=5)


@given(objects)
def test_an_object_is_read_as_it_was_written(value: dict[str, object]) -> None:
    assert canonical.loads(canonical.dumps(value), max_bytes=LIMIT) == value


@given(objects, st.sampled_from([None, 1]), st.booleans())
def test_any_other_spelling_of_an_object_is_refused(
    value: dict[str, object], indent: int | None, ascii_only: bool
) -> None:
    other = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()

    try:
        read = canonical.loads(other, max_bytes=LIMIT)
    except MalformedMessage:
        return
    assert other == canonical.dumps(read)


@given(st.one_of(st.binary(), st.text('{}[]",:\\u0e-19.truefalsn ').map(str.encode)))
def test_whatever_the_bytes_only_the_errors_of_the_contract_come_out(data: bytes) -> None:
    try:
        value = canonical.loads(data, max_bytes=LIMIT)
    except ContractError:
        return

    assert canonical.dumps(value) == data


@given(objects.map(canonical.dumps), st.data())
def test_a_byte_put_in_or_left_out_never_breaks_the_reader(written: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(written) - 1))
    inserted = data.draw(st.binary(max_size=2))
    changed = written[:place] + inserted + written[place + data.draw(st.integers(0, 2)) :]

    try:
        value = canonical.loads(changed, max_bytes=LIMIT)
    except ContractError:
        return

    assert canonical.dumps(value) == changed


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not valid JSON"),
        (b"{}\n", "RFC 8785"),
        (b' {"a":1}', "RFC 8785"),
        (b'{"b":1,"a":1}', "RFC 8785"),
        (b'{"a":"\\u0041"}', "RFC 8785"),
        (b'{"a":"\\/"}', "RFC 8785"),
        (b'{"a":-0}', "RFC 8785"),
        (b'{"a":1,"a":1}', "given twice"),
        (b'{"a":{"b":1,"b":2}}', "given twice"),
        (b'{"a":1,"\\u0061":1}', "given twice"),
        (b'{"a":1.0}', "no integer"),
        (b'{"a":1e3}', "no integer"),
        (b'{"a":NaN}', "no integer"),
        (b'{"a":-Infinity}', "no integer"),
        (b'{"a":9007199254740992}', "without a canonical form"),
        (b'{"a":"\\ud800"}', "without a canonical form"),
        (b'{"\\ud800":1}', "without a canonical form"),
        (b'{"a":01}', "not valid JSON"),
        (b'{"a":' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b"[]", "not an object"),
        (b'"a"', "not an object"),
        (b"null", "not an object"),
        (b"1", "not an object"),
        (b"{}{}", "not valid JSON"),
        (b'{"a":"\x00"}', "not valid JSON"),
    ],
)
def test_what_a_lenient_reader_would_take_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedMessage, match=why):
        canonical.loads(data, max_bytes=LIMIT)


@pytest.mark.parametrize("bomb", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 200_000 + b"]" * 200_000])
def test_two_hundred_thousand_brackets_are_refused(bomb: bytes) -> None:
    with pytest.raises(MalformedMessage):
        canonical.loads(bomb, max_bytes=2 * LIMIT)


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_nesting_has_a_limit() -> None:
    canonical.loads(nested(canonical.MAX_DEPTH), max_bytes=LIMIT)

    with pytest.raises(MalformedMessage, match="nested too deeply"):
        canonical.loads(nested(canonical.MAX_DEPTH + 1), max_bytes=LIMIT)


def test_nesting_is_refused_in_words_where_the_reader_itself_could_still_follow() -> None:
    with pytest.raises(MalformedMessage):
        canonical.loads(nested(sys.getrecursionlimit() // 2), max_bytes=LIMIT)


def test_brackets_inside_text_are_only_text() -> None:
    # Sumber dana are named like "[DANA UMUM] - ...", and a name that was cut leaves its bracket open.
    findings = {"texts": ["[DANA UMUM" for _ in range(1000)]}

    assert canonical.loads(canonical.dumps(findings), max_bytes=LIMIT) == findings


def test_size_is_judged_before_anything_else() -> None:
    with pytest.raises(TooLarge, match="11 bytes are more than the 10"):
        canonical.loads(b"\xff" * 11, max_bytes=10)


def test_fields_are_sorted_by_their_utf_16_form() -> None:
    # U+1F600 comes after U+FB33 as a code point, and before it as UTF-16: RFC 8785 sorts by the latter.
    assert canonical.dumps({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_a_hash_is_written_in_small_hexadecimal() -> None:
    assert canonical.sha256_hex(b"abc") == hashlib.sha256(b"abc").hexdigest()
