"""What every test shares: its servers, and how hard a property is tried."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

# A machine may be busy, so no single example has a time limit; the whole test has one.
settings.register_profile("thorough", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.load_profile("thorough")
