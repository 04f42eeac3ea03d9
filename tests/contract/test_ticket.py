"""An install ticket is the very one that was issued, or it is told apart from one before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadSignature, MalformedMessage, MalformedTicket
from contract.wire import bech32m, identity
from contract.wire.messages import verify_registration
from contract.wire.ticket import MAX_TICKET_CHARACTERS, Ticket, is_centre_address, read_ticket
from tests.contract.samples import (
    NODE_ID,
    NODE_KEY,
    STRANGER_KEY,
    registration,
    ticket,
    ticketed_registration,
)

TICKET = ticket()
TEXT = TICKET.to_text()
TICKETS = st.builds(
    Ticket,
    address=st.sampled_from(["https://sikd.example", "https://10.0.0.7:8443", "http://127.0.0.1:8000"])
    | st.integers(1, 192).map(lambda size: "https://" + "a" * size),
    centre_key_id=st.binary(min_size=32, max_size=32).map(bytes.hex),
    secret=st.binary(min_size=16, max_size=16),
    expires_at=st.integers(0, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, UTC)),
    kode_pemda=st.integers(0, 9999).map(lambda kode: f"{kode // 100:02}.{kode % 100:02}"),
)


@given(TICKETS)
def test_a_ticket_is_read_as_it_was_written(made: Ticket) -> None:
    assert read_ticket(made.to_text()) == made
    assert len(made.to_text()) <= MAX_TICKET_CHARACTERS


@given(st.lists(st.integers(1, len(TEXT) - 1), max_size=6).map(sorted))
def test_line_breaks_and_spaces_of_a_letter_do_no_harm(places: list[int]) -> None:
    parts = [TEXT[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]

    assert read_ticket(" \r\n" + " \n\t".join(parts) + "\n") == TICKET


def test_a_scanner_may_read_it_in_capitals() -> None:
    assert read_ticket(TEXT.upper()) == TICKET


@given(st.text(max_size=500))
def test_whatever_is_pasted_is_a_ticket_or_explained(text: str) -> None:
    with pytest.raises(MalformedTicket):
        read_ticket(text)


@given(st.lists(st.integers(0, 31), max_size=120))
def test_whatever_stands_in_it_only_its_own_error_comes_out(values: list[int]) -> None:
    spelt = bech32m.encode("tiket", [0, 4, *values])

    try:
        made = read_ticket(spelt)
    except MalformedTicket:
        return

    assert made.to_text() == spelt


@pytest.mark.parametrize("place", range(len(TEXT)))
def test_one_wrong_letter_is_noticed_wherever_it_is(place: int) -> None:
    for letter in {"q", "p", "z", "1", "b"} - {TEXT[place]}:
        with pytest.raises(MalformedTicket):
            read_ticket(TEXT[:place] + letter + TEXT[place + 1 :])


def test_a_slip_is_told_apart_from_what_never_was_a_ticket() -> None:
    with pytest.raises(MalformedTicket, match="not copied"):
        read_ticket(TEXT[:-3])
    with pytest.raises(MalformedTicket, match="not an install ticket"):
        read_ticket(NODE_ID)


def test_a_ticket_of_a_later_form_says_so() -> None:
    decoded = bech32m.decode(TEXT, longest=len(TEXT))
    assert decoded is not None
    data = bech32m.unpadded(decoded[1])
    assert data is not None

    with pytest.raises(MalformedTicket, match="form"):
        read_ticket(bech32m.encode("tiket", bech32m.padded(b"\x02" + data[1:])))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sikd.example",
        "http://sikd.example",
        "ftp://sikd.example",
        "https://",
        "https://-sikd.example",
        "https://petugas@sikd.example",
        "https://sikd.example/",
        "https://sikd.example/path",
        "https://sikd.example?x",
        "https://sikd.example:0",
        "https://sikd.example\n",
        "https://sikd.ex ample",
        "https://sikd.exämple",
        "https://" + "a" * 193,
    ],
)
def test_a_ticket_leads_to_a_host_and_nowhere_else(address: str) -> None:
    assert not is_centre_address(address)
    with pytest.raises(MalformedTicket):
        ticket(address=address)


@pytest.mark.parametrize(
    "changed",
    [
        {"kode_pemda": "1110"},
        {"secret": bytes(15)},
        {"centre_key_id": "ab" * 31},
        {"centre_key_id": "AB" * 32},
        {"expires_at": TICKET.expires_at + timedelta(microseconds=1)},
        {"expires_at": datetime(2200, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_ticket_that_cannot_be_is_not_made(changed: dict[str, object]) -> None:
    with pytest.raises(MalformedTicket):
        ticket(**changed)


def test_the_secret_stands_in_no_log() -> None:
    assert TICKET.secret.hex() not in repr(TICKET)
    assert repr(TICKET.secret) not in repr(TICKET)


# The registration that it lets in


def test_a_ticket_is_proved_and_its_secret_stays_at_home() -> None:
    data = ticketed_registration()

    assert verify_registration(data).ticket_der == TICKET.public_der
    assert TICKET.secret not in data


def test_who_only_knows_a_tickets_public_key_does_not_hold_it() -> None:
    # The centre's own table, and a line that somebody listens to, give away no more than that.
    named = registration(ticket=identity.to_base64(TICKET.public_der))

    for data in (named.signed(NODE_KEY), named.signed(NODE_KEY, STRANGER_KEY)):
        with pytest.raises(BadSignature):
            verify_registration(data)


def test_a_ticket_that_is_no_key_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        verify_registration(registration(ticket="AAAA").signed(NODE_KEY))


def test_a_registration_without_a_ticket_says_so() -> None:
    assert b'"ticket":null' in registration().to_bytes()
    assert verify_registration(registration().signed(NODE_KEY)).ticket_der is None
