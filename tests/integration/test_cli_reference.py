"""What each command really writes and returns, in front of a real centre, beside what the manuals promise."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli_reference import fields, promises
from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world import Scene, scene

pytestmark = pytest.mark.timeout(300)


@dataclass
class Session:
    """Commands that were run, and what came of them."""

    scene: Scene
    answers: dict[str, dict[str, object]] = field(default_factory=dict)
    codes: list[tuple[str, int]] = field(default_factory=list)

    def run(self, name: str, *more: str, typed: str = "") -> dict[str, object]:
        """One command with --json; its answer where it gave one."""
        done = self.scene.node.tried(*name.split(), *more, "--json", typed=typed)
        self.codes.append((name, done.code))
        if done.out:
            self.answers[name] = json.loads(done.out)
        return self.answers.get(name, {})

    def fail(self, *line: str) -> None:
        """One command that is expected not to succeed."""
        done = self.scene.node.tried(*line)
        name = " ".join(line[:2]) if " ".join(line[:2]) in promises("en") else line[0]
        self.codes.append((name, done.code))


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A whole life: not set up, not enrolled, waiting, mapped, delivered, and each command on the way."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as made:
        ran = Session(made)
        for line in (["doctor"], ["source", "grants"], ["snapshot"], ["run", "--once"], ["identity", "show"]):
            ran.fail(*line)
        made.open_centre()
        made.install_agent(
            in_sqlite(Path(folder) / "sipd.db", "wp-sipd", Budget(tahun=2026, jumlah_rincian=500))
        )
        for line in (["snapshot"], ["push"], ["enrol"], ["enrol", "--centre-key", "ab" * 32], ["logs"]):
            ran.fail(*line)
        ran.run("enrol", "--yes")
        ran.run("doctor")
        ran.run("status")
        made.map()
        ran.run("snapshot")
        receipts = ran.run("push")
        assert receipts
        ran.run("receipt show")
        raw = Path(folder) / "receipt.json"
        raw.write_text(made.node.run("receipt", "show", "--raw"))
        ran.run("receipt verify", str(raw))
        for name in (
            "source probe",
            "source preview",
            "access status",
            "access test",
            "identity show",
            "version",
        ):
            ran.run(name)
        ran.run("support-bundle", str(Path(folder) / "bundle.tar.gz"), "--yes")
        ran.fail("support-bundle", str(Path(folder) / "bundle.tar.gz"), "--yes")
        ran.fail("run", "--once")
        (Path(folder) / "sipd.db").rename(Path(folder) / "away.db")
        ran.fail("source", "probe")
        yield ran


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_field_that_is_written_is_in_the_manual(session: Session, language: str) -> None:
    promised = fields(language)

    unnamed = {
        name: set(answer) - {"schema"} - set(promised[str(answer["schema"])])
        for name, answer in session.answers.items()
    }

    assert {name: found for name, found in unnamed.items() if found} == {}


def test_the_schema_is_the_one_that_is_promised(session: Session) -> None:
    written = {name: answer["schema"] for name, answer in session.answers.items()}

    assert written == {name: promises("en")[name].schema for name in written}
    assert len(written) >= 13


def test_the_fields_of_a_list_are_in_the_manual_too(session: Session) -> None:
    promised = fields("en")
    lists = {"doctor": "steps", "source probe": "steps", "push": "snapshots", "support-bundle": "contents"}

    for name, listed in lists.items():
        entries = session.answers[name][listed]
        assert isinstance(entries, list)
        assert entries
        assert set(entries[0]) <= set(promised[str(session.answers[name]["schema"])]), name


def test_no_command_returned_what_was_not_promised(session: Session) -> None:
    promised = promises("en")

    broken = [(name, code) for name, code in session.codes if code not in promised[name].codes]

    assert broken == []
    assert {code for _, code in session.codes} >= {0, 1, 2, 3, 4, 5}
