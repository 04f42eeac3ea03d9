"""The unit tests' own promise: no socket."""

from __future__ import annotations

import asyncio
import socket

import pytest


def test_a_unit_test_cannot_open_a_socket() -> None:
    with pytest.raises(AssertionError, match="opens no socket"):
        socket.create_connection(("127.0.0.1", 9))


def test_an_event_loop_still_runs() -> None:
    assert asyncio.run(asyncio.sleep(0, result="ran")) == "ran"
