"""What every test shares: properties have no time limit of their own on a busy machine."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

settings.register_profile("sinergi", deadline=None)
settings.load_profile("sinergi")
