"""`sinergi source preview`: read the budget as a snapshot would, show it, and keep nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T

if TYPE_CHECKING:
    from agent.collect import Collected

EXAMPLE = "sudo sinergi source preview"
SCHEMA = "sinergi.preview/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Read the budget as a snapshot would, show its totals, and keep nothing.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Read and show; nothing is signed, queued or sent."""
    from agent.cli.opened import opened

    with opened(console) as node, console.working(T("Reading the finance database")):
        collected = node.preview()
    if options.json:
        console.document(_document(collected))
    else:
        show(collected, console)
    return 0


def _document(collected: Collected) -> dict[str, object]:
    from contract.wire.manifest import WireTotals

    facts = collected.facts
    return {
        "schema": SCHEMA,
        "tahun_anggaran": collected.tahun,
        "application": facts.application,
        "engine": f"{facts.engine} {facts.engine_version}",
        "tahapan": {"kode": facts.stage.kode, "nama": facts.stage.nama, "evidence": facts.stage.evidence},
        "totals": WireTotals.of(collected.totals).model_dump(mode="json"),
        "skpd": [
            {
                "kode_skpd": entry.kode_skpd,
                "lines": entry.lines,
                "totals": WireTotals.of(entry.totals).model_dump(mode="json"),
            }
            for entry in collected.skpd
        ],
        "findings": [
            {"rule": finding.rule, "level": finding.level, "values": dict(finding.values)}
            for finding in collected.findings
        ],
    }


def show(collected: Collected, console: Console) -> None:
    """Print the stage that was read, its totals, and what was noticed."""
    from agent.cli.budget import show_budget

    stage = collected.facts.stage
    console.say(
        T(
            "APBD {tahun}, stage {nama} ({evidence})",
            tahun=collected.tahun,
            nama=stage.nama,
            evidence=stage.evidence,
        )
    )
    show_budget(collected.totals, [one.lines for one in collected.skpd], collected.findings, console)
    console.say(T("Nothing was kept. `sudo sinergi snapshot` signs and queues this budget."))
