"""A line of 64 kbit/s and 600 ms that loses packets and breaks carries a budget, and little of it twice.

What counts is what comes out at the far end of it, heads of HTTP and check-ins too. What TCP sends again,
because a packet or its acknowledgement was lost, is on the wire besides: `--log-cli-level=INFO` shows both.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.qemu.pemda import Pemda, booted
from tests.world import scene
from tests.world.patience import until
from tests.world.thin_line import ThinLine, thin_line

pytestmark = pytest.mark.timeout(3000)
PATIENCE_SECONDS = 1800.0
BROKEN_SECONDS = 10
BREAKS = (0.03, 0.25, 0.6)
"""When the line breaks, as the part that has arrived: within the envelope, and twice among the frames.

A frame goes on where it was cut off; an envelope, a tenth of this budget, begins again.
"""


@dataclass(frozen=True)
class Site:
    """A Pemda behind a line, and what the centre's end of it has received."""

    pemda: Pemda
    far_end: ThinLine

    def on_the_wire(self) -> int:
        """Bytes that the server's interface has sent, with every header and every packet sent again."""
        return int(self.pemda.machine.run("thin-line", "sent"))

    def to_send(self) -> int:
        """The bytes that have to go up once: the envelope and every frame."""
        ((frames, envelopes),) = self.pemda.outbox(
            "SELECT (SELECT sum(length(frame)) FROM frames),"
            " (SELECT sum(length(envelope)) FROM snapshots WHERE state = 'queued')"
        )
        return int(frames) + int(envelopes)

    def break_at(self, received: float) -> None:
        """Once so many bytes have been received, let the line be dead for a while, and its far end forget."""
        _until(lambda: self.far_end.sent_up >= received, "it goes on")
        self.pemda.machine.run("thin-line", "cut")
        time.sleep(BROKEN_SECONDS)
        self.pemda.machine.run("thin-line", "mend")


@pytest.fixture(scope="module")
def site(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Mapped, with a good line, and the service not running."""
    folder = tmp_path_factory.mktemp("site")
    with thin_line() as far_end, scene(folder, address="http://localhost:8000") as ours:
        far_end.port = ours.centre.port
        ours.open_centre()
        with booted(image, folder, int(far_end.address.rpartition(":")[2])) as pemda:
            pemda.machine.run("thin-line", "lay")
            pemda.set_up(ours)
            yield Site(pemda, far_end)


def _until(holds: Callable[[], bool], what: str) -> None:
    until(holds, what, seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize(("loss", "budget"), [(5, "c.db"), (30, "d.db")])
def test_a_bad_line_that_breaks_carries_a_budget(site: Site, loss: int, budget: str) -> None:
    run, pemda = site.pemda.machine.run, site.pemda
    pemda.read_next(budget)
    run("sinergi", "snapshot")
    ideal, wire = site.to_send(), site.on_the_wire()
    run("thin-line", "thin", str(loss))
    site.far_end.sent_up, began = 0, time.monotonic()

    run("systemctl", "start", "sinergi")
    for part in BREAKS:
        site.break_at(part * ideal)
    _until(pemda.has_delivered, "the budget arrives")
    received, seconds = site.far_end.sent_up, time.monotonic() - began
    run("systemctl", "stop", "sinergi")

    wire = site.on_the_wire() - wire
    told = {"loss": loss, "ideal": ideal, "received": received, "wire": wire, "seconds": round(seconds)}
    logging.getLogger(__name__).info("budget carried %s", told)
    assert received <= 1.3 * ideal
