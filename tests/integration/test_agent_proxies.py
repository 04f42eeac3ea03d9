"""The agent behind the proxy of an office, with the real programs: what arrives, and what is said if not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from tests.fakes.centre import FakeCentre
from tests.fakes.centre_server import served
from tests.servers.server import Account
from tests.servers.squid import Squid
from tests.servers.tinyproxy import Tinyproxy
from tests.servers.tls_gate import server_side
from tests.world.office import HERE, Office, office
from tests.world.patience import until

pytestmark = [pytest.mark.usefixtures("forward_proxies"), pytest.mark.timeout(300)]
HEALTHY, DEGRADED, WAITING_FOR_YOU = 0, 1, 5


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as shell, office(tmp_path_factory.mktemp("office")) as made:
        # Only agent.toml decides: with these, nothing would be reached, or nothing by way of the proxy.
        shell.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        shell.setenv("NO_PROXY", "*")
        yield made


def test_a_budget_goes_through_squid_with_a_password(ours: Office) -> None:
    ours.queue()

    pushed = ours.tried("push")

    assert (pushed.code, ours.queued()) == (HEALTHY, 0)
    assert ours.proxy.account
    asked_for = f"CONNECT {HERE}:{ours.gate.own_port} {ours.proxy.account.user}"
    assert ours.proxy.log.count(asked_for) >= 3, "the registration, the check-in and the delivery"


def test_a_budget_goes_through_tinyproxy_with_a_password(ours: Office) -> None:
    ours.queue()
    with Tinyproxy(Account.made_up("petugas")) as proxy:
        ours.lead_through(proxy)
        once = ours.tried("run", "--once")
        written = proxy.log
    ours.lead_through(ours.proxy)

    assert (once.code, ours.queued()) == (HEALTHY, 0)
    assert f"CONNECT {HERE}:{ours.gate.own_port}" in written


@contextmanager
def wrong_password(ours: Office) -> Iterator[None]:
    ours.store("salah-sama-sekali")
    yield
    ours.lead_through(ours.proxy)


@contextmanager
def proxy_away(ours: Office) -> Iterator[None]:
    ours.proxy.go_away()
    yield
    ours.proxy.serve()


@contextmanager
def proxy_closed(ours: Office) -> Iterator[None]:
    with Squid(opens=False) as other:
        ours.lead_through(other)
        yield
    ours.lead_through(ours.proxy)


@contextmanager
def centre_away(ours: Office) -> Iterator[None]:
    ours.gate.hide()
    yield
    ours.shows_the_centre()


@contextmanager
def intercepted(ours: Office) -> Iterator[None]:
    ours.gate.show(server_side(trustme.CA().issue_cert(HERE)))
    yield
    ours.shows_the_centre()


TROUBLES = {
    "wrong password": (wrong_password, "proxy", "SIKD-E406", WAITING_FOR_YOU, "does not accept proxy_user"),
    "proxy away": (proxy_away, "tcp", "SIKD-E417", DEGRADED, "cannot be reached: connection refused"),
    "closed to the centre": (
        proxy_closed,
        "proxy",
        "SIKD-E406",
        WAITING_FOR_YOU,
        "does not allow connections",
    ),
    "centre away": (centre_away, "proxy", "SIKD-E401", DEGRADED, "does not reach the centre at"),
    "unknown CA in between": (intercepted, "tls", "SIKD-E405", WAITING_FOR_YOU, "does not know its issuer"),
}


@pytest.mark.parametrize(("trouble", "step", "code", "exit_code", "words"), TROUBLES.values(), ids=TROUBLES)
def test_whoever_meets_it_says_the_same_and_nothing_is_lost(
    trouble: Callable[[Office], AbstractContextManager[None]],
    step: str,
    code: str,
    exit_code: int,
    words: str,
    ours: Office,
) -> None:
    ours.have_something_queued()
    with trouble(ours):
        pushed, once = ours.tried("push"), ours.tried("run", "--once")
        status, doctor = ours.tried("status", "--json"), ours.tried("doctor", "--json")

    assert [done.code for done in (pushed, once, status, doctor)] == [exit_code] * 4
    facts = status.document()["facts"]
    told = facts["centre"]["trouble"]
    (found,) = [check for check in doctor.document()["steps"] if check["result"] == "failed"]
    assert (told["code"], found["code"], found["step"]) == (code, code, step)
    assert f"Code: {code}" in pushed.err
    assert words in told["problem"]["en"]
    assert told["problem"]["en"] in pushed.err
    assert facts["snapshot"]["trouble"] is None, "the line is to blame, and not the snapshot"
    assert ours.queued() == 1


def test_an_interceptor_that_this_server_trusts_cannot_speak_for_the_centre(ours: Office) -> None:
    ours.have_something_queued()
    impostor = FakeCentre(lambda: datetime.now(UTC))
    with served(impostor) as behind:
        ours.gate.port, impostor.public_url = int(behind.rpartition(":")[2]), ours.gate.url
        once, facts, doctor = ours.tried("run", "--once"), ours.facts(), ours.tried("doctor")
        ours.shows_the_centre()

    assert (once.code, facts["centre"]["trouble"]["code"]) == (WAITING_FOR_YOU, "SIKD-E402")
    assert "SIKD-E402" in doctor.out
    assert ours.queued() == 1
    assert impostor.snapshots == {}


def test_an_upload_goes_on_where_the_proxy_broke_it(ours: Office) -> None:
    ours.queue(lines=20_000)
    ideal = to_send(ours.node.outbox_file)
    ours.gate.sent_up, ours.gate.rate = 0, ideal / 4
    with ours.node.begin("push", "--lang", "en") as push:
        until(lambda: ours.gate.sent_up > ideal * 0.4, "nearly half of it was sent")
        seen = Path(f"/proc/{push.pid}/cmdline").read_bytes() + Path(f"/proc/{push.pid}/environ").read_bytes()
        ours.proxy.go_away()
        _, said = push.communicate()
    left = ours.queued()
    ours.proxy.serve()
    ours.gate.rate = float("inf")

    again = ours.tried("push")

    assert (push.returncode, left) == (DEGRADED, 1)
    assert "SIKD-E401" in said
    assert (again.code, ours.queued()) == (HEALTHY, 0)
    assert ours.gate.sent_up <= 1.3 * ideal
    assert not any(secret.encode() in seen for secret in ours.proxy.secrets)


def test_the_password_of_the_proxy_is_written_nowhere(ours: Office) -> None:
    bundle = str(ours.node.folder / "bundle.tar.gz")
    ended = [
        ours.tried(*command).code
        for command in (["run", "--once"], ["push"], ["doctor"], ["support-bundle", bundle, "--yes"])
    ]

    written = ours.everything_written()

    assert ended[-1] == HEALTHY
    assert not [secret for secret in ours.proxy.secrets if secret.encode() in written]


def to_send(outbox_file: Path) -> int:
    """The bytes that have to go up once: the envelope and every frame."""
    with closing(sqlite3.connect(outbox_file)) as outbox:
        (frames,) = outbox.execute("SELECT SUM(LENGTH(frame)) FROM frames").fetchone()
        (envelope,) = outbox.execute(
            "SELECT LENGTH(envelope) FROM snapshots WHERE state = 'queued'"
        ).fetchone()
    return int(frames) + int(envelope)
