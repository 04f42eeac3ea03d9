"""A budget arrives over a line of 64 kbit/s that breaks in mid-upload, and little of it is sent twice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.wire.envelope import read
from contract.wire.manifest import read_manifest
from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world.scene import Scene, scene
from tests.world.thin_line import ThinLine, thin_line

RATE = 64_000 / 8
"""Bytes a second."""
DEGRADED = 1
WHAT_A_BREAK_COSTS = 8 * 1024
"""Heads of HTTP, the question how much is there, and what was still on its way."""


def to_send(ours: Scene) -> int:
    """The bytes that have to go up once: the envelope and every frame."""
    with sqlite3.connect(ours.node.outbox_file) as outbox:
        (frames,) = outbox.execute("SELECT SUM(LENGTH(frame)) FROM frames").fetchone()
        (envelope,) = outbox.execute("SELECT SUM(LENGTH(envelope)) FROM snapshots").fetchone()
    return int(frames) + int(envelope)


def largest_frame(ours: Scene) -> range:
    """The bytes sent up, of all, that are the frame of the largest SKPD."""
    with sqlite3.connect(ours.node.outbox_file) as outbox:
        (envelope,) = outbox.execute("SELECT envelope FROM snapshots").fetchone()
    sizes = [entry.frame_bytes for entry in read_manifest(read(envelope).unverified_payload).segments]
    begin = len(envelope) + sum(sizes[: sizes.index(max(sizes))])
    return range(begin, begin + max(sizes))


Thin = tuple[ThinLine, Scene]
"""The line between a node and its centre."""


@pytest.fixture
def thin(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Thin]:
    """A mapped node with a snapshot to deliver, and a line that is still good."""
    with thin_line() as line, scene(tmp_path, address=line.address) as ours:
        line.port = ours.centre.port
        ours.open_centre()
        ours.install_agent(in_sqlite(tmp_path / "keuangan.db", "wp-sipd", Budget(jumlah_rincian=20_000)))
        ours.map()
        ours.node.run("snapshot")
        line.sent_up = 0
        yield line, ours
    assert "Traceback" not in capfd.readouterr().err, "a line that breaks is nothing unexpected to the centre"


@pytest.mark.timeout(600)
def test_a_frame_that_breaks_off_five_times_is_sent_once(thin: Thin) -> None:
    line, ours = thin
    ideal, frame = to_send(ours), largest_frame(ours)
    line.rate = 4 * RATE
    broken = [len(frame) * part // 100 for part in (25, 40, 55, 70, 85)]
    line.cuts = [frame[part] for part in broken]

    codes = [ours.node.tried("push").code for _ in range(6)]

    assert codes == [DEGRADED] * 5 + [0]
    assert ours.latest()
    twice = line.sent_up - ideal
    assert twice <= 5 * WHAT_A_BREAK_COSTS < sum(broken) / 2


@pytest.mark.timeout(600)
@pytest.mark.parametrize("in_the_rest", [False, True], ids=["between the pieces", "in the second piece"])
def test_a_centre_that_is_killed_while_it_holds_half_a_frame_gets_it_whole(
    in_the_rest: bool, thin: Thin
) -> None:
    line, ours = thin
    ideal, frame = to_send(ours), largest_frame(ours)
    line.rate = 4 * RATE
    line.cuts = [frame[len(frame) // 2]]
    codes = [ours.node.tried("push").code]

    if in_the_rest:
        with ours.node.begin("push") as going_on:
            while line.sent_up < frame[len(frame) * 3 // 4]:
                time.sleep(0.01)
            ours.centre.kill()
            going_on.communicate()
        codes.append(going_on.returncode)
    else:
        ours.centre.kill()
    ours.centre.start()
    codes.append(ours.node.tried("push").code)

    assert codes == [DEGRADED] * (len(codes) - 1) + [0]
    assert ours.latest()
    assert ours.node.ask("push")["snapshots"] == [], "nothing is left to deliver"
    assert line.sent_up - ideal < len(frame) + 3 * WHAT_A_BREAK_COSTS


@pytest.mark.timeout(600)
def test_a_thin_line_that_breaks_three_times_carries_a_budget(thin: Thin) -> None:
    line, ours = thin
    ideal = to_send(ours)
    line.rate, line.delay = RATE, 0.3
    line.cuts = [ideal * part // 100 for part in (20, 45, 70)]

    codes = [ours.node.tried("push").code for _ in range(4)]

    assert codes == [DEGRADED] * 3 + [0]
    assert ours.latest()
    assert line.sent_up <= 1.3 * ideal
