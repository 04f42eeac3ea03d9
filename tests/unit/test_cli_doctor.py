"""The last sentence of `sinergi doctor`: it never calls well what this user could not look at."""

from __future__ import annotations

from io import StringIO

import pytest

from agent.checkup.check import Check, failed, not_allowed, ok, skipped
from agent.cli.console import Console
from agent.cli.doctor import conclude
from agent.errors import AgentError
from contract.text import T

FINE = ok("service", T("it runs"))
NO_PROXY = skipped("proxy", T("No proxy is set in [centre]."))
CLOSED = [not_allowed("config", "agent.toml"), skipped("database", T("Not tried."), needs_sudo=True)]
WRONG = failed("disk", AgentError(T("It is full."), remedy=T("Free some space.")))
ALL_WELL = "Nothing found that keeps the agent from its work. Nothing was changed."
NOT_YET = "Not examined yet: config, database; run it with sudo: `sudo sinergi doctor`."


@pytest.mark.parametrize(
    ("checks", "sentences"),
    [
        ([FINE, NO_PROXY], [ALL_WELL]),
        ([FINE, *CLOSED, NO_PROXY], [NOT_YET]),
        ([WRONG, *CLOSED], ["1 steps failed, 0 warn. Nothing was changed.", NOT_YET]),
    ],
)
def test_what_was_not_looked_at_is_named_last(checks: list[Check], sentences: list[str]) -> None:
    out = StringIO()

    conclude(checks, Console("en", {}, str, out, StringIO(), asks=False))

    assert out.getvalue().split("\n")[1:-1] == sentences
