"""`make demo`: a sample Pemda's database becomes an authorised APBD Murni; ONCE=1 ends by itself."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from connectors.interface import Access
from contract.budget.codes import Section
from tests.sample_pemda import Budget, write_wp_sipd
from tests.world import ProgramFailed, Scene, scene
from tests.world.scene import TAHUN

Result = TypeVar("Result")
RINCIAN = 5_000


def main() -> int:
    """Run the story in a temporary folder; 0 where all of it came true."""
    try:
        with tempfile.TemporaryDirectory(prefix="sinergi-contoh-") as folder, scene(Path(folder)) as ours:
            _story(ours, Path(folder) / "sipd.db")
    except ProgramFailed as error:
        _say(f"The demonstration stopped: {error}")
        return 1
    except KeyboardInterrupt:
        _say("")
    return 0


def _story(ours: Scene, database: Path) -> None:
    budget = Budget(ours.kode_pemda, TAHUN, RINCIAN)
    _step("a sample finance database (CONTOH)", lambda: _fill(database, budget))
    _step("the centre, its key and four people", ours.open_centre)
    _step(
        f"an agent, set up for {ours.centre.address}",
        lambda: ours.install_agent(Access("wp-sipd", "sqlite", str(database))),
    )
    _step("the agent registers, and two officers map it", ours.map)
    snapshot = _step("one consistent, signed snapshot, pushed", ours.deliver)
    _step("verified by a person of the Pemda", lambda: ours.verify(snapshot))
    _step("authorised by another", lambda: ours.authorise(snapshot))
    _step("DJPK sees the authorised posture", lambda: _compare(ours, budget))
    _show(ours, budget)
    if not os.environ.get("ONCE"):
        _wait_for_a_browser(ours, snapshot)


def _fill(database: Path, budget: Budget) -> None:
    with closing(sqlite3.connect(database)) as connection:
        write_wp_sipd(connection, budget)


def _compare(ours: Scene, budget: Budget) -> None:
    page = ours.page(f"/pemda/{ours.kode_pemda}/berlaku/{TAHUN}")
    for section in Section:
        if str(budget.totals.of(section)) not in page:
            raise ProgramFailed(f"the authorised {section} is not {budget.totals.of(section)}")


def _show(ours: Scene, budget: Budget) -> None:
    _say("\n" + ours.node.run("receipt", "show").rstrip())
    _say(f"\n{budget.pemda.nama} (CONTOH), APBD Murni {TAHUN}, authorised:")
    for section in Section:
        _say(f"  {section.value.replace('_', ' '):<24}{budget.totals.of(section)!s:>26}")


def _wait_for_a_browser(ours: Scene, snapshot: str) -> None:
    _say(f"\nOpen {ours.centre.address}{ours.address_of(snapshot)}")
    for person in ours.people:
        _say(f"  sign in as {person.username:<14} password {person.password}")
    _say("Ctrl-C ends it, and nothing is left behind.")
    ours.centre.wait()


def _step(name: str, work: Callable[[], Result]) -> Result:
    _say(f"- {name}")
    return work()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
