"""Under the unit as it is installed the service opens a sealed vault and reads every engine."""

from __future__ import annotations

from typing import Any

import pytest

# One boot, in which the service waits a minute for each of four readings.
pytestmark = pytest.mark.timeout(1500)
Reading = dict[str, Any]
EXIT_CREDENTIALS = "243"
ROADS = ["sqlite", "mysql tcp", "mysql socket", "postgresql tcp", "postgresql socket"]


def test_the_vaults_key_can_be_handed_in_by_systemd_alone(reading: Reading) -> None:
    assert reading["sealed"]["situations"] == ["healthy"]
    assert reading["key_files"] == []


def test_another_machine_does_not_open_the_vault(reading: Reading) -> None:
    assert reading["on_another_machine"] == EXIT_CREDENTIALS


@pytest.mark.parametrize("road", ROADS)
def test_the_service_brings_a_budget_from_each_engine(reading: Reading, road: str) -> None:
    facts = reading[road]["facts"]

    assert facts["database"]["engine"] == road.split()[0]
    assert facts["database"]["trouble"] is None
    assert facts["snapshot"]["state"] == "done"


def test_all_of_this_was_under_the_unit_and_the_one_drop_in(reading: Reading) -> None:
    assert [path.rpartition("/")[2] for path in reading["drop_ins"].split()] == ["vault-key.conf"]


def test_the_driver_of_oracle_works_there_as_far_as_the_line_to_a_server(reading: Reading) -> None:
    assert "DPY-6005" in reading["oracle"]
