"""What a monitoring system reads: right in form, whole at every moment, and without anything secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent import status
from agent.service import metrics
from agent.service.notify import Notifier
from agent.service.telling import Teller
from tests.fakes.facts import PASSING, STAYING, facts
from tests.help_blocks import PAGES

SAMPLE = re.compile(r'^(sinergi_[a-z_]+)(\{([a-z]+="[^"\n]*",?)+\})? -?[0-9]+$')


def samples(told: status.Facts) -> dict[str, int]:
    lines = [line for line in metrics.exposition(told).splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in lines}


@pytest.mark.parametrize(
    "told",
    [
        facts(),
        facts(state=None),
        facts(state="pending", centre_trouble=PASSING, database_trouble=STAYING, snapshot="refused"),
        facts(running=False, queued=3, snapshot="none"),
    ],
)
def test_every_line_is_one_that_prometheus_understands(told: status.Facts) -> None:
    text = metrics.exposition(told)

    wrong = [line for line in text.splitlines() if not line.startswith("# ") and not SAMPLE.match(line)]
    assert wrong == []
    assert text.endswith("\n")


def test_a_healthy_agent_counts_as_such() -> None:
    found = samples(facts())

    assert (found["sinergi_exit_code"], found["sinergi_running"]) == (0, 1)
    assert found['sinergi_node_state{state="mapped"}'] == 1
    assert sum(value for name, value in found.items() if name.startswith("sinergi_situation")) == 0
    assert found["sinergi_written_timestamp_seconds"] == 1768878000


def test_each_situation_is_one_of_its_own() -> None:
    found = samples(facts(centre_trouble=PASSING, queued=2))

    assert found['sinergi_situation{situation="centre_down"}'] == 1
    assert (found["sinergi_exit_code"], found["sinergi_queued_snapshots"]) == (1, 2)


def test_a_name_from_outside_cannot_make_a_line_of_its_own() -> None:
    told = facts()
    told["agent_version"] = '1"} 1\nsinergi_running 0'

    assert metrics.exposition(told).count("\nsinergi_running ") == 1


def test_what_was_never_known_is_left_out() -> None:
    found = samples(facts(state=None))

    assert "sinergi_centre_last_answer_timestamp_seconds" not in found
    assert "sinergi_snapshot_taken_timestamp_seconds" not in found


def test_nothing_but_its_own_metrics_is_written_and_no_reason_or_address() -> None:
    text = metrics.exposition(facts(state="suspended", reason="dua host", database_trouble=STAYING))

    assert {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")} <= set(metrics.NAMES)
    assert "dua host" not in text
    assert "sikd.example" not in text


def test_the_teller_writes_it_beside_status_json_readable_by_all(tmp_path: Path) -> None:
    teller = Teller(tmp_path / "run" / "status.json", Notifier({}))
    teller.textfile = tmp_path / "run" / "sinergi.prom"

    teller.tell(facts(), 0.0)

    assert teller.textfile.read_text() == metrics.exposition(facts())
    assert teller.textfile.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in teller.textfile.parent.iterdir()) == ["sinergi.prom", "status.json"]


def test_a_folder_that_is_closed_stops_nothing_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sinergi")
    teller = Teller(tmp_path / "run" / "status.json", Notifier({}))
    teller.textfile = tmp_path / "nowhere" / "sinergi.prom"

    teller.write(facts())
    teller.write(facts())

    assert (tmp_path / "run" / "status.json").exists()
    assert [record.message for record in caplog.records] == ["metrics not written"]


@pytest.mark.parametrize("language", PAGES)
def test_every_metric_is_in_the_manual(language: str) -> None:
    page = PAGES[language].read_text()

    assert {name for name in metrics.NAMES if f"`{name}`" not in page} == set()
