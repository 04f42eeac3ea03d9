"""Work in a child process: its result or its error comes back, and whatever it does, it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from agent.child import MAX_MEMORY_BYTES, run_in_child
from agent.errors import CollectionDied, CollectionError, CollectionTimedOut
from connectors.interface import DatabaseUnreachable
from contract.text import T

LONG, SHORT = timedelta(seconds=30), timedelta(seconds=1)


def told(text: str, *, loud: bool = False) -> tuple[str, int]:
    return (text.upper() if loud else text), os.getpid()


def refuse() -> None:
    raise DatabaseUnreachable(T("Nobody at {host}.", host="10.0.0.5"), remedy=T("Start it."))


def sleep_and_say(file: str) -> None:
    Path(file).write_text(str(os.getpid()))
    time.sleep(3600)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def stumble() -> None:
    raise ZeroDivisionError


def chatter() -> str:
    print("a driver that prints")  # noqa: T201
    os.write(1, b"and one that writes")
    return "quiet"


def hoard() -> int:
    return len(bytearray(MAX_MEMORY_BYTES + 1))


def many(count: int) -> bytes:
    return bytes(count)


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_the_result_comes_from_another_process() -> None:
    text, pid = run_in_child(told, LONG, "murni", loud=True)

    assert text == "MURNI"
    assert pid != os.getpid()


def test_an_explained_error_comes_back_as_itself() -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        run_in_child(refuse, LONG)

    assert str(refused.value) == "Nobody at 10.0.0.5. Start it."
    assert refused.value.retry_helps


def test_a_hanging_child_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    with pytest.raises(CollectionTimedOut):
        run_in_child(sleep_and_say, timedelta(seconds=3), str(file))

    assert gone(int(file.read_text()))


@pytest.mark.parametrize(("work", "code"), [(crash, "-11"), (stumble, "1")])
def test_a_child_that_ends_without_an_answer_is_explained(work: object, code: str) -> None:
    assert callable(work)

    with pytest.raises(CollectionDied, match=f"code {code}"):
        run_in_child(work, LONG)


def test_what_a_driver_prints_is_not_taken_for_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_in_child(chatter, LONG) == "quiet"

    assert "a driver that prints" in capfd.readouterr().err


def test_a_child_does_not_take_all_memory() -> None:
    with pytest.raises(CollectionError, match="more memory"):
        run_in_child(hoard, LONG)


def test_a_large_result_arrives_whole() -> None:
    assert run_in_child(many, LONG, 5_000_000) == bytes(5_000_000)


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    program = (
        "import sys; from datetime import timedelta; from agent.child import run_in_child;"
        " from tests.unit.test_agent_child import sleep_and_say;"
        " run_in_child(sleep_and_say, timedelta(hours=1), sys.argv[1])"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(file)])
    while not (file.exists() and file.read_text()):
        time.sleep(0.02)

    parent.kill()
    parent.wait()

    assert gone(int(file.read_text()))


def test_a_folder_that_happens_to_have_our_name_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__init__.py").write_text("raise SystemExit('the wrong program')")
    monkeypatch.chdir(tmp_path)

    assert run_in_child(told, LONG, "murni")[0] == "murni"


def test_secrets_of_a_request_show_in_no_process_list(tmp_path: Path) -> None:
    seen = run_in_child(own_command_line, LONG, "rahasia-sekali")

    assert "rahasia-sekali" not in seen


def own_command_line(secret: str) -> str:
    return Path("/proc/self/cmdline").read_text() + Path("/proc/self/environ").read_text()
