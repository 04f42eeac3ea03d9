"""A signed request is worth something only as it was sent, where it was sent, when it was sent, and once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from contract.errors import BadRequestSignature, ClockSkew, ContractError, ExplainedError
from contract.wire.identity import to_base64
from contract.wire.signing import (
    COMPONENTS,
    MAX_SKEW,
    NONCE_MEMORY,
    TAG,
    SignedBy,
    claimed_node_id,
    content_digest,
    require_digest,
    sign_request,
    verify_request,
)
from tests.contract.mutations import one_byte_changed
from tests.contract.samples import NODE_ID, NODE_KEY, STRANGER_KEY

NOW = datetime(2026, 1, 31, 16, 0, 0, tzinfo=UTC)
URI = "https://sikd.example/v1/checkin"
BODY = b'{"counter":1}'
NONCE = "bm9uY2Utbm9uY2Ut"
NODE = NODE_KEY.public_key()


def signed(**changed: Any) -> dict[str, str]:
    """The headers of a check-in that the node signed; any part of it may be another."""
    parts: dict[str, Any] = {
        "method": "POST",
        "target_uri": URI,
        "body_sha256": hashlib.sha256(BODY).digest(),
        "body_length": len(BODY),
        "node_id": NODE_ID,
        "key": NODE_KEY,
        "created": NOW,
        "nonce": NONCE,
    }
    parts |= changed
    return sign_request(parts.pop("method"), parts.pop("target_uri"), **parts)


def verified(
    headers: Mapping[str, str], method: str = "POST", uri: str = URI, now: datetime = NOW
) -> SignedBy:
    return verify_request(method, uri, headers, key=NODE, now=now)


HEADERS = signed()


def test_a_request_as_it_was_signed_is_accepted() -> None:
    assert verified(HEADERS) == SignedBy(NODE_ID, NOW, NONCE)
    assert claimed_node_id(HEADERS) == NODE_ID
    require_digest(HEADERS, hashlib.sha256(BODY).digest(), len(BODY))


def test_the_library_signs_what_the_standard_says() -> None:
    base = "\n".join(
        [
            '"@method": POST',
            f'"@target-uri": {URI}',
            f'"content-digest": {HEADERS["content-digest"]}',
            f'"content-length": {len(BODY)}',
            f'"@signature-params": {HEADERS["signature-input"].removeprefix("sikd=")}',
        ]
    )
    signature = to_base64(NODE_KEY.sign(base.encode()))

    assert HEADERS["signature"] == f"sikd=:{signature}:"


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("PUT", URI),
        ("post", URI),
        ("POST", "https://sikd.example/v1/nodes"),
        ("POST", "http://sikd.example/v1/checkin"),
        ("POST", "https://sikd.example:8443/v1/checkin"),
        ("POST", "https://sikd.example/v1/checkin?a=1"),
        ("POST", "https://sikd.example/v1/checkin/"),
        ("POST", "/v1/checkin"),
        ("POST", ""),
    ],
)
def test_the_same_headers_are_refused_anywhere_else(method: str, uri: str) -> None:
    with pytest.raises(BadRequestSignature):
        verified(HEADERS, method, uri)


@given(st.sampled_from(sorted(HEADERS)), st.data())
def test_one_changed_byte_in_any_header_is_refused(name: str, data: st.DataObject) -> None:
    changed = data.draw(one_byte_changed(HEADERS[name].encode()))
    headers = HEADERS | {name: changed.decode("latin-1")}

    try:
        who = verified(headers)
    except ExplainedError:
        return

    # A label names the signature for people and is not signed; base64 may end in bits that say nothing.
    assert name in {"signature-input", "signature"}
    assert who == SignedBy(NODE_ID, NOW, NONCE)


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_no_header_may_be_missing(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}

    with pytest.raises(BadRequestSignature):
        verified(headers)


def test_a_body_of_nothing_needs_no_length() -> None:
    # A proxy may drop `content-length: 0` from a GET.
    headers = signed(method="GET", body_sha256=hashlib.sha256(b"").digest(), body_length=0)
    del headers["content-length"]

    assert verified(headers, "GET").node_id == NODE_ID
    require_digest(headers, hashlib.sha256(b"").digest(), 0)


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_header_given_twice_is_refused(name: str) -> None:
    # A proxy may look at the first and a server at the second.
    pairs = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
    twice = Headers(raw=[*pairs, (name.encode(), HEADERS[name].encode())])

    with pytest.raises(BadRequestSignature, match=r"given twice|does not fit"):
        verified(twice)


@pytest.mark.parametrize("spelling", [str.title, str.upper])
def test_the_case_of_a_header_name_says_nothing(spelling: Any) -> None:
    headers = {spelling(name): value for name, value in HEADERS.items()}

    assert verified(headers) == verified(httpx.Headers(HEADERS)) == verified(Headers(HEADERS))
    assert claimed_node_id(headers) == NODE_ID


def test_another_nodes_key_is_refused() -> None:
    with pytest.raises(BadRequestSignature):
        verified(signed(key=STRANGER_KEY))


def test_a_key_under_another_name_is_refused() -> None:
    other_name = NODE_ID[:-1] + ("q" if NODE_ID[-1] != "q" else "p")

    with pytest.raises(BadRequestSignature):
        verified(signed(node_id=other_name))


# The parameters and the labels


def signed_otherwise(extra: Mapping[str, str] | None = None, **changed: Any) -> dict[str, str]:
    """Headers that the node signed with the library itself, outside what was agreed on."""
    headers = {name: HEADERS[name] for name in ("content-digest", "content-length")} | dict(extra or {})
    message = type("Request", (), {"method": "POST", "url": URI, "headers": headers})()
    arguments: dict[str, Any] = {
        "key_id": NODE_ID,
        "created": NOW,
        "nonce": NONCE,
        "label": "sikd",
        "tag": TAG,
        "covered_component_ids": COMPONENTS,
        "use_existing_digest": True,
        "append_if_signature_exists": True,
    }
    keys = MappingKeyResolver(public_keys={}, private_keys={NODE_ID: NODE_KEY})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    signer.sign(message, **(arguments | changed))
    return {name.lower(): value for name, value in headers.items()}


def test_the_label_may_be_any() -> None:
    assert verified(signed_otherwise(label="proxy-1")).node_id == NODE_ID


@pytest.mark.parametrize(
    "changed",
    [
        {"tag": "other"},
        {"tag": None},
        {"nonce": None},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"nonce": "spaces are not ok"},
        {"include_alg": False},
        {"expires": NOW + timedelta(minutes=1)},
        {"expires": NOW - timedelta(days=1)},
    ],
    ids=str,
)
def test_parameters_are_exactly_those_that_were_agreed_on(changed: dict[str, Any]) -> None:
    with pytest.raises(BadRequestSignature, match="parameters"):
        verified(signed_otherwise(**changed))


@pytest.mark.parametrize("left_out", COMPONENTS)
def test_no_component_may_be_left_uncovered(left_out: str) -> None:
    covered = tuple(component for component in COMPONENTS if component != left_out)

    with pytest.raises(BadRequestSignature):
        verified(signed_otherwise(covered_component_ids=covered))


def test_one_algorithm_of_a_digest_is_not_the_digest() -> None:
    partly = ("@method", "@target-uri", '"content-digest";key="sha-256"', "content-length")

    with pytest.raises(BadRequestSignature):
        verified(signed_otherwise(covered_component_ids=partly))


def test_a_header_outside_the_agreement_cannot_be_covered() -> None:
    # It is not handed to the verifier, so nobody can come to rely on it.
    covered = (*COMPONENTS, "x-forwarded-for")

    with pytest.raises(BadRequestSignature):
        verified(signed_otherwise(extra={"x-forwarded-for": "10.0.0.1"}, covered_component_ids=covered))


def test_a_second_signature_is_refused() -> None:
    # The library looks for these two names in this spelling.
    existing = {name.title(): HEADERS[name] for name in ("signature-input", "signature")}
    twice = signed_otherwise(extra=existing, label="again")

    with pytest.raises(BadRequestSignature):
        verified(twice)
    with pytest.raises(BadRequestSignature, match="more than one"):
        claimed_node_id(twice)


NO_KEY = [
    "",
    "sikd",
    "sikd=()",
    'sikd=("@method");keyid="A"',
    'sikd=("@method");keyid=sikd1x',
    'x="keyid"',
    "x" * 3000,
]
TWO_KEYS = 'sikd=("@method");keyid="a";keyid="b"'


@pytest.mark.parametrize("field", [*NO_KEY, TWO_KEYS], ids=lambda field: field[:40])
def test_a_request_that_names_no_one_key_is_refused(field: str) -> None:
    with pytest.raises(BadRequestSignature):
        claimed_node_id({"signature-input": field})


header_text = st.one_of(
    st.text(max_size=60),
    st.text('sikd=("@method" "content-digest");created=1keyid"a:,\\', max_size=80),
    st.sampled_from(sorted(HEADERS.values())),
)


@given(
    st.dictionaries(st.sampled_from(sorted(HEADERS)), header_text), st.text(max_size=20), st.text(max_size=30)
)
def test_whatever_the_headers_only_the_errors_of_the_contract_come_out(
    changed: dict[str, str], method: str, uri: str
) -> None:
    for headers, address in [(changed, uri), (HEADERS | changed, URI)]:
        try:
            who = verify_request(method if address == uri else "POST", address, headers, key=NODE, now=NOW)
        except ExplainedError:
            continue
        assert who == SignedBy(NODE_ID, NOW, NONCE)


@given(
    st.dictionaries(st.sampled_from(sorted(HEADERS)), header_text), st.binary(max_size=40), st.integers(0, 99)
)
def test_whatever_the_headers_a_body_is_the_signed_one_or_refused(
    changed: dict[str, str], digest: bytes, length: int
) -> None:
    headers = HEADERS | changed

    try:
        require_digest(headers, digest, length)
    except ContractError:
        return

    assert headers["content-digest"] == content_digest(digest)
    assert headers["content-length"] == str(length)


# Bodies and times


@pytest.mark.parametrize(
    ("body", "length"), [(b'{"counter":2}', 13), (BODY, 12), (b"", 0), (BODY + b" ", 13)]
)
def test_another_body_is_refused(body: bytes, length: int) -> None:
    with pytest.raises(BadRequestSignature, match="body"):
        require_digest(HEADERS, hashlib.sha256(body).digest(), length)


@pytest.mark.parametrize("offset", [timedelta(0), MAX_SKEW, -MAX_SKEW])
def test_clocks_may_differ_a_little(offset: timedelta) -> None:
    assert verified(HEADERS, now=NOW + offset).created == NOW


@pytest.mark.parametrize(
    "offset", [MAX_SKEW + timedelta(seconds=1), -MAX_SKEW - timedelta(seconds=1), timedelta(days=400)]
)
def test_a_clock_that_is_off_is_its_own_error(offset: timedelta) -> None:
    with pytest.raises(ClockSkew, match="2026-01-31T16:00:00Z"):
        verified(HEADERS, now=NOW + offset)


def test_only_the_node_itself_learns_of_its_own_clock() -> None:
    late = NOW + timedelta(days=1)

    with pytest.raises(BadRequestSignature):
        verified(signed(key=STRANGER_KEY), now=late)


@pytest.mark.parametrize("created", [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_time_at_the_end_of_the_calendar_is_only_a_clock_that_is_off(created: datetime) -> None:
    with pytest.raises(ClockSkew):
        verified(signed(created=created))


def test_a_time_past_the_calendar_is_refused() -> None:
    far = type("Far", (), {"timestamp": lambda _self: 10**14})()

    with pytest.raises(BadRequestSignature, match="no time"):
        verified(signed(created=far))


def test_a_request_is_remembered_longer_than_it_is_accepted() -> None:
    assert 2 * MAX_SKEW <= NONCE_MEMORY
