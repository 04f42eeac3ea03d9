"""The life of an installed agent in a real systemd, from the ticket to the reinstallation."""

from __future__ import annotations

from typing import Any

import pytest

# Builds four bundles and boots twice.
pytestmark = pytest.mark.timeout(1500)
Life = dict[str, Any]


def node_id(status: dict[str, Any]) -> str:
    node: str = status["facts"]["node_id"]
    return node


def test_the_check_finds_nothing_in_the_way_and_ends_with_a_code(life: Life) -> None:
    said = life["check"]

    assert "Yang menghalangi: 0." in said
    assert f"127.0.0.1:{life['port']}" in said
    assert "Kode diagnosa: " in said.splitlines()[-1]


def test_one_command_with_a_ticket_installs_registers_and_starts(life: Life) -> None:
    assert life["waiting"]["situations"] == ["waiting_for_mapping"]
    assert life["seconds_to_registered"] < 120


def test_the_service_alone_brings_a_budget_to_the_centre(life: Life) -> None:
    assert life["connected"]["situations"] == ["healthy"]
    assert life["delivered"]["facts"]["snapshot"]["state"] == "done"


def test_it_comes_back_by_itself_after_a_kill_and_after_hanging(life: Life) -> None:
    assert life["after_kill"]["exit_code"] == life["after_hanging"]["exit_code"] == 0
    assert "atchdog" in life["watchdog"]


def test_a_second_installation_of_the_same_build_disturbs_nothing(life: Life) -> None:
    assert life["same_process"]


def test_the_unit_leaves_little_open(life: Life) -> None:
    assert life["verified"] == ""
    assert float(life["exposure"].split(": ")[1].split()[0]) <= 1.2


def test_it_is_healthy_after_a_reboot(life: Life) -> None:
    assert life["after_reboot"]["situations"] == ["healthy"]


def test_an_upgrade_takes_the_place_of_the_old_build_and_keeps_it_for_the_way_back(life: Life) -> None:
    assert life["new"] != life["old"]
    assert life["kept"] == sorted([life["old"], life["new"]])
    assert life["earlier"] == life["old"]


@pytest.mark.parametrize("broken", ["no-import", "no-start"])
def test_a_broken_build_leaves_the_good_one_running(life: Life, broken: str) -> None:
    assert life[broken]["current"] == life["new"]
    assert life[broken]["status"] == 0
    assert life[broken]["builds"] == life["kept"]


def test_uninstalling_keeps_the_identity_for_a_reinstallation(life: Life) -> None:
    assert life["left_behind"] == []
    assert {"state.db", "outbox.db", "vault"} <= set(life["state_kept"])
    code, status = life["back"]
    assert code == 0
    assert node_id(status) == node_id(life["waiting"])


def test_purging_removes_everything(life: Life) -> None:
    assert life["purged"]
