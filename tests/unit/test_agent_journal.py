"""A log line is an event with fields, on one line whatever the fields hold."""

from __future__ import annotations

import logging
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.journal import EventFormatter, LineHandler, note


def line(event: str, **fields: object) -> str:
    record = logging.LogRecord("sinergi", logging.INFO, "", 0, event, None, None)
    record.fields = fields
    return EventFormatter().format(record)


def test_an_event_and_its_fields_make_one_line() -> None:
    assert line("segments sent", snapshot="3fa9", lacking=2) == "segments sent snapshot=3fa9 lacking=2"


@given(text=st.text())
def test_a_field_never_breaks_the_line(text: str) -> None:
    assert len(line("event", host=text).splitlines()) == 1


def test_a_field_that_could_be_read_as_two_is_quoted() -> None:
    assert line("event", reason="two words") == "event reason='two words'"


def test_a_line_of_another_library_passes() -> None:
    record = logging.LogRecord("other", logging.INFO, "", 0, "hello", None, None)

    assert EventFormatter().format(record) == "hello"


def test_a_note_goes_to_the_agents_own_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sinergi"):
        note("snapshot committed", snapshot="3fa9")

    (record,) = caplog.records
    assert (record.name, record.getMessage()) == ("sinergi", "snapshot committed")


def test_a_full_disk_takes_a_line_away_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    record = logging.LogRecord("sinergi", logging.INFO, "", 0, "hello", None, None)

    LineHandler(full).handle(record)
    os.close(full)
    LineHandler(2).handle(record)

    assert capfd.readouterr() == ("", "hello\n")
