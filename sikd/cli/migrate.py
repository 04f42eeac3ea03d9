"""`sikd migrate`: make the database and the centre's key, or bring an older database to this version."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from contract.text import T
from sikd.cli.console import Console
from sikd.errors import NotMigrated

if TYPE_CHECKING:
    from sikd.config import Settings
    from sikd.database import Database
    from sikd.keys import CentreKey

EXAMPLE = "sikd migrate --config /etc/sikd/sikd.toml"
SCHEMA = "sikd.migrate/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Makes the database and the centre's key, or brings them to this version.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """This command has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Migrate; running it again changes nothing."""
    from sikd import migrations
    from sikd.cli import centre

    of = centre.settings(options)
    _make_folder(of)
    with centre.reachable_database(of.database) as database:
        before, after = migrations.migrate(database)
        key = _key(of, database)
    if options.json:
        fields = {"before": before, "after": after, "key_id": key.key_id, "fingerprint": key.fingerprint}
        console.document(SCHEMA, fields)
        return 0
    console.say(T("The database is of version {version}.", version=after))
    console.say(T("Fingerprint of the centre's key: {fingerprint}", fingerprint=key.fingerprint))
    return 0


def _make_folder(of: Settings) -> None:
    try:
        of.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotMigrated(
            T("The folder {folder} cannot be made: {why}.", folder=of.data_dir, why=error.strerror),
            remedy=T("Make it, owned by the centre's own user, or set data_dir."),
        ) from error


def _key(of: Settings, database: Database) -> CentreKey:
    """The centre's key, made where the database has none yet; a lost file is never replaced by a new key."""
    from sikd import audit, keys
    from sikd.cli.centre import now

    with database.begin() as connection:
        if keys.recorded(connection) is None:
            key = keys.load(of.centre_key) if of.centre_key.exists() else keys.make(of.centre_key)
            keys.record(connection, key, now())
            audit.append(connection, audit.SYSTEM, "centre_key_recorded", key.key_id, {}, now())
        key = keys.load(of.centre_key)
        keys.require_recorded(connection, key)
    return key
