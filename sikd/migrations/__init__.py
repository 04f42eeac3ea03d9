"""The database's history, forward only; `sikd migrate` walks it from wherever a database stands."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from contract.text import T
from sikd.database import Database
from sikd.errors import NotMigrated


def migrate(database: Database) -> tuple[str | None, str]:
    """Bring the database to this program's version; the versions before and after."""
    with database.begin() as connection:
        before = current(connection)
        settings = _settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return before, newest()


def current(connection: Connection) -> str | None:
    """The version that a database is of, or None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The version that this program needs."""
    return ScriptDirectory.from_config(_settings()).get_current_head() or ""


def require_newest(connection: Connection) -> None:
    """Raise NotMigrated where the database is not of this program's version."""
    found = current(connection)
    if found != newest():
        raise NotMigrated(
            T(
                "The database is of version {found}, this program needs {needed}.",
                found=found,
                needed=newest(),
            ),
            remedy=T("Run `sikd migrate` with this program."),
        )


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", "sikd:migrations")
    return settings
