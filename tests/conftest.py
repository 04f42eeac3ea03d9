"""What every test shares: its servers, and how hard a property is tried."""

from __future__ import annotations

import signal

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

# A machine may be busy, so no single example has a time limit; the whole test has one.
settings.register_profile("thorough", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.load_profile("thorough")

# Tests that are started in the background may ignore what ends a program; their programs would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
