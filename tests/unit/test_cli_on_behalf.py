"""Root's work is done by a child that may become another user; what it says and fails with comes back."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from agent.cli.console import Console
from agent.cli.on_behalf import on_behalf
from agent.errors import CollectionDied, NotExportable
from contract.text import T

DOING = T("Exporting the snapshot")


@pytest.fixture
def console() -> Console:
    return Console("en", {}, str, io.StringIO(), io.StringIO(), asks=False)


@pytest.fixture(autouse=True)
def _as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_what_the_child_returns_comes_back(console: Console) -> None:
    said = on_behalf(console, DOING, lambda _: str(os.getpid()))

    assert int(said) != os.getpid()


def test_what_the_child_fails_with_is_told_with_its_notes_and_its_code(console: Console) -> None:
    def fail(ours: Console) -> str:
        ours.note("Continuing.")
        raise NotExportable(T("There is none."), remedy=T("Make one."))

    with pytest.raises(SystemExit) as ended:
        on_behalf(console, DOING, fail)

    assert ended.value.code == 5
    assert isinstance(console.err, io.StringIO)
    assert console.err.getvalue().splitlines()[:3] == ["Continuing.", "✗ There is none.", "  → Make one."]


@pytest.mark.parametrize("end", [lambda: os._exit(3), lambda: os.kill(os.getpid(), 9)])
def test_a_child_that_dies_is_explained(console: Console, end: Callable[[], None]) -> None:
    def die(_: Console) -> str:
        end()
        return "never"

    with pytest.raises(CollectionDied):
        on_behalf(console, DOING, die)


def test_another_user_does_it_without_a_child(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    said = on_behalf(replace(console), DOING, lambda _: str(os.getpid()))

    assert int(said) == os.getpid()
