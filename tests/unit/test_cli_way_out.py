"""`sinergi init` and a proxy: its user may stand in the address, its password never."""

from __future__ import annotations

from argparse import Namespace
from io import StringIO
from pathlib import Path

import pytest

from agent.cli.console import Console
from agent.cli.usage import UsageError
from agent.cli.way_out import proxy_password, reminder, without_user


def told(proxy: str | None, **more: str | bool | None) -> Namespace:
    return Namespace(**{"proxy": proxy, "proxy_user": None, "proxy_password_file": None, "yes": True, **more})


@pytest.fixture
def console() -> Console:
    return Console("en", {}, lambda text: text, StringIO(), StringIO(), asks=False)


@pytest.mark.parametrize(
    ("given", "proxy", "user"),
    [
        ("http://petugas@proxy.example:3128", "http://proxy.example:3128", "petugas"),
        ("https://petugas%40dinas@[::1]:3128", "https://[::1]:3128", "petugas@dinas"),
        ("http://proxy.example:3128", "http://proxy.example:3128", None),
        (None, None, None),
    ],
)
def test_the_user_is_taken_out_of_the_address(given: str | None, proxy: str | None, user: str | None) -> None:
    options = told(given)

    without_user(options)

    assert (options.proxy, options.proxy_user) == (proxy, user)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="--proxy-password-file") as refused:
        without_user(told("http://petugas:rahasia@proxy.example:3128"))

    assert "rahasia" not in str(refused.value)


def test_the_password_comes_out_of_a_file(tmp_path: Path, console: Console) -> None:
    file = tmp_path / "password"
    file.write_text("rahasia\n")

    options = told("http://proxy.example", proxy_password_file=str(file))

    assert proxy_password(options, {"proxy-user": "petugas"}, console) == "rahasia"


def test_a_password_that_is_missing_is_called_for(console: Console) -> None:
    answers = {"proxy-user": "petugas"}

    reminder(answers, console, has_password=proxy_password(told(None), answers, console) is not None)

    assert "sinergi access set --proxy" in console.err.getvalue()  # type: ignore[attr-defined]  # a StringIO
