"""`sinergi doctor` on the server itself: folders, room, vault, service, database; each broken on its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.interface import Access, StepResult
from tests.fakes.examined import ExaminedNode
from tests.filled import in_server, in_sqlite
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb

OK, WARNING, FAILED, SKIPPED = StepResult.OK, StepResult.WARNING, StepResult.FAILED, StepResult.SKIPPED
NOBODY = 65534
ACTIVE = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled"}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away and mount")


@pytest.fixture
def node(tmp_path: Path) -> ExaminedNode:
    made = ExaminedNode(tmp_path)
    made.install({"url": "https://sikd.invalid"})
    return made


@pytest.fixture(scope="module")
def filled(mariadb_server: MariaDb) -> Access:
    return in_server(mariadb_server, "wp-sipd", Budget(tahun=2026, jumlah_rincian=500))


def test_a_folder_as_init_makes_it_is_well(node: ExaminedNode) -> None:
    checks = node.examined()

    assert [checks[name].result for name in ("config", "folder", "disk", "inodes", "vault", "storage")] == [
        OK
    ] * 6


def test_a_setting_that_is_wrong_is_named_and_the_rest_is_still_looked_at(node: ExaminedNode) -> None:
    node.paths.config_file.write_text(node.paths.config_file.read_text().replace("tahun = 2026", "tahun = 1"))

    checks = node.examined()

    assert (checks["config"].result, checks["config"].code) == (FAILED, "SIKD-E410")
    assert (checks["vault"].result, checks["database"].result) == (OK, SKIPPED)


def test_a_read_only_folder_is_told(node: ExaminedNode) -> None:
    node.paths.state_dir.chmod(0o500)

    check = node.examined()["folder"]

    assert (check.result, check.code) == (FAILED, "SIKD-E432")
    assert "read-only" in str(check.detail)


@pytest.mark.parametrize(("mode", "result"), [(0o755, WARNING), (0o777, FAILED), (0o700, OK)])
def test_a_folder_that_others_may_look_into_is_told(
    node: ExaminedNode, mode: int, result: StepResult
) -> None:
    node.paths.state_dir.chmod(mode)

    assert node.examined()["folder"].result is result


@needs_root
def test_a_file_that_root_left_behind_is_named(node: ExaminedNode) -> None:
    os.chown(node.paths.outbox_file, NOBODY, NOBODY)

    check = node.examined()["folder"]

    assert (check.result, check.code) == (FAILED, "SIKD-E432")
    assert "outbox.db" in str(check.detail)


@needs_root
def test_a_folder_that_is_not_the_service_users_is_told(node: ExaminedNode) -> None:
    node.fake_systemctl(**ACTIVE, User="nobody")

    assert "belongs to root" in str(node.examined()["folder"].detail)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB with few inodes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=60,mode=0700", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_with_what_is_left(small_disk: Path) -> None:
    node = ExaminedNode(small_disk)
    node.install({"url": "https://sikd.invalid"})
    with suppress(OSError):
        (small_disk / "filler").write_bytes(bytes(4 * 1024**2))

    checks = node.examined()

    assert (checks["disk"].result, checks["disk"].code) == (FAILED, "SIKD-E432")
    assert "0 MB" in str(checks["disk"].detail)
    assert checks["inodes"].result is FAILED
    # What is there already is still readable on a full disk.
    assert (checks["vault"].result, checks["storage"].result) == (OK, OK)


def test_a_vault_without_its_key_is_told_and_no_key_made(node: ExaminedNode) -> None:
    node.paths.vault_key_file.unlink()

    check = node.examined()["vault"]

    assert (check.result, check.code) == (FAILED, "SIKD-E423")
    assert not node.paths.vault_key_file.exists()


def test_a_vault_that_others_could_read_is_told(node: ExaminedNode) -> None:
    node.paths.vault_file.chmod(0o644)

    assert node.examined()["vault"].code == "SIKD-E422"


def test_a_damaged_database_of_the_agent_is_told(node: ExaminedNode) -> None:
    node.paths.state_file.write_bytes(b"not a database, but long enough to be read as one" * 99)

    assert node.examined()["storage"].code == "SIKD-E431"


def test_nothing_is_changed_made_or_left_behind(node: ExaminedNode) -> None:
    def everything() -> dict[str, str]:
        files = (path for path in node.folder.rglob("*") if path.is_file())
        return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}

    before = everything()
    node.examined()

    assert everything() == before


def test_an_agent_that_does_not_run_counts_worst(node: ExaminedNode) -> None:
    check = node.examined()["service"]

    assert (check.result, check.code, node.exit_code) == (FAILED, "SIKD-E453", 3)


def test_an_agent_that_runs_without_systemd_is_known_by_its_sign_of_life(node: ExaminedNode) -> None:
    node.run_daemon()

    checks = node.examined()

    assert (checks["service"].result, checks["start"].result) == (OK, SKIPPED)


@pytest.mark.parametrize(
    ("said", "service", "start"),
    [
        ({}, OK, OK),
        ({"UnitFileState": "disabled"}, OK, WARNING),
        ({"ActiveState": "failed", "Result": "exit-code"}, FAILED, OK),
        ({"ActiveState": "inactive"}, FAILED, OK),
    ],
)
def test_systemd_says_whether_the_service_runs_and_will(
    node: ExaminedNode, said: dict[str, str], service: StepResult, start: StepResult
) -> None:
    node.run_daemon()
    node.fake_systemctl(**{**ACTIVE, **said})

    checks = node.examined()

    assert (checks["service"].result, checks["start"].result) == (service, start)


def test_a_sqlite_database_is_probed_step_by_step(tmp_path: Path) -> None:
    node = ExaminedNode(tmp_path)
    access = in_sqlite(tmp_path / "sipd.db", "wp-sipd", Budget(tahun=2026, jumlah_rincian=500))
    node.install({"url": "https://sikd.invalid"}, access)

    checks = node.examined()

    assert checks["database.login"].result is OK
    assert "database.stage" in checks


def test_a_database_that_is_down_may_pass_by_itself(tmp_path: Path, filled: Access) -> None:
    node = ExaminedNode(tmp_path)
    node.install({"url": "https://sikd.invalid"}, replace(filled, port=1))

    checks = node.examined()

    assert (checks["database.tcp"].result, checks["database.tcp"].exit_code) == (FAILED, 1)
    assert checks["database.tcp"].code == "SIKD-E301"
    assert checks["database.login"].result is SKIPPED


def test_a_wrong_password_waits_for_a_person_and_is_never_shown(tmp_path: Path, filled: Access) -> None:
    node = ExaminedNode(tmp_path)
    node.install({"url": "https://sikd.invalid"}, replace(filled, password="kenari-salah"))

    checks = node.examined()

    assert (checks["database.login"].code, checks["database.login"].exit_code) == ("SIKD-E302", 5)
    assert "kenari-salah" not in repr(node.checks)


def test_a_password_that_nobody_entered_is_told(tmp_path: Path, filled: Access) -> None:
    node = ExaminedNode(tmp_path)
    node.install({"url": "https://sikd.invalid"}, replace(filled, password=""))

    assert node.examined()["database"].code == "SIKD-E444"


@pytest.mark.parametrize(
    ("grants", "step", "code"),
    [
        (("SELECT ON {database}.*", "FILE ON *.*"), "grants", "SIKD-E303"),
        (("SELECT ON {database}.data_unit",), "tables", "SIKD-E304"),
    ],
    ids=["too much", "too little"],
)
def test_an_account_with_too_much_or_too_little_power_is_told(
    tmp_path: Path, mariadb_server: MariaDb, filled: Access, grants: tuple[str, ...], step: str, code: str
) -> None:
    node = ExaminedNode(tmp_path)
    account = mariadb_server.account(*(grant.format(database=filled.database) for grant in grants))
    access = replace(filled, user=account.user, password=account.password)
    node.install({"url": "https://sikd.invalid"}, access)

    check = node.examined()[f"database.{step}"]

    assert (check.result, check.code, check.exit_code) == (FAILED, code, 5)


@pytest.fixture
def open_house() -> Iterator[ExaminedNode]:
    """A node with a running agent, on a path that any user may walk; its state is private as ever."""
    with tempfile.TemporaryDirectory() as folder:
        node = ExaminedNode(Path(folder))
        node.install({"url": "https://sikd.invalid"})
        node.run_daemon(url="https://sikd.invalid")
        node.folder.chmod(0o755)
        node.paths.run_dir.chmod(0o755)
        yield node


@needs_root
def test_a_user_without_rights_is_told_what_was_not_looked_at(open_house: ExaminedNode) -> None:
    checks = as_nobody(open_house)

    assert {checks[name] for name in ("config", "folder", "disk", "service", "enrolment")} == {OK}
    assert {checks[name] for name in ("vault", "storage", "database")} == {SKIPPED}
    assert checks["dns"] == FAILED


@needs_root
def test_settings_that_this_user_may_not_read_are_no_failure(open_house: ExaminedNode) -> None:
    open_house.paths.config_file.chmod(0o640)

    checks = as_nobody(open_house)

    assert {checks[name] for name in ("config", "folder", "disk", "inodes", "vault", "dns")} == {SKIPPED}


def as_nobody(node: ExaminedNode) -> dict[str, str]:
    """What a user without any right is told; a child of this process gives its own rights up."""
    node.examined()  # what it loads, the child could perhaps not even read
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        with os.fdopen(writing, "w") as told:
            json.dump({name: check.result for name, check in node.examined().items()}, told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        results: dict[str, str] = json.load(told)
    os.waitpid(child, 0)
    return results
