"""The agent as a service under its hardened unit, in a real systemd."""

from __future__ import annotations

import json
import sys

from tests.system.conftest import Boot


def test_the_service_alone_brings_a_budget_to_the_centre_under_its_hardened_unit(boot: Boot) -> None:
    done = boot(sys.executable, "-m", "tests.system.service_job")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["healthy"]
    assert seen["after_kill"]
    assert float(seen["exposure"].split(": ")[1].split()[0]) <= 1.5
