"""A budget arrives over a line of 64 kbit/s that breaks in mid-upload, and little of it is sent twice."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world.scene import Scene, scene
from tests.world.thin_line import thin_line

RATE = 64_000 / 8
"""Bytes a second."""
DEGRADED = 1


def to_send(ours: Scene) -> int:
    """The bytes that have to go up once: the envelope and every frame."""
    with sqlite3.connect(ours.node.outbox_file) as outbox:
        (frames,) = outbox.execute("SELECT SUM(LENGTH(frame)) FROM frames").fetchone()
        (envelope,) = outbox.execute("SELECT SUM(LENGTH(envelope)) FROM snapshots").fetchone()
    return int(frames) + int(envelope)


@pytest.mark.timeout(600)
def test_a_thin_line_that_breaks_three_times_carries_a_budget(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with thin_line() as line, scene(tmp_path, address=line.address) as ours:
        line.port = ours.centre.port
        ours.open_centre()
        ours.install_agent(in_sqlite(tmp_path / "keuangan.db", "wp-sipd", Budget(jumlah_rincian=20_000)))
        ours.map()
        ours.node.run("snapshot")
        ideal = to_send(ours)
        line.sent_up, line.rate, line.delay = 0, RATE, 0.3
        line.cuts = [ideal * part // 100 for part in (20, 45, 70)]

        codes = [ours.node.tried("push").code for _ in range(4)]

        assert codes == [DEGRADED] * 3 + [0]
        assert ours.latest()
        assert line.sent_up <= 1.3 * ideal
    assert "Traceback" not in capfd.readouterr().err, "a line that breaks is nothing unexpected to the centre"
