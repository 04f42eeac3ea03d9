"""The power of a Pemda's server goes, again and again, while snapshots are taken and delivered."""

from __future__ import annotations

import re
import time
from pathlib import Path
from random import Random

import pytest

from tests.system.qemu.pemda import Pemda, booted
from tests.world import scene
from tests.world.patience import until

pytestmark = pytest.mark.timeout(2400)
CUTS = 6
CYCLE_SECONDS = 15.0
"""About as long as it takes the emulated machine to read a budget and to queue it."""
PATIENCE_SECONDS = 300.0
QUEUED = re.compile(r'"result": "queued",\s+"snapshot_id": "([0-9a-f]{64})"')
UNSYNCED = "contoh"
KEPT = {"queued", "offered", "committed", "done"}


def promised(pemda: Pemda) -> list[str]:
    """Every snapshot of which `sinergi snapshot` has said, over all boots, that it is queued."""
    return QUEUED.findall(pemda.machine.said.read_text(errors="replace"))


def snapshots_until_the_power_goes(pemda: Pemda, moment: float, unsynced: str) -> None:
    """Let the budget change and be read, and cut the power `moment` seconds after the first promise.

    Something that nobody syncs is written just before, to see that a cut is one: into a new file, because
    ext4 itself syncs what is written over.
    """
    before = len(promised(pemda))
    pemda.machine.run("systemd-run", "--quiet", "live")
    until(lambda: len(promised(pemda)) > before, "a snapshot is queued", seconds=PATIENCE_SECONDS)
    time.sleep(moment)
    pemda.machine.run("sh", "-c", f"echo {UNSYNCED} >{unsynced}")
    pemda.machine.cut_power()


def lost(pemda: Pemda) -> list[str]:
    """What was promised and is neither kept nor replaced by a later snapshot that is."""
    rows = pemda.outbox("SELECT snapshot_id, sequence, state FROM snapshots")
    found = {snapshot_id: (sequence, state) for snapshot_id, sequence, state in rows}
    newest_kept = max((sequence for sequence, state in found.values() if state in KEPT), default=0)
    return [
        each
        for each in promised(pemda)
        if each not in found
        or not (found[each][1] in KEPT or (found[each][1] == "replaced" and found[each][0] < newest_kept))
    ]


def test_nothing_that_was_said_to_be_queued_is_lost_when_the_power_goes(image: Path, tmp_path: Path) -> None:
    random = Random(4)  # noqa: S311 - points in time, not secrets
    with scene(tmp_path, address="http://127.0.0.1:8000") as ours:
        ours.open_centre()
        with booted(image, tmp_path, ours.centre.port) as pemda:
            pemda.set_up(ours)
            pemda.machine.run("systemctl", "start", "sinergi")
            after_each, unsynced = [], ""
            for cut in range(CUTS):
                file = f"/srv/contoh/unsynced-{cut}"
                snapshots_until_the_power_goes(pemda, random.uniform(0, CYCLE_SECONDS), file)
                pemda.machine.boot()
                after_each.append(lost(pemda))
                unsynced += pemda.machine.tried("cat", file).out
                until(pemda.is_healthy, "it is healthy by itself", seconds=PATIENCE_SECONDS)
            until(pemda.has_delivered, "what waits is delivered", seconds=PATIENCE_SECONDS)

            assert after_each == [[]] * CUTS
            assert lost(pemda) == []
            assert UNSYNCED not in unsynced, "what nobody had synced was there: the power never went"
