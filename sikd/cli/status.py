"""`sikd status`: the centre's key and version, and how many nodes and snapshots stand where."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd status --json"
SCHEMA = "sikd.status/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Shows the centre's key, its version, and what is waiting.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """This command has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Print where the centre stands."""
    from importlib.metadata import version

    from sikd import intake, keys, migrations, nodes
    from sikd.cli import centre

    of = centre.settings(options)
    with centre.centre_database(of) as database, database.read() as connection:
        key = keys.load(of.centre_key)
        keys.require_recorded(connection, key)
        states = {state.value: count for state, count in nodes.counts(connection).items() if count}
        deliveries = intake.counts_by_state(connection)
    if options.json:
        facts = {
            "version": version("sikd"),
            "database": migrations.newest(),
            "fingerprint": key.fingerprint,
            "key_id": key.key_id,
            "public_url": of.public_url,
            "nodes": dict(sorted(states.items())),
            "snapshots": dict(sorted(deliveries.items())),
        }
        console.document(SCHEMA, facts)
        return 0
    console.facts(
        [
            (T("Version"), f"{version('sikd')} ({migrations.newest()})"),
            (T("Key"), key.fingerprint),
            (T("Public address"), of.public_url or "-"),
            (T("Nodes"), _listed(states)),
            (T("Snapshots"), _listed(deliveries)),
        ]
    )
    return 0


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "-"
