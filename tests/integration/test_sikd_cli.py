"""`sikd` from an empty folder to a mapped node, as an operator types it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.wire.identity import node_id as node_id_of
from contract.wire.ticket import read_ticket
from sikd.cli.console import Console
from sikd.cli.frame import COMMANDS, parser_for
from sikd.language import Language
from tests.fakes.node import FakeNode
from tests.integration.killable_centre import killable_centre

PUBLIC_URL = "https://sikd.example"
PASSWORD = "empat kata acak panjang"


class Shell:
    """A shell on the centre's server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password_file = folder / "password"
        self.password_file.write_text(PASSWORD + "\n")

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run `sikd` and return what came of it."""
        environment = os.environ | {"SIKD_DATA_DIR": str(self.folder / "data"), "SIKD_LANG": "en"}
        return subprocess.run(
            [sys.executable, "-m", "sikd", *arguments],
            env=environment, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def done(self, *arguments: str, typed: str = "") -> Any:
        """Run a command that succeeds; what it answered with --json."""
        result = self.run(*arguments, "--json", typed=typed)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def add(self, username: str, role: str = "petugas") -> None:
        """Make an account."""
        self.done("user", "add", username, "--role", role, "--password-file", str(self.password_file))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def migrated(shell: Shell) -> Shell:
    shell.done("migrate")
    return shell


def test_migrating_makes_a_key_that_only_its_owner_reads(shell: Shell) -> None:
    made = shell.done("migrate")

    again = shell.done("migrate")

    assert again["fingerprint"] == made["fingerprint"]
    mode = (shell.folder / "data" / "centre-key.pem").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert shell.done("status")["fingerprint"] == made["fingerprint"]


def test_a_lost_key_is_never_replaced_by_a_new_one(migrated: Shell) -> None:
    (migrated.folder / "data" / "centre-key.pem").unlink()

    for command in (["migrate"], ["status"], ["serve", "--port", "0"]):
        result = migrated.run(*command)
        assert result.returncode == 1
        assert "backup" in result.stderr


def test_a_key_that_others_can_read_is_not_used(migrated: Shell) -> None:
    (migrated.folder / "data" / "centre-key.pem").chmod(0o644)

    result = migrated.run("status")

    assert result.returncode == 1
    assert "chmod 600" in result.stderr


def test_another_key_than_the_databases_own_is_not_used(migrated: Shell, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Shell(tmp_path / "other")
    other.done("migrate")
    (other.folder / "data" / "centre-key.pem").replace(migrated.folder / "data" / "centre-key.pem")

    result = migrated.run("status")

    assert "not the one that the centre's database belongs to" in result.stderr


@pytest.mark.parametrize("command", [["status"], ["node", "list"], ["serve"], ["user", "list"]])
def test_before_the_first_migration_every_command_says_so(shell: Shell, command: list[str]) -> None:
    result = shell.run(*command)

    assert result.returncode == 1
    assert "sikd migrate" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "line",
    [
        ["nonsense"],
        ["node"],
        ["node", "approve", "sikd1", "11.10"],
        ["user", "add", "x", "--role", "emperor"],
        ["serve", "--host", "192.0.2.1"],
        ["serve", "--public-url", "http://sikd.example"],
        ["serve", "--port", "80777"],
        ["serve", "--port", "-1"],
    ],
)
def test_a_wrong_line_is_explained(migrated: Shell, line: list[str]) -> None:
    result = migrated.run(*line)

    assert result.returncode == 2
    assert "→" in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_in_both_languages(name: str) -> None:
    english, indonesian = (
        parser_for(name, Console(language)).format_help() for language in (Language.EN, Language.ID)
    )

    assert f"Example: sikd {name}" in english
    assert f"Contoh: sikd {name}" in indonesian


def test_a_password_comes_from_a_pipe(migrated: Shell) -> None:
    migrated.done("user", "add", "petugas-1", "--role", "petugas", typed=PASSWORD + "\n")

    listed = migrated.done("user", "list")

    assert [each["username"] for each in listed["users"]] == ["petugas-1"]


def test_two_officers_map_a_node_by_command(migrated: Shell) -> None:
    with killable_centre(migrated.folder / "data") as centre, httpx.Client(base_url=centre.url) as client:
        for username in ("petugas-1", "petugas-2"):
            migrated.add(username)
        node = FakeNode(client, centre.url)
        code = node.match_code(node.enrol())
        person = ["--password-file", str(migrated.password_file), "--as"]

        (waiting,) = migrated.done("node", "list", "--state", "pending")["nodes"]
        assert waiting["node_id"] == node.node_id
        migrated.done("node", "propose", node.node_id, "11.10", *person, "petugas-1")
        alone = migrated.run("node", "approve", node.node_id, "11.10", "--code", code, *person, "petugas-1")
        wrong = migrated.run(
            "node", "approve", node.node_id, "11.10", "--code", "qqqqqqqq", *person, "petugas-2"
        )
        mapped = migrated.done("node", "approve", node.node_id, "11.10", "--code", code, *person, "petugas-2")

        assert (alone.returncode, wrong.returncode) == (1, 1)
        assert mapped["kode_pemda"] == "11.10"
        assert node.check_in().kode_pemda == "11.10"
        assert migrated.done("status")["nodes"] == {"mapped": 1}
        asked = migrated.done("node", "snapshot", node.node_id, *person, "petugas-1")
        assert (asked["kode_pemda"], asked["asked_by"]) == ("11.10", "petugas-1")
        assert node.check_in().orders == ("snapshot",)
        why = [
            "--reason",
            "server dijual",
            "--as",
            "petugas-1",
            "--password-file",
            str(migrated.password_file),
        ]
        revoked = migrated.done("node", "revoke", node.node_id, *why)
        assert (revoked["state"], node.check_in().reason) == ("revoked", "server dijual")
        waiting = FakeNode(client, centre.url)
        waiting.enrol()
        (listed,) = migrated.done("node", "list", "--state", "pending")["nodes"]
        assert listed["working_days_left"] == 5
        rejected = migrated.done("node", "reject", waiting.node_id, *why)
        assert rejected["state"] == "rejected"
        assert migrated.run("node", "revoke", waiting.node_id, *why).returncode == 1


def test_a_mapping_names_the_pemda(migrated: Shell) -> None:
    with killable_centre(migrated.folder / "data") as centre, httpx.Client(base_url=centre.url) as client:
        for username in ("petugas-1", "petugas-2"):
            migrated.add(username)
        node = FakeNode(client, centre.url)
        code = node.match_code(node.enrol())
        about = [node.node_id, "11.10", "--password-file", str(migrated.password_file), "--as"]
        approval = ("node", "approve", "--code", code, *about, "petugas-2")

        proposed = migrated.run("node", "propose", *about, "petugas-1").stdout
        waiting = migrated.run("node", "list").stdout
        approved = migrated.run(*approval).stdout
        again = migrated.run(*approval)
        mapped = migrated.run("node", "list").stdout

    assert "Proposed for Kabupaten Jepara (11.10)." in proposed
    assert waiting.startswith("Node ")
    assert "waits to be mapped  5          ? Kabupaten Jepara (11.10), petugas-1" in waiting
    assert "now delivers for Kabupaten Jepara (11.10)." in approved
    assert (again.returncode, "is mapped to Kabupaten Jepara (11.10) already" in again.stderr) == (1, True)
    assert "Kabupaten Jepara (11.10)" in mapped
    assert mapped.rstrip().endswith(" WIB")


def test_an_empty_list_of_nodes_is_a_sentence(migrated: Shell) -> None:
    assert migrated.run("node", "list").stdout == "No node has registered yet.\n"
    assert migrated.run("node", "list", "--state", "revoked").stdout == "No node is in this state.\n"


def test_a_pemda_is_found_by_name_or_code(shell: Shell) -> None:
    by_name = shell.run("pemda", "find", "kabupaten", "JEPARA")
    by_code = shell.done("pemda", "find", "11.10")
    nobody = shell.run("pemda", "find", "atlantis")

    assert "11.10       Kabupaten Jepara" in by_name.stdout
    assert [each["nama"] for each in by_code["pemda"]] == ["Kabupaten Jepara"]
    assert (nobody.returncode, "atlantis" in nobody.stderr) == (1, True)


def test_a_ticket_alone_goes_to_standard_output(migrated: Shell) -> None:
    migrated.add("petugas-1")
    who = ["--as", "petugas-1", "--password-file", str(migrated.password_file)]

    issued = migrated.run("ticket", "issue", "11.10", "--days", "3", "--public-url", PUBLIC_URL, *who)

    ticket = read_ticket(issued.stdout)
    assert (issued.returncode, ticket.address, ticket.kode_pemda) == (0, PUBLIC_URL, "11.10")
    assert ticket.ticket_id in issued.stderr
    assert ticket.to_text() not in issued.stderr
    names, row = migrated.run("ticket", "list").stdout.splitlines()
    assert names.split()[0] == "Ticket"
    assert f"{ticket.ticket_id}  not used yet  Kabupaten Jepara (11.10)" in row
    assert migrated.run("ticket", "list", "--state", "used").stdout == "No ticket is in this state.\n"
    (listed,) = migrated.done("ticket", "list", "--state", "open")["tickets"]
    assert (listed["ticket_id"], listed["issued_by"]) == (ticket.ticket_id, "petugas-1")


def test_a_ticket_is_taken_back_once(migrated: Shell) -> None:
    migrated.add("petugas-1")
    who = ["--as", "petugas-1", "--password-file", str(migrated.password_file)]
    issued = migrated.done("ticket", "issue", "11.10", "--public-url", PUBLIC_URL, *who)

    migrated.done("ticket", "withdraw", issued["ticket_id"], "--reason", "salah kirim", *who)
    again = migrated.run("ticket", "withdraw", issued["ticket_id"], *who)
    unknown = migrated.run("ticket", "withdraw", "qqqqqqqqqq", *who)

    assert (again.returncode, unknown.returncode) == (1, 1)
    assert migrated.done("ticket", "list", "--state", "open")["tickets"] == []
    assert [each["state"] for each in migrated.done("ticket", "list")["tickets"]] == ["withdrawn"]


def test_a_centre_that_knows_no_address_of_its_own_issues_no_ticket(migrated: Shell) -> None:
    migrated.add("petugas-1")
    who = ["--as", "petugas-1", "--password-file", str(migrated.password_file)]

    refused = migrated.run("ticket", "issue", "11.10", *who)

    assert refused.returncode == 2
    assert "public_url" in refused.stderr
    assert refused.stdout == ""


def test_a_wrong_password_acts_for_nobody(migrated: Shell) -> None:
    migrated.add("petugas-1")
    node_id = node_id_of(bytes(44))

    result = migrated.run("node", "propose", node_id, "11.10", "--as", "petugas-1", typed="salah\n")

    assert result.returncode == 1
    assert "petugas-1 could not be signed in" in result.stderr
