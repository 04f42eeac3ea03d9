"""What the README asks a newcomer to type shows the main job, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

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
