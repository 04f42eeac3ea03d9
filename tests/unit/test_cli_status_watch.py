"""`sinergi status --watch` on a terminal, and what it says where there is none."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent import status
from agent.cli import main
from agent.cli.status_watch import watch
from tests.fakes.facts import facts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.toml").write_text(f'[paths]\nrun_dir = "{tmp_path}"\n')
    return tmp_path


def test_each_drawing_shows_what_is_known_then(folder: Path) -> None:
    terminal, drawn = io.StringIO(), []

    def pause(_: float) -> None:
        drawn.append(terminal.getvalue())
        if len(drawn) == 2:
            raise KeyboardInterrupt
        status.write(str(folder / "status.json"), facts(pid=os.getpid()))

    with pytest.raises(KeyboardInterrupt):
        watch(terminal, {"SINERGI_CONFIG": str(folder / "agent.toml")}, str, "en", pause)

    assert "not running" in drawn[0]
    assert "connected" in drawn[1].removeprefix(drawn[0])


def test_the_terminal_is_as_it_was_afterwards(folder: Path) -> None:
    terminal = io.StringIO()

    def pause(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(terminal, {"SINERGI_CONFIG": str(folder / "agent.toml")}, str, "en", pause)

    assert terminal.getvalue().startswith("\x1b[?1049h")
    assert terminal.getvalue().endswith("\x1b[?25h\x1b[?1049l")


def test_without_a_terminal_it_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SINERGI_CONFIG", str(folder / "agent.toml"))

    assert main(["status", "--watch"]) == 2
    assert "sinergi status --json" in capsys.readouterr().err
    assert main(["status", "--watch", "--json"]) == 2


def test_ctrl_c_on_a_real_terminal_ends_it_with_130(folder: Path) -> None:
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "status", "--watch", "--lang", "en"],
        stdin=slave, stdout=slave, stderr=slave, close_fds=True,
        env={**os.environ, "SINERGI_CONFIG": str(folder / "agent.toml")},
    ) as watching:  # fmt: skip
        os.close(slave)
        seen = b""
        while b"not running" not in seen:
            seen += os.read(master, 4096)
        time.sleep(0.2)
        watching.send_signal(signal.SIGINT)
        code = watching.wait(10)
    os.close(master)

    assert code == 130
