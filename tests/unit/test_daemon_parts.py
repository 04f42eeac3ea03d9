"""The parts around the daemon's rounds: signals, clock, systemd, status file and scheduler."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import status
from agent.errors import StorageUnwritable
from agent.service.daemon import new_scheduler, now
from agent.service.listening import Bell, ClockWatch, Heard
from agent.service.notify import Notifier
from agent.service.patience import Patience
from agent.service.telling import Teller
from contract.text import T
from tests.fakes.facts import PASSING, facts

NOON = datetime(2026, 1, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def bell() -> Iterator[Bell]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield Bell()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "meaning"),
    [(signal.SIGTERM, Heard.STOP), (signal.SIGINT, Heard.STOP), (signal.SIGHUP, Heard.RELOAD)],
)
def test_a_signal_wakes_whoever_waits(bell: Bell, number: int, meaning: Heard) -> None:
    os.kill(os.getpid(), number)

    assert bell.wait(5) is meaning


def test_without_a_signal_the_time_goes_by(bell: Bell) -> None:
    assert bell.wait(0.01) is None


def test_signals_are_heard_in_their_order(bell: Bell) -> None:
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)

    assert [bell.wait(5), bell.wait(5), bell.wait(0)] == [Heard.RELOAD, Heard.STOP, None]


def test_a_clock_that_is_set_back_is_noticed_once() -> None:
    watch = ClockWatch(NOON, 100.0)

    assert watch.jumped(NOON - timedelta(days=1), 103.0)
    assert not watch.jumped(NOON - timedelta(days=1) + timedelta(seconds=3), 106.0)


def test_a_clock_that_went_on_while_the_server_slept_is_noticed_once() -> None:
    watch = ClockWatch(NOON, 100.0)

    assert watch.jumped(NOON + timedelta(hours=2), 103.0)
    assert not watch.jumped(NOON + timedelta(hours=2, seconds=3), 106.0)


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_systemd_hears_how_the_service_is(systemd: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})

    notifier.ready()
    notifier.alive()
    notifier.says("centre_down;\n2 queued")
    notifier.stopping()

    heard = [systemd.recv(200).decode() for _ in range(4)]
    assert heard == ["READY=1", "WATCHDOG=1", "STATUS=centre_down; 2 queued", "STOPPING=1"]


def test_a_systemd_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    Notifier({}).ready()


def test_status_is_written_when_it_is_news_and_every_minute(tmp_path: Path) -> None:
    file = tmp_path / "run" / "status.json"
    teller = Teller(file, Notifier({}))
    teller.tell(facts(), 0.0)
    file.unlink()

    teller.tell({**facts(), "written_at": "2026-01-20T03:00:03Z"}, 3.0)
    unchanged = file.exists()
    teller.tell(facts(centre_trouble=PASSING), 6.0)
    news = status.read(str(file))
    file.unlink()
    teller.tell(facts(centre_trouble=PASSING), 67.0)

    assert not unchanged
    assert news == facts(centre_trouble=PASSING)
    assert file.exists()


def test_after_a_jump_of_the_clock_the_status_is_written_though_it_is_no_news(tmp_path: Path) -> None:
    teller = Teller(tmp_path / "status.json", Notifier({}))
    teller.tell(facts(), 0.0)
    (tmp_path / "status.json").unlink()

    teller.forget()
    teller.tell(facts(), 3.0)

    assert (tmp_path / "status.json").exists()


def test_a_status_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")

    with pytest.raises(StorageUnwritable):
        Teller(tmp_path / "run" / "status.json", Notifier({})).write(facts())


def test_a_status_that_cannot_be_written_stops_nothing_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sinergi")
    (tmp_path / "run").write_text("a file where the folder should be")
    teller = Teller(tmp_path / "run" / "status.json", Notifier({}))

    teller.tell(facts(), 0.0)
    teller.tell(facts(), 3.0)

    assert [record.message for record in caplog.records] == ["status not written"]


def test_a_job_that_is_two_hours_late_runs_and_runs_once() -> None:
    ran, again = [], threading.Event()

    def job() -> None:
        ran.append(now())
        again.wait(0.2)

    scheduler = new_scheduler()
    scheduler.add_job(job, "interval", minutes=10, next_run_time=now() - timedelta(hours=2))
    scheduler.start()
    threading.Event().wait(0.5)
    scheduler.shutdown()

    assert len(ran) == 1


def test_what_fails_waits_longer_each_time_and_never_past_its_limit() -> None:
    patience = Patience(lambda: 1.0, timedelta(minutes=5))
    waits = []
    for _ in range(12):
        patience.failed(None, NOON)
        assert patience.not_before is not None
        waits.append(patience.not_before - NOON)

    patience.worked()

    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits[-1] == timedelta(minutes=5)
    assert patience.allows(NOON)


def test_a_full_disk_is_tried_again_within_minutes_however_long_it_lasts() -> None:
    patience = Patience(lambda: 1.0)
    full = StorageUnwritable(T("The disk is full."), remedy=T("Free some space."))
    for _ in range(12):
        patience.failed(full, NOON)

    assert patience.not_before == NOON + timedelta(minutes=5)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_the_old_time() -> None:
    patience = Patience(lambda: 1.0)
    patience.failed(None, NOON)

    assert not patience.allows(NOON + timedelta(seconds=1))
    assert patience.allows(NOON - timedelta(days=2))
