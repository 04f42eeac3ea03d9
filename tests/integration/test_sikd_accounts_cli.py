"""Accounts by command: the password is typed twice, and whoever lost theirs gets another."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FIRST, OTHER = "empat kata acak panjang", "kenari biru di atas meja"
END_OF_INPUT = "\x04"


class Shell:
    """A shell on the centre's server."""

    def __init__(self, folder: Path) -> None:
        self._environment = os.environ | {"SIKD_DATA_DIR": str(folder / "data"), "SIKD_LANG": "en"}

    def run(self, *arguments: str, typed: str = "", lang: str = "en") -> subprocess.CompletedProcess[str]:
        """Run `sikd` with its input from a pipe."""
        return subprocess.run(
            [sys.executable, "-m", "sikd", *arguments, "--lang", lang],
            env=self._environment, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def done(self, *arguments: str, typed: str = "") -> Any:
        """What a command that succeeds answers with --json."""
        result = self.run(*arguments, "--json", typed=typed)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def typing(self, *arguments: str, answers: tuple[str, ...]) -> tuple[int, str]:
        """Run `sikd` at a terminal, and answer each prompt; the exit code and what stood there."""
        keyboard, terminal = pty.openpty()
        running = subprocess.Popen(
            [sys.executable, "-m", "sikd", *arguments],
            env=self._environment,
            stdin=terminal,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        os.close(terminal)
        assert running.stderr is not None
        said = b""
        for answer in answers:
            prompt = b""
            while not prompt.endswith(b": ") and (more := running.stderr.read(1)):
                prompt += more
            said += prompt
            os.write(keyboard, answer.encode())
        said += running.stderr.read()
        running.stderr.close()
        running.wait()
        os.close(keyboard)
        return running.returncode, said.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.done("migrate")
    return made


def test_a_new_password_is_typed_twice(shell: Shell) -> None:
    add = ("user", "add", "petugas-1", "--role", "petugas")

    slipped = shell.typing(*add, answers=(f"{FIRST}\n", f"{OTHER}\n"))
    nobody = shell.done("user", "list")["users"]
    made = shell.typing(*add, answers=(f"{FIRST}\n", f"{FIRST}\n"))

    assert slipped[0] == 1
    assert "The two new passwords differ" in slipped[1]
    assert nobody == []
    assert made[0] == 0
    assert [each["username"] for each in shell.done("user", "list")["users"]] == ["petugas-1"]


def test_an_end_of_input_at_the_prompt_is_explained(shell: Shell) -> None:
    add = ("user", "add", "petugas-1", "--role", "petugas")

    typed = shell.typing(*add, answers=(END_OF_INPUT,))
    piped = shell.run(*add)

    assert (typed[0], piped.returncode) == (2, 2)
    for said in (typed[1], piped.stderr):
        assert "No password was given" in said
        assert "Traceback" not in said


def test_an_error_in_indonesian_is_indonesian_to_its_last_line(shell: Shell) -> None:
    said = shell.run("user", "close", "petugas-9", lang="id").stderr

    assert said.splitlines()[-1] == "  Kode: SIKD-E506 (lihat `docs/errors.md`)"


def test_another_password_ends_the_first_and_has_to_be_changed(shell: Shell) -> None:
    shell.done("user", "add", "petugas-1", "--role", "petugas", typed=FIRST)

    told = shell.run("user", "password", "petugas-1", typed=OTHER).stdout
    weak = shell.run("user", "password", "petugas-1", typed="pendek")
    unknown = shell.run("user", "password", "petugas-2", typed=OTHER)

    assert "has to change it when signing in" in told
    assert (weak.returncode, unknown.returncode) == (1, 1)
    assert "There is no account 'petugas-2'" in unknown.stderr
    ticket = ("ticket", "issue", "11.10", "--public-url", "https://sikd.example", "--as", "petugas-1")
    assert "could not be signed in" in shell.run(*ticket, typed=FIRST).stderr
    assert shell.run(*ticket, typed=OTHER).returncode == 0


def test_an_account_is_closed_and_opened_again(shell: Shell) -> None:
    shell.done("user", "add", "petugas-1", "--role", "petugas", typed=FIRST)
    shell.done("user", "add", "admin-1", "--role", "admin", "--pemda", "11.10", typed=FIRST)

    closed = [shell.done("user", "close", "petugas-1")["active"] for _ in range(2)]
    listed = shell.run("user", "list").stdout
    opened = shell.done("user", "open", "petugas-1")["active"]

    assert (closed, opened) == ([False, False], True)
    lines = [line.split() for line in listed.splitlines()]
    assert lines[0] == ["User", "Role", "Place", "State"]
    assert lines[1] == ["petugas-1", "petugas", "DJPK", "closed"]
    assert lines[2] == ["admin-1", "admin", "Kabupaten", "Jepara", "(11.10)", "open"]
