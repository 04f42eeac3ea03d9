"""`python -m tests.sample_pemda`: fill a database with a sample Pemda."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from sqlalchemy import create_engine

from contract.budget.codes import Section
from sikd import reference
from tests.sample_pemda import Budget, Dirt, Faults, write_flat, write_wp_sipd
from tests.sample_pemda.budget import JEPARA, LEAST_RINCIAN

_WRITERS = {"wp-sipd": write_wp_sipd, "flat": write_flat}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, write the database, and say what it holds."""
    parser = _parser()
    options = parser.parse_args(arguments)
    found = reference.find_pemda(options.pemda)
    if len(found) != 1:
        parser.error(
            f"{len(found)} Pemda are called {options.pemda!r}: {', '.join(one.nama for one in found[:8])}"
        )
    if options.rincian < LEAST_RINCIAN:
        parser.error(f"--rincian must be at least {LEAST_RINCIAN}")
    budget = Budget(found[0].kode_pemda, options.tahun, options.rincian, options.seed, _dirt(options))
    _write(budget, options)
    _say(budget, options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sample_pemda", description=__doc__)
    parser.add_argument(
        "--pemda", default=JEPARA, help="a code or name (default: %(default)s, Kabupaten Jepara)"
    )
    parser.add_argument("--tahun", type=int, default=2026, help="budget year (default: %(default)s)")
    parser.add_argument("--rincian", type=int, default=5000, help="items of belanja (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=1, help="another number, another budget (default: %(default)s)"
    )
    parser.add_argument("--url", required=True, help="SQLAlchemy URL, for example sqlite:////tmp/sample.db")
    parser.add_argument("--application", choices=list(_WRITERS), default="wp-sipd")
    parser.add_argument("--clean", action="store_true", help="no dirt at all")
    parser.add_argument(
        "--without", action="append", default=[], choices=_names(Dirt), help="switch one dirt off"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        choices=_switches(Faults),
        metavar="FAULT",
        help=f"switch on: {', '.join(_switches(Faults))}",
    )
    parser.add_argument("--missing-table", default="", metavar="TABLE", help="leave this table out")
    return parser


def _names(kinds: type[Dirt] | type[Faults]) -> list[str]:
    return [each.name for each in fields(kinds)]


def _switches(kinds: type[Faults]) -> list[str]:
    return [name for name in _names(kinds) if name != "missing_table"]


def _dirt(options: argparse.Namespace) -> Dirt:
    dirt = Dirt.none() if options.clean else Dirt.typical()
    return replace(dirt, **dict.fromkeys(options.without, False))


def _write(budget: Budget, options: argparse.Namespace) -> None:
    faults = Faults(**dict.fromkeys(options.fault, True), missing_table=options.missing_table)
    engine = create_engine(options.url)
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    if connection is None:
        raise RuntimeError(f"no connection to {engine.url!r}")
    write = _WRITERS[options.application]
    write(connection, budget, faults=faults, progress=_progress(budget.jumlah_rincian))
    pooled.close()
    engine.dispose()


def _progress(total: int) -> Callable[[int], None]:
    def show(written: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if written == total else ""
            sys.stderr.write(f"\r{written:>9,} / {total:,} rincian{end}")
            sys.stderr.flush()

    return show


def _say(budget: Budget, options: argparse.Namespace) -> None:
    sys.stdout.write(
        f"{budget.pemda.nama} {budget.tahun}, {budget.jumlah_rincian} rincian, {options.application}\n"
    )
    for section in Section:
        sys.stdout.write(f"  {section:<24}{budget.totals.of(section)!s:>26}\n")


if __name__ == "__main__":
    raise SystemExit(main())
