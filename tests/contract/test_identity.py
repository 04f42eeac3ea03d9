"""A node's name belongs to its key, and no slip of a hand or an ear makes it another node's."""

from __future__ import annotations

from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadSignature, MalformedCode, MalformedMessage
from contract.wire import bech32m, identity
from tests.contract.samples import (
    CENTRE_DER,
    NODE_DER,
    NODE_ID,
    NODE_KEY,
    SEALING_DER,
    SEALING_KEY,
    STRANGER_KEY,
)

VALID = [  # BIP-350
    "A1LQFN3A",
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
INVALID = [
    "\x201xj0phk",
    "\x7f1g6xzxy",
    "\x801vctc34",
    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
    "qyrz8wqd2c9m",
    "1qyrz8wqd2c9m",
    "y1b0jsk6g",
    "lt1igcx5c0",
    "in1muywd",
    "mm1crxm3i",
    "au1s5cgom",
    "M1VUXWEZ",
    "16plkw9",
    "1p2gdwpf",
    "A1lqfn3a",  # two cases
    "A12UEL5L",  # Bech32, not Bech32m
    "",
    "1",
]
BODY = NODE_ID.removeprefix("sikd1")


@pytest.mark.parametrize("spelling", VALID)
def test_valid_spellings_of_bip_350_are_read(spelling: str) -> None:
    decoded = bech32m.decode(spelling)

    assert decoded is not None
    assert bech32m.encode(*decoded) == spelling.lower()


@pytest.mark.parametrize("spelling", INVALID, ids=ascii)
def test_invalid_spellings_of_bip_350_are_refused(spelling: str) -> None:
    assert bech32m.decode(spelling) is None


@given(st.text(max_size=100))
def test_whatever_the_text_a_node_id_is_one_or_is_refused(text: str) -> None:
    try:
        node = identity.require_node_id(text)
    except MalformedCode:
        return

    assert identity.require_node_id(node) == node


@given(st.binary(min_size=13, max_size=64))
def test_the_first_hundred_bits_become_twenty_values(data: bytes) -> None:
    values = bech32m.five_bit(data, 100)

    assert len(values) == 20
    assert "".join(f"{value:05b}" for value in values) == "".join(f"{byte:08b}" for byte in data)[:100]


def test_a_node_id_is_short_enough_to_read_out() -> None:
    assert identity.node_id(NODE_DER) == NODE_ID
    assert NODE_ID.startswith("sikd1")
    assert len(NODE_ID) == 31


@pytest.mark.parametrize(
    "written", [identity.grouped(NODE_ID), NODE_ID.upper(), f" {NODE_ID}\n", f"sikd1-{BODY}"]
)
def test_a_node_id_is_read_as_people_write_it(written: str) -> None:
    assert identity.require_node_id(written) == NODE_ID


@pytest.mark.parametrize("text", ["", "sikd1", "bc1" + BODY, NODE_ID[:-1], NODE_ID + "q", BODY, "s" * 10_000])
def test_what_is_no_node_id_is_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        identity.require_node_id(text)


def test_a_valid_spelling_of_another_length_is_no_node_id() -> None:
    longer = bech32m.encode("sikd", [0] * 21)

    with pytest.raises(MalformedCode):
        identity.require_node_id(longer)


def slipped(places: tuple[int, ...], changes: tuple[int, ...]) -> str:
    """The node ID with the characters at these places moved on by so many places of the alphabet."""
    letters = list(BODY)
    for place, change in zip(places, changes, strict=True):
        letters[place] = bech32m.CHARSET[bech32m.CHARSET.index(letters[place]) ^ change]
    return "sikd1" + "".join(letters)


def test_every_single_slip_is_noticed() -> None:
    taken = [
        slip
        for place in range(len(BODY))
        for change in range(1, 32)
        if bech32m.decode(slip := slipped((place,), (change,)))
    ]

    assert taken == []


def test_every_swap_of_two_letters_is_noticed() -> None:
    swaps = []
    for one, two in combinations(range(len(BODY)), 2):
        letters = list(BODY)
        letters[one], letters[two] = letters[two], letters[one]
        swaps.append("sikd1" + "".join(letters))

    assert [swap for swap in swaps if swap != NODE_ID and bech32m.decode(swap)] == []


def test_every_double_slip_is_noticed() -> None:
    # The checksum is linear: two slips cancel out only where each alone leaves the same trace. Traces are
    # taken from the code itself, so that this covers all 312,325 pairs in a moment.
    sound = trace(NODE_ID)
    traces = {
        (place, change): trace(slipped((place,), (change,))) ^ sound
        for place in range(len(BODY))
        for change in range(1, 32)
    }

    assert len(set(traces.values())) == len(traces)


def trace(spelling: str) -> int:
    """The check value of a spelling, as the module computes it."""
    values = [bech32m.CHARSET.index(letter) for letter in spelling.removeprefix("sikd1")]
    return bech32m._polymod(bech32m._expand("sikd") + values)  # noqa: SLF001


@given(st.sets(st.integers(0, len(BODY) - 1), min_size=1, max_size=4), st.data())
def test_up_to_four_slips_are_noticed(places: set[int], data: st.DataObject) -> None:
    changes = tuple(data.draw(st.integers(1, 31)) for _ in places)

    assert bech32m.decode(slipped(tuple(places), changes)) is None


# Keys


def test_a_key_is_read_from_its_one_spelling() -> None:
    assert identity.spki(identity.signing_key(NODE_DER)) == NODE_DER
    assert identity.spki(identity.sealing_key(SEALING_DER)) == SEALING_DER


def der_of(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed448.Ed448PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


WRONG_KEYS = [
    b"",
    b"\x30\x00",
    NODE_DER + b"\x00",
    NODE_DER[:-1],
    der_of(ec.derive_private_key(7, ec.SECP384R1()).public_key()),
    der_of(rsa.generate_private_key(65537, 2048).public_key()),
    der_of(ed448.Ed448PrivateKey.from_private_bytes(bytes(57)).public_key()),
]


@pytest.mark.parametrize("der", [*WRONG_KEYS, SEALING_DER])
def test_anything_else_is_no_signing_key(der: bytes) -> None:
    with pytest.raises(MalformedMessage):
        identity.signing_key(der)


@pytest.mark.parametrize("der", [*WRONG_KEYS, NODE_DER])
def test_anything_else_is_no_sealing_key(der: bytes) -> None:
    with pytest.raises(MalformedMessage):
        identity.sealing_key(der)


def test_a_compressed_point_is_another_spelling_of_a_sealing_key() -> None:
    point = SEALING_KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point

    with pytest.raises(MalformedMessage):
        identity.sealing_key(compressed)


@given(st.binary(max_size=100))
def test_whatever_the_bytes_a_key_is_one_or_is_refused(der: bytes) -> None:
    for read in (identity.signing_key, identity.sealing_key):
        with pytest.raises(MalformedMessage):
            read(der)


def test_a_sealing_key_is_vouched_for_by_its_own_node_alone() -> None:
    signature = identity.vouch_for_sealing_key(NODE_KEY, SEALING_DER)

    identity.require_vouched(NODE_KEY.public_key(), SEALING_DER, signature)
    for signer, der, sig in [
        (STRANGER_KEY.public_key(), SEALING_DER, signature),
        (NODE_KEY.public_key(), SEALING_DER[:-1] + b"\x00", signature),
        (NODE_KEY.public_key(), SEALING_DER, b""),
        (NODE_KEY.public_key(), SEALING_DER, NODE_KEY.sign(SEALING_DER)),
    ]:
        with pytest.raises(BadSignature):
            identity.require_vouched(signer, der, sig)


def test_the_match_code_changes_with_each_of_its_parts() -> None:
    parts = {
        "signing_der": NODE_DER,
        "sealing_der": SEALING_DER,
        "centre_der": CENTRE_DER,
        "nonce": bytes(16),
    }

    codes = {identity.match_code(**parts)}
    codes |= {identity.match_code(**parts | {name: part[:-1] + b"\xff"}) for name, part in parts.items()}

    assert len(codes) == 5
    assert all(len(code) == 8 and set(code) <= set(bech32m.CHARSET) for code in codes)


def test_a_fingerprint_is_the_key_id_in_groups() -> None:
    assert identity.fingerprint(CENTRE_DER).replace(" ", "").lower() == identity.key_id(CENTRE_DER)


@given(st.binary())
def test_base64_has_one_spelling(data: bytes) -> None:
    assert identity.from_base64(identity.to_base64(data)) == data


@given(st.one_of(st.text(), st.from_regex(r"\A[A-Za-z0-9+/]{0,9}={0,3}\Z")))
def test_any_other_base64_is_refused(text: str) -> None:
    try:
        data = identity.from_base64(text)
    except MalformedMessage:
        return

    assert identity.to_base64(data) == text
