"""Registration, check-in and answers say what was agreed on, and prove who says it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.errors import BadSignature, ClockSkew, ContractError, MalformedMessage, StaleSequence, TooLarge
from contract.text import T
from contract.wire import canonical, envelope, identity
from contract.wire.documents import Document
from contract.wire.manifest import MAX_FINDINGS, MAX_SEGMENTS
from contract.wire.messages import (
    MAX_MESSAGE_BYTES,
    MAX_SNAPSHOT_ANSWER_BYTES,
    Checkin,
    CheckinAnswer,
    Order,
    Problem,
    Registration,
    SnapshotAnswer,
    verify_centre,
    verify_checkin_answer,
    verify_registration,
)
from tests.contract.mutations import one_byte_changed, spoilt_bytes, spoilt_meaning
from tests.contract.samples import (
    CENTRE_KEY,
    CENTRE_KEY_ID,
    NODE_DER,
    NODE_ID,
    NODE_KEY,
    RECEIVED_AT,
    SEALING_DER,
    STRANGER_KEY,
    centre,
    checkin,
    checkin_answer,
    manifest,
    receipt,
    registration,
    snapshot_answer,
)

CENTRE_PUBLIC = CENTRE_KEY.public_key()
REGISTRATION = registration().signed(NODE_KEY)
ANSWER = checkin_answer().signed(CENTRE_KEY, keyid=CENTRE_KEY_ID)
CENTRE = centre()
SNAPSHOT_ANSWER = snapshot_answer()
PROBLEM = Problem.of(StaleSequence(T("sequence {n} is old", n=3), remedy=T("Ask.")), server_time=RECEIVED_AT)

DOCUMENTS: list[Document] = [
    registration(),
    checkin(),
    checkin_answer(),
    CENTRE,
    SNAPSHOT_ANSWER,
    PROBLEM,
    receipt(),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: type(document).__name__)
def test_a_document_is_read_as_it_was_written(document: Document) -> None:
    assert type(document).from_bytes(document.to_bytes(), max_bytes=MAX_MESSAGE_BYTES) == document


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: type(document).__name__)
@given(st.data())
def test_whatever_the_bytes_only_the_errors_of_the_contract_come_out(
    document: Document, data: st.DataObject
) -> None:
    whole = document.to_bytes()
    spoilt = data.draw(st.one_of(spoilt_bytes(whole), spoilt_meaning(whole)))

    try:
        read = type(document).from_bytes(spoilt, max_bytes=MAX_MESSAGE_BYTES)
    except ContractError:
        return

    if isinstance(read, Registration | Checkin):
        assert read.to_bytes() == spoilt


# Registration


def test_a_registration_proves_that_its_keys_belong_together() -> None:
    registered = verify_registration(REGISTRATION)

    assert (registered.node_id, registered.signing_der, registered.sealing_der) == (
        NODE_ID,
        NODE_DER,
        SEALING_DER,
    )
    assert registered.says == registration()


@given(st.one_of(spoilt_bytes(REGISTRATION), spoilt_meaning(REGISTRATION)))
def test_whatever_the_bytes_a_registration_is_this_nodes_or_refused(data: bytes) -> None:
    try:
        registered = verify_registration(data)
    except ContractError:
        return

    assert registered.says == registration()


@given(spoilt_meaning(registration().to_bytes()))
def test_validly_signed_nonsense_is_refused(payload: bytes) -> None:
    signed = envelope.sign(envelope.REGISTRATION_TYPE, payload, NODE_KEY, keyid=NODE_ID).to_bytes()

    try:
        registered = verify_registration(signed)
    except ContractError:
        return

    assert registered.node_id == NODE_ID
    assert registered.says.to_bytes() == payload


def test_a_registration_of_someone_elses_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_registration(registration().signed(STRANGER_KEY))


def test_a_sealing_key_that_the_node_did_not_sign_is_refused() -> None:
    # Otherwise a middleman could put in its own, and read the access to a Pemda's database.
    own = identity.spki(ec.derive_private_key(7, ec.SECP256R1()).public_key())

    with pytest.raises(BadSignature, match="sealing key"):
        verify_registration(registration(sealing_key=identity.to_base64(own)).signed(NODE_KEY))


def test_a_message_of_another_kind_is_no_registration() -> None:
    as_receipt = envelope.sign(envelope.RECEIPT_TYPE, registration().to_bytes(), NODE_KEY, keyid=NODE_ID)

    with pytest.raises(BadSignature, match="of type"):
        verify_registration(as_receipt.to_bytes())


def test_a_registration_past_the_limit_is_not_looked_at() -> None:
    with pytest.raises(TooLarge):
        verify_registration(b" " * (MAX_MESSAGE_BYTES + 1))


def test_what_a_host_says_of_itself_is_one_clean_line() -> None:
    # It is shown on a terminal, where an escape sequence could rewrite what stands above it.
    made = registration(hostname=" keuangan\x1b[2J\n\u202e1 ")

    assert made.hostname == "keuangan[2J 1"
    with pytest.raises(MalformedMessage, match="hostname"):
        Registration.from_bytes(
            made.to_bytes().replace(b"keuangan", b"keuangan\\u001b"), max_bytes=MAX_MESSAGE_BYTES
        )


# Centre


def test_a_node_meets_the_centre_without_knowing_it() -> None:
    assert verify_centre(CENTRE.signed(CENTRE_KEY), None) == CENTRE


def test_a_pinned_centre_is_recognised() -> None:
    assert verify_centre(CENTRE.signed(CENTRE_KEY), CENTRE_PUBLIC) == CENTRE


def test_a_centre_that_does_not_hold_the_key_it_states_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_centre(CENTRE.signed(STRANGER_KEY), None)


def test_another_centre_than_the_pinned_one_is_refused() -> None:
    stranger = CENTRE.model_copy(update={"key": identity.to_base64(identity.spki(STRANGER_KEY.public_key()))})

    with pytest.raises(BadSignature):
        verify_centre(stranger.signed(STRANGER_KEY), CENTRE_PUBLIC)


def test_the_next_key_is_vouched_for_by_the_last() -> None:
    next_key = identity.to_base64(identity.spki(STRANGER_KEY.public_key()))
    payload = CENTRE.model_copy(update={"key": next_key}).to_bytes()
    letters = [
        envelope.sign(envelope.CENTRE_TYPE, payload, key, keyid="") for key in (CENTRE_KEY, STRANGER_KEY)
    ]
    both = envelope.Envelope(envelope.CENTRE_TYPE, payload, letters[0].signatures + letters[1].signatures)

    assert verify_centre(both.to_bytes(), CENTRE_PUBLIC).key == next_key
    with pytest.raises(BadSignature):
        verify_centre(letters[0].to_bytes(), CENTRE_PUBLIC)


# Check-in


def test_the_centres_answer_is_believed_for_its_signature() -> None:
    assert verify_checkin_answer(ANSWER, CENTRE_PUBLIC) == checkin_answer()


@given(one_byte_changed(ANSWER))
def test_one_changed_byte_of_an_answer_is_refused(changed: bytes) -> None:
    try:
        read = verify_checkin_answer(changed, CENTRE_PUBLIC)
    except ContractError:
        return

    assert read == checkin_answer()


def test_an_answer_by_another_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_checkin_answer(checkin_answer().signed(STRANGER_KEY, keyid=CENTRE_KEY_ID), CENTRE_PUBLIC)


def test_an_answer_may_say_more_than_this_version_knows() -> None:
    # The centre is deployed first: a node of last year must go on reading its answers.
    payload = canonical.dumps(
        canonical.loads(checkin_answer().to_bytes(), max_bytes=10_000) | {"weather": "fair"}
    )
    newer = envelope.sign(envelope.CHECKIN_ANSWER_TYPE, payload, CENTRE_KEY, keyid=CENTRE_KEY_ID).to_bytes()

    assert verify_checkin_answer(newer, CENTRE_PUBLIC) == checkin_answer()


@pytest.mark.parametrize("order", ["sql", "SELECT 1", "", "shell"])
def test_the_centre_can_order_nothing_but_a_probe_and_a_snapshot(order: str) -> None:
    payload = checkin_answer().to_bytes().replace(b'"snapshot"', f'"{order}"'.encode())

    with pytest.raises(MalformedMessage, match="orders"):
        CheckinAnswer.from_bytes(payload, max_bytes=MAX_MESSAGE_BYTES)


def test_there_are_two_orders() -> None:
    assert {order.value for order in Order} == {"probe", "snapshot"}


@pytest.mark.parametrize(
    "changed",
    [
        {"checkin_id": "short"},
        {"checkin_id": "A" * 32},
        {"counter": -1},
        {"counter": True},
        {"queued": 2**53},
    ],
    ids=str,
)
def test_a_checkin_of_another_form_cannot_be_made(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        checkin(**changed)


# Answers and problems


def test_a_finding_of_a_newer_centre_may_say_more() -> None:
    newer = SNAPSHOT_ANSWER.to_bytes().replace(b'"level":"warning"', b'"level":"warning","place":"page 3"')

    assert SnapshotAnswer.from_bytes(newer, max_bytes=MAX_MESSAGE_BYTES) == SNAPSHOT_ANSWER


def test_the_largest_answer_about_a_snapshot_fits() -> None:
    finding = manifest().findings[0].model_copy(update={"values": dict.fromkeys("abcd", "a" * 200)})
    largest = SNAPSHOT_ANSWER.model_copy(
        update={"lacking": ("ab" * 32,) * MAX_SEGMENTS, "findings": (finding,) * MAX_FINDINGS}
    )

    assert SnapshotAnswer.from_bytes(largest.to_bytes(), max_bytes=MAX_SNAPSHOT_ANSWER_BYTES) == largest


def test_a_problem_names_the_error_for_programs_and_people() -> None:
    assert PROBLEM.slug == "stale-sequence"
    assert PROBLEM.type == "urn:sikd:problem:stale-sequence"
    assert (PROBLEM.status, PROBLEM.code) == (409, "SIKD-E204")
    assert (PROBLEM.title, PROBLEM.remedy) == ("sequence 3 is old", "Ask.")


def test_a_problem_about_clocks_states_the_centres_time() -> None:
    error = ClockSkew(T("The clocks differ."), remedy=T("Set it."))

    assert b'"server_time":"2026-01-31T16:59:59Z"' in Problem.of(error, server_time=RECEIVED_AT).to_bytes()


def test_a_problem_may_leave_out_what_it_does_not_know() -> None:
    short = b'{"code":"SIKD-E209","status":429,"title":"Busy.","type":"urn:sikd:problem:busy"}'

    problem = Problem.from_bytes(short, max_bytes=MAX_MESSAGE_BYTES)

    assert (problem.slug, problem.remedy, problem.server_time) == ("busy", "", None)
