"""A password that is typed: twice alike, within three tries, or not at all."""

from __future__ import annotations

import getpass
import io
from collections.abc import Iterator

import pytest

from agent.cli.console import Console
from agent.cli.secret import password_from
from agent.cli.usage import UsageError
from contract.text import T


def typing(monkeypatch: pytest.MonkeyPatch, *typed: str) -> Console:
    """A console at which somebody types these lines, and then Ctrl-D."""
    lines = iter(typed)
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: _next(lines))
    return Console("en", {}, str, io.StringIO(), io.StringIO(), asks=True)


def _next(lines: Iterator[str]) -> str:
    for line in lines:
        return line
    raise EOFError


def test_it_is_typed_twice_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    console = typing(monkeypatch, "rahasia", "rahasai", "rahasia", "rahasia")

    assert password_from(None, T("Password"), console) == "rahasia"


@pytest.mark.parametrize("typed", [[], ["rahasia"], ["", ""], ["a", "b", "", "c", "d"]])
def test_who_gives_up_is_told_that_none_was_given(monkeypatch: pytest.MonkeyPatch, typed: list[str]) -> None:
    with pytest.raises(UsageError, match="No password was given"):
        password_from(None, T("Password"), typing(monkeypatch, *typed))
