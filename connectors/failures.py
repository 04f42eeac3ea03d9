"""What can go wrong with a database, in words that are the same for every engine."""

from __future__ import annotations

from connectors.interface import (
    Access,
    DatabaseUnreachable,
    LoginRefused,
    SourceContradicts,
    TableMissing,
    TlsRefused,
)
from contract.text import T


def unreachable(access: Access, reason: str) -> DatabaseUnreachable:
    """Nothing answered, or the line broke."""
    return DatabaseUnreachable(
        T(
            "The database at {host}:{port} cannot be reached: {reason}.",
            host=access.host or "localhost",
            port=access.port,
            reason=reason,
        ),
        remedy=T("Check host, port, firewall, and that the database server runs."),
    )


def file_unreadable(path: str, reason: str) -> DatabaseUnreachable:
    """A database that is a file could not be opened."""
    return DatabaseUnreachable(
        T("The file {path} cannot be opened: {reason}.", path=path, reason=reason),
        remedy=T("Check that the file exists and that the service user may read it and its folder."),
    )


def login_refused(access: Access, reason: str) -> LoginRefused:
    """The server does not let this account in."""
    return LoginRefused(
        T("The database refused the account {user}: {reason}.", user=access.user, reason=reason),
        remedy=T(
            "Check user and password (`sudo sinergi access set` stores another), and that this server may"
            " sign in with them."
        ),
    )


def database_refused(access: Access, reason: str) -> LoginRefused:
    """The server knows the account and keeps it out of this one database, which may not even exist."""
    return LoginRefused(
        T("The account {user} may not use the database {database}: {reason}.",
          user=access.user, database=access.database, reason=reason),
        remedy=T(
            "Check the name of the database; if it is right, have the rights given that"
            " `sudo sinergi source grants` prints."
        ),
    )  # fmt: skip


def tls_refused(reason: str) -> TlsRefused:
    """No encrypted connection came about."""
    return TlsRefused(
        T("The connection could not be encrypted: {reason}.", reason=reason),
        remedy=T("Check the server's certificate and ca_file, or set another tls in agent.toml."),
    )


def table_missing(reason: str) -> TableMissing:
    """Something that a query reads is not there."""
    return TableMissing(
        T("The database says: {reason}.", reason=reason),
        remedy=T(
            "Check the application and its version, the name of the database, and the account's rights."
        ),
    )


def took_too_long(reason: str) -> DatabaseUnreachable:
    """The server ended a query at its time limit."""
    return DatabaseUnreachable(
        T("The database took too long to answer: {reason}.", reason=reason),
        remedy=T("Try again when the server is less busy, or ask its administrator for an index."),
    )


def cannot_answer(reason: str) -> SourceContradicts:
    """Any other refusal of a query, mostly a mistake in it."""
    return SourceContradicts(
        T("The database could not answer: {reason}.", reason=reason),
        remedy=T(
            "Check the query and the data that it reads; `sudo sinergi source probe` shows which step fails."
        ),
    )
