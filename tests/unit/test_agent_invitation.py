"""A ticket waits at the node until the centre has answered, so no broken line costs it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import status
from agent.cli.console import Console
from agent.cli.ticket import describe, pasted_ticket, ticket_in
from agent.cli.usage import UsageError
from agent.errors import OtherPemda, TicketOfAnotherCentre
from agent.invitation import forget, keep, require_same, waiting_ticket
from agent.service.facts import facts
from contract.errors import MalformedTicket
from contract.wire.ticket import Ticket
from tests.contract.samples import RECEIVED_AT, ticket
from tests.fakes.line import Fault
from tests.fakes.served_node import Service, service

TICKET = ticket()
TEXT = TICKET.to_text()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    opened = service(tmp_path, mapped=False)
    yield opened
    opened.world.node.close()


def invited(served: Service) -> Ticket:
    given = served.world.centre.ticket()
    keep(served.node.vault, given)
    return given


def used_by(served: Service, given: Ticket) -> str:
    return served.world.centre.tickets[given.public_der]


def situations(served: Service) -> list[str]:
    told = facts(served.node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())
    return status.situations(told, alive=True)


# In the daemon


def test_a_ticket_that_waits_goes_with_the_next_registration(served: Service) -> None:
    given = invited(served)

    served.rounds.check_in()

    assert used_by(served, given) == served.node.keys.node_id
    assert waiting_ticket(served.node.vault) is None


@pytest.mark.parametrize("fault", [Fault.NO_CONNECTION, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.GATEWAY])
def test_a_broken_line_costs_no_ticket_and_makes_no_second_node(served: Service, fault: Fault) -> None:
    given = invited(served)
    served.world.line.faults = [fault]
    served.rounds.check_in()
    assert waiting_ticket(served.node.vault) == given

    served.rounds.check_in()

    assert used_by(served, given) == served.node.keys.node_id
    assert list(served.world.centre.nodes) == [served.node.keys.node_id]
    assert situations(served) == ["waiting_for_mapping"]


def test_a_ticket_that_another_has_used_stands_in_the_status_until_somebody_acts(served: Service) -> None:
    given = invited(served)
    served.world.centre.tickets[given.public_der] = "sikd1somebodyelse"

    served.rounds.check_in()

    told = facts(served.node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())
    trouble = told["centre"]["trouble"]
    assert trouble is not None
    assert (trouble["code"], trouble["retry_helps"]) == ("SIKD-E224", False)
    assert "centre_needs_you" in situations(served)
    forget(served.node.vault)
    served.rounds.check_in()
    assert situations(served) == ["waiting_for_mapping"]


# Against agent.toml


def test_a_ticket_fits_what_names_nothing_else() -> None:
    require_same(TICKET, url=None, key=None, kode_pemda=None)
    require_same(TICKET, url="https://SIKD.example/", key=TICKET.centre_key_id.upper(), kode_pemda="11.10")


@pytest.mark.parametrize(
    ("named", "error"),
    [
        ({"url": "https://lain.example"}, TicketOfAnotherCentre),
        ({"key": "ab" * 32}, TicketOfAnotherCentre),
        ({"kode_pemda": "11.17"}, OtherPemda),
    ],
    ids=["address", "key", "Pemda"],
)
def test_what_contradicts_a_ticket_is_named(named: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error) as told:
        require_same(TICKET, **{"url": None, "key": None, "kode_pemda": None} | named)

    assert next(iter(named.values())) in str(told.value)


# From a person


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> Console:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return Console("en", {}, lambda sentence: sentence, io.StringIO(), io.StringIO(), asks=True)


@pytest.mark.parametrize(
    "typed", [TEXT + "\n", f"{TEXT[:50]}\n{TEXT[50:90]}\n  {TEXT[90:]}\nnext", TEXT.upper()]
)
def test_a_ticket_is_pasted_in_one_line_or_in_many(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    assert pasted_ticket(at_a_terminal(monkeypatch, typed)) == TICKET


def test_what_follows_a_pasted_ticket_is_left_for_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    pasted_ticket(at_a_terminal(monkeypatch, f"{TEXT}\nyes\n"))

    assert sys.stdin.readline() == "yes\n"


@pytest.mark.parametrize("typed", ["\n", "", "   \n"])
def test_who_has_no_ticket_leaves_the_line_empty(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    assert pasted_ticket(at_a_terminal(monkeypatch, typed)) is None


def test_a_paste_that_ends_too_early_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MalformedTicket):
        pasted_ticket(at_a_terminal(monkeypatch, TEXT[:-5] + "\n\n"))


def test_a_file_may_bear_the_mark_that_windows_writes(tmp_path: Path) -> None:
    file = tmp_path / "tiket.txt"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode() + b"\r\n")

    assert ticket_in(str(file)) == TICKET


@pytest.mark.parametrize("content", [b"", b"\xff\xfet\x00i\x00k\x00", b"\x00" * 20_000])
def test_a_file_of_something_else_is_no_ticket(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "tiket.txt"
    file.write_bytes(content)

    with pytest.raises(MalformedTicket):
        ticket_in(str(file))


def test_a_folder_is_no_ticket_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        ticket_in(str(tmp_path))


def test_a_ticket_that_seems_too_late_is_only_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    console = at_a_terminal(monkeypatch, "")
    late = replace(TICKET, expires_at=RECEIVED_AT.replace(year=2020))

    describe(late, RECEIVED_AT, console)

    said = console.err.getvalue()  # type: ignore[attr-defined]
    assert TICKET.ticket_id in said
    assert "the centre decides" in said
    assert TEXT not in said
