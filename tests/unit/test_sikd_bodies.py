"""Bodies that nobody goes on sending do not wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from sikd.nodes import signed


def request(messages: Iterator[Message]) -> Request:
    """A request whose body arrives as these messages, and then no more."""

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.sleep(3600)
        raise AssertionError("unreachable")

    return Request({"type": "http", "method": "POST", "path": "/v1/nodes", "headers": []}, receive)


def test_a_whole_body_is_read() -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"c", "more_body": False},
    ]

    assert asyncio.run(signed.bounded_body(request(iter(parts)), 10)) == b"abc"


def test_a_sender_that_is_gone_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed, "SILENCE_SECONDS", 0.05)
    begun: list[Message] = [{"type": "http.request", "body": b"ab", "more_body": True}]

    with pytest.raises(HTTPException) as ended:
        asyncio.run(signed.bounded_body(request(iter(begun)), 10))

    assert ended.value.status_code == 408
