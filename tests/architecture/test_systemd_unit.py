"""The unit is right in systemd's own eyes, shuts the agent in, and says why, line by line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

UNIT = ROOT / "systemd" / "sinergi.service"
EXPOSURE_TENTHS = 15
"""0 is shut in wholly, 100 not at all; an agent that needs the network cannot come below 10."""

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine (Debian: systemd)"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False
    )


@needs_systemd
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    # The program is not installed here, and a program that is not there is a fault to systemd.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/sinergi/current/bin/sinergi", "/bin/true"))

    verified = analyze("verify", str(unit))

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
def test_the_unit_shuts_the_agent_in() -> None:
    judged = analyze("security", "--offline=true", f"--threshold={EXPOSURE_TENTHS}", str(UNIT))

    assert judged.returncode == 0, judged.stdout


def test_every_line_of_the_sandbox_says_what_it_stops() -> None:
    sandbox = UNIT.read_text().partition("LimitCORE")[2].partition("[Install]")[0].splitlines()[1:]

    # One comment may speak for a few settings that belong together.
    unexplained = [
        line
        for place, line in enumerate(sandbox)
        if line and not any(above.startswith("#") for above in sandbox[max(0, place - 4) : place + 1])
    ]

    assert unexplained == []


def test_the_drop_in_and_the_unit_speak_of_the_same_credential() -> None:
    from agent.storage.vault_key import CREDENTIAL

    assert f"LoadCredentialEncrypted={CREDENTIAL}:" in (ROOT / "systemd" / "vault-key.conf").read_text()
