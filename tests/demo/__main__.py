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

from contract.budget.codes import Section
from tests.demo.visitor import Visitor
from tests.demo.world import Centre, DemoFailed, Node, Person
from tests.sample_pemda import Budget, write_wp_sipd
from tests.sample_pemda.budget import JEPARA

Result = TypeVar("Result")
TAHUN, RINCIAN = 2026, 5_000
PROPOSER, APPROVER = Person("petugas-1", "petugas"), Person("penyetuju-1", "penyetuju")
VERIFIER, AUTHORISER = (
    Person("verifikator-1", "verifikator", JEPARA),
    Person("otorisator-1", "otorisator", JEPARA),
)
PEOPLE = (PROPOSER, APPROVER, VERIFIER, AUTHORISER)


def main() -> int:
    """Run the story in a temporary folder; 0 where all of it came true."""
    try:
        with tempfile.TemporaryDirectory(prefix="sinergi-contoh-") as folder:
            _story(Path(folder))
    except DemoFailed as error:
        _say(f"The demonstration stopped: {error}")
        return 1
    except KeyboardInterrupt:
        _say("")
    return 0


def _story(folder: Path) -> None:
    centre, node = Centre(folder / "centre"), Node(folder / "node")
    centre.folder.mkdir()
    node.folder.mkdir()
    try:
        budget = _step("a sample finance database (CONTOH)", lambda: _database(folder / "sipd.db"))
        _step("the centre, its key and four people", lambda: _centre(centre))
        _step(
            f"the agent, registered at {centre.address}", lambda: _register(node, centre, folder / "sipd.db")
        )
        _step("two officers map the node", lambda: _map(node, centre))
        _step("one consistent, signed snapshot, pushed", lambda: _deliver(node))
        snapshot = node.ask("receipt", "show")["receipts"][0]["snapshot_id"]
        _step("verified and authorised by two people", lambda: _decide(centre, snapshot))
        _step("DJPK sees the authorised posture", lambda: _compare(centre, budget))
        _show(node, budget)
        _wait_for_a_browser(centre, snapshot)
    finally:
        centre.stop()


def _database(file: Path) -> Budget:
    budget = Budget(JEPARA, TAHUN, RINCIAN)
    with closing(sqlite3.connect(file)) as connection:
        write_wp_sipd(connection, budget)
    return budget


def _centre(centre: Centre) -> None:
    centre.run("migrate")
    for person in PEOPLE:
        centre.add(person)
    centre.start()


def _register(node: Node, centre: Centre, database: Path) -> None:
    node.run(
        "init", "--yes", "--centre-url", centre.address, "--tahun", str(TAHUN), "--nomor-perda", "CONTOH-1",
        "--tanggal-perda", f"{TAHUN - 1}-12-30", "--application", "wp-sipd", "--engine", "sqlite",
        "--database", str(database), "--state-dir", str(node.folder / "state"),
        "--run-dir", str(node.folder / "run"),
    )  # fmt: skip
    node.run("enrol", "--yes")


def _map(node: Node, centre: Centre) -> None:
    enrolled = node.ask("enrol", "--yes")
    node_id, code = enrolled["node_id"], enrolled["match_code"]
    centre.run("node", "propose", node_id, JEPARA, "--as", PROPOSER.username, person=PROPOSER)
    centre.run("node", "approve", node_id, "--code", code, "--as", APPROVER.username, person=APPROVER)
    node.run("enrol", "--yes")


def _deliver(node: Node) -> None:
    node.run("snapshot")
    node.run("push")


def _decide(centre: Centre, snapshot: str) -> None:
    page = f"/pemda/{JEPARA}/apbd/{snapshot}"
    for person, form in ((VERIFIER, "/verifikasi"), (AUTHORISER, "/otorisasi")):
        visitor = Visitor(centre.address, person)
        visitor.submit(page, form)
        visitor.close()


def _compare(centre: Centre, budget: Budget) -> None:
    visitor = Visitor(centre.address, PROPOSER)
    page = visitor.open(f"/pemda/{JEPARA}/berlaku/{TAHUN}")
    visitor.close()
    for section in Section:
        if str(budget.totals.of(section)) not in page:
            raise DemoFailed(f"the authorised {section} is not {budget.totals.of(section)}")


def _show(node: Node, budget: Budget) -> None:
    _say("\n" + node.run("receipt", "show").rstrip())
    _say(f"\n{budget.pemda.nama} (CONTOH), APBD Murni {TAHUN}, authorised:")
    for section in Section:
        _say(f"  {section.value.replace('_', ' '):<24}{budget.totals.of(section)!s:>26}")


def _wait_for_a_browser(centre: Centre, snapshot: str) -> None:
    if os.environ.get("ONCE"):
        return
    _say(f"\nOpen {centre.address}/pemda/{JEPARA}/apbd/{snapshot}")
    for person in PEOPLE:
        _say(f"  sign in as {person.username:<14} password {person.password}")
    _say("Ctrl-C ends it, and nothing is left behind.")
    centre.wait()


def _step(name: str, work: Callable[[], Result]) -> Result:
    _say(f"- {name}")
    return work()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
