"""What the README asks a newcomer to type shows the main job, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.architecture.checkout import ROOT
from tests.world.patience import until

FINAL_RECEIPT = "Tanda terima akhir: pusat telah menerima snapshot seluruhnya"


@pytest.mark.timeout(300)
def test_the_demonstration_ends_by_itself_with_a_receipt_and_the_real_posture(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "demo", "ONCE=1"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert FINAL_RECEIPT in done.stdout
    assert "Rp2.390.256.969.000" in done.stdout
    assert "Rp2.517.279.665.000" in done.stdout
    assert list(tmp_path.iterdir()) == []


@contextmanager
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration at the point where it waits for a browser, and the address that it tells."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "ONCE"} | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        lines = iter(running.stdout.readline, "")
        address = next(
            found[0] for line in lines if (found := re.search(r"http://127[.]0[.]0[.]1:\d+", line))
        )
        next(line for line in lines if "Ctrl-C" in line)
        yield running, address
    finally:
        running.kill()
        running.communicate()


def answers(address: str) -> bool:
    """Whether somebody listens there."""
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.timeout(300)
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_the_demonstrations_pages_say_sample_and_a_signal_leaves_nothing_behind(
    tmp_path: Path, ending: signal.Signals
) -> None:
    with demo(tmp_path) as (running, address):
        page = httpx.get(f"{address}/layanan", trust_env=False).text

        running.send_signal(ending)
        running.wait(60)

    assert 'class="sample-band"' in page
    assert "CONTOH" in page
    assert running.returncode == 0
    assert not answers(address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(300)
def test_the_demonstrations_centre_ends_with_it_even_where_it_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path) as (running, address):
        assert answers(address)

        running.kill()
        running.wait(60)

    until(lambda: not answers(address), "the centre ended with the demonstration")
