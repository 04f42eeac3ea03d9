"""What `sinergi doctor` prints and returns: it never calls well what this user could not look at."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest

from agent.checkup.check import NOT_RUNNING, Check, failed, not_allowed, ok, skipped
from agent.checkup.examination import exit_code
from agent.cli import main
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


def test_what_needs_sudo_waits_for_you_unless_something_is_worse() -> None:
    assert exit_code([FINE, NO_PROXY]) == 0
    assert exit_code([FINE, *CLOSED]) == 5
    assert exit_code([replace(WRONG, exit_code=NOT_RUNNING), *CLOSED]) == 3


def test_steps_that_were_passed_over_for_one_reason_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [
        FINE,
        *(skipped(name, T("Not tried.")) for name in ("dns", "tcp")),
        NO_PROXY,
        skipped("tls", T("Not tried.")),
        WRONG,
    ]
    monkeypatch.setattr("agent.checkup.examination.examine", lambda *_: iter(checks))
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    code = main(["doctor", "--lang", "en"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 5
    assert [line.split("  ")[0] for line in lines if line[:1] in "✓✗-" and line] == [
        "✓ service",
        "- dns, tcp",
        "- proxy",
        "- tls",
        "✗ disk",
    ]
