"""What most commands begin with: the settings, the database, and who is asking."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from contract.text import T
from sikd import config, migrations
from sikd.accounts import User, WrongPassword, authenticate, find_user
from sikd.cli.console import Console
from sikd.config import Settings
from sikd.database import Database, open_database
from sikd.deadlines import WIB
from sikd.errors import BadSettings, NotAllowed, NothingThere, NotMigrated


def now() -> datetime:
    """The present time; commands are where the clock is asked."""
    return datetime.now(UTC)


def local_time(moment: datetime) -> str:
    """A moment in the time of Jakarta, for example `2026-01-31 23:59 WIB`."""
    return f"{moment.astimezone(WIB):%Y-%m-%d %H:%M} WIB"


def settings(options: Namespace, **given: str | None) -> Settings:
    """The settings of this command line."""
    return config.load(options.config, given=given)


@contextmanager
def reachable_database(url: str) -> Iterator[Database]:
    """The database of a centre, in any version; raises NotMigrated where it cannot be reached."""
    database = open_database(url)
    try:
        yield database
    except DBAPIError as error:
        raise NotMigrated(
            T("The database cannot be used: {why}.", why=str(error.orig).strip().splitlines()[0][:300]),
            remedy=T("Check database_url, and that this user may read and write there."),
        ) from error
    finally:
        database.close()


@contextmanager
def centre_database(of: Settings) -> Iterator[Database]:
    """The database of a centre that `sikd migrate` has prepared for this program; raises NotMigrated."""
    if of.database.startswith("sqlite:") and not of.database_url and not (of.data_dir / "sikd.db").exists():
        raise NotMigrated(
            T("There is no centre in {folder} yet.", folder=of.data_dir),
            remedy=T("Run `sikd migrate` first."),
        )
    with reachable_database(of.database) as database:
        with database.read() as connection:
            migrations.require_newest(connection)
        yield database


def add_password_option(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Let a password come from a file instead of the prompt; it never stands on the command line."""
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar=_("FILE"),
        help=_("first line is the password; else it is asked for"),
    )


def add_node(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Let a command be about one node."""
    parser.add_argument(
        "node", metavar=_("NODE-ID"), help=_("as `sinergi status` shows it, with or without spaces")
    )


def add_person_options(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Let a command be an act of one person."""
    parser.add_argument(
        "--as", dest="person", required=True, metavar=_("USER"), help=_("the officer who acts")
    )
    add_password_option(parser, _)


def password(options: Namespace, console: Console, username: str) -> str:
    """A password from the file that was named, or else asked for."""
    if options.password_file is None:
        return console.ask_secret(T("Password of {username}", username=username))
    try:
        lines = options.password_file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BadSettings(
            T("The password cannot be read from {path}.", path=options.password_file),
            remedy=T("Check the file and who may read it."),
        ) from error
    return str(lines[0]) if lines else ""


def new_password(options: Namespace, console: Console, username: str) -> str:
    """A password for an account; a person types it twice. Raises WrongPassword where the two differ."""
    first = password(options, console, username)
    if options.password_file is None and console.has_person:
        again = console.ask_secret(T("The same password once more"))
        if again != first:
            raise WrongPassword(
                T("The two new passwords differ."),
                remedy=T("Write the new password twice in the same way."),
            )
    return first


def account(connection: Connection, username: str) -> User:
    """Anybody's account, open or closed; raises NothingThere."""
    user = find_user(connection, username)
    if user is None:
        raise NothingThere(
            T("There is no account {username}.", username=repr(username[:60])),
            remedy=T("See `sikd user list`."),
        )
    return user


def described(user: User) -> dict[str, str | bool | None]:
    """An account as programs read it."""
    return {
        "username": user.username,
        "role": user.role.value,
        "kode_pemda": user.kode_pemda,
        "active": user.active,
    }


def acting_person(options: Namespace, console: Console, database: Database) -> User:
    """The officer named with --as, once the password fits; raises NotAllowed."""
    secret = password(options, console, options.person)
    with database.read() as connection:
        user = authenticate(connection, options.person, secret)
    if user is None:
        raise NotAllowed(
            T("{username} could not be signed in.", username=options.person),
            remedy=T("Check the user name and the password."),
        )
    return user
