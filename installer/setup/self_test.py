"""Whether this build works on this server, tried before it takes the place of another.

`python self_test.py SETTINGS`, run as the service user: every module is loaded, the settings are read, and
the state is opened as a copy, so that nothing of the service that may be running is touched.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from importlib import import_module
from importlib.metadata import requires, version
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

ROOMS = ("agent", "connectors", "contract")
DRIVERS = ("oracledb", "psycopg", "pymysql", "sqlite3")


def main(settings: str) -> None:
    """Try everything; what does not work ends the program with its own error."""
    version("sinergi")
    if not requires("sinergi"):
        raise ImportError("the metadata of sinergi is missing")
    for name in DRIVERS:
        import_module(name)
    for room in ROOMS:
        for module in walk_packages(import_module(room).__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    if Path(settings).exists():
        open_copies(settings)


def open_copies(settings: str) -> None:
    """Read the settings, and open copies of what the service keeps."""
    from agent.config import load
    from agent.paths import locate
    from agent.storage.outbox import Outbox
    from agent.storage.state import State

    load(Path(settings))
    places = locate({"SINERGI_CONFIG": settings})
    with TemporaryDirectory() as folder:
        for file, kind in ((places.state_file, State), (places.outbox_file, Outbox)):
            if file.exists():
                copy = Path(folder) / file.name
                with (
                    closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as there,
                    closing(sqlite3.connect(copy)) as here,
                ):
                    there.backup(here)
                kind(copy).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
