"""`make bench`: how fast and small a collection is, `sinergi status`, and the idle agent; as ratios."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.interface import Access
from tests.bench import idle, yardstick
from tests.sample_pemda import Budget, write_wp_sipd
from tests.sample_pemda.budget import JEPARA
from tests.servers import Server
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql

TAHUN = 2026
SERVERS: dict[str, Callable[[], Server]] = {"mysql": MariaDb.started, "postgresql": Postgresql.started}


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rincian", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="pairs of runs; medians are printed")
    parser.add_argument("--only", choices=[*SERVERS, "status", "idle"], help="measure just this")
    parser.add_argument("--minutes", type=float, default=10, help="how long to watch the idle agent")
    options = parser.parse_args()
    for engine, started in SERVERS.items():
        if options.only in {None, engine}:
            _measure_engine(started(), options.rincian, options.runs)
    if options.only in {None, "status"}:
        _measure_status(options.runs)
    if options.only in {None, "idle"}:
        for line in idle.measure(options.minutes):
            _say(line)
    return 0


def _measure_engine(server: Server, rincian: int, runs: int) -> None:
    try:
        database = server.create_database()
        _say(f"{server.engine}: writing {rincian:,} rincian ...")
        connection = server.connect(database)
        write_wp_sipd(connection, Budget(JEPARA, TAHUN, rincian))
        connection.close()
        account = server.reader(database)
        access = Access(
            "wp-sipd", server.engine, database, server.host, server.port, account.user, account.password
        )
        statements = yardstick.statements_of(access, TAHUN)
        pairs = [(_collection(access), yardstick.seconds(server, database, statements)) for _ in range(runs)]
        _report(server.engine, rincian, pairs)
    finally:
        server.stop()


def _collection(access: Access) -> dict[str, Any]:
    fields = {name: getattr(access, name) for name in access.__slots__}
    with tempfile.TemporaryDirectory() as folder:
        request = {"access": fields, "tahun": TAHUN, "folder": folder, "kode_pemda": JEPARA}
        command = [sys.executable, "-m", "tests.bench.collecting"]
        done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _report(engine: str, rincian: int, pairs: list[tuple[dict[str, Any], float]]) -> None:
    ours = statistics.median(run["seconds"] for run, _ in pairs)
    ratios = sorted(run["seconds"] / client for run, client in pairs)
    last = pairs[-1][0]
    _say(
        f"{engine}: {rincian:,} rincian to {last['lines']:,} lines ({last['frame_bytes']:,} bytes) "
        f"in {ours:.1f} s, "
        f"{rincian / ours:,.0f} rincian/s; ratio to its own client {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}); child {max(run['child_mb'] for run, _ in pairs):.0f} MB, "
        f"parent {max(run['parent_mb'] for run, _ in pairs):.0f} MB"
    )


def _measure_status(runs: int) -> None:
    python = [sys.executable, "-c", "pass"]
    status = [str(Path(sys.executable).with_name("sinergi")), "status"]
    pairs = [(_seconds(status), _seconds(python)) for _ in range(max(15, runs))]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    _say(
        f"sinergi status: {ours * 1000:.0f} ms; bare python {bare * 1000:.0f} ms; "
        f"ratio {statistics.median(a / b for a, b in pairs):.2f}"
    )


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - began


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
