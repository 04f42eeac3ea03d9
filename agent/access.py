"""How the finance database is reached: what agent.toml says, with the password that the vault keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from agent.child import run_in_child
from agent.config import required_database
from agent.errors import PasswordMissing
from agent.settings import Config
from agent.vault import DATABASE_PASSWORD, Vault
from connectors.interface import Access, Connector, ProbeStep
from connectors.registry import ENGINES, connect, engine
from contract.text import T

OpenSource = Callable[[], Connector]
"""Makes a connector; picklable, because drivers are only ever loaded in a child process."""
PROBE_TIMEOUT = timedelta(minutes=2)


def access_of(config: Config, vault: Vault) -> Access:
    """The configured access; raises ConfigError or PasswordMissing."""
    database = required_database(config)
    password = vault.get(DATABASE_PASSWORD)
    if database.user and password is None:
        raise PasswordMissing(
            T("No password is stored for the database account {user}.", user=database.user),
            remedy=T("Run `sinergi access set` as the service user and type the password."),
        )
    return Access(
        application=database.application,
        engine=database.engine,
        database=database.database,
        host=database.host,
        port=database.port,
        user=database.user,
        password=password or "",
        tls=database.tls,
        options=dict(database.options),
    )


def source_of(access: Access) -> OpenSource:
    """What opens this database, once it is called in a child process."""
    return partial(connect, access)


def probe(open_source: OpenSource, tahun: int, timeout: timedelta = PROBE_TIMEOUT) -> Sequence[ProbeStep]:
    """Try the database step by step, in a child process; raises CollectionTimedOut or CollectionDied."""
    return run_in_child(_probe, timeout, open_source, tahun)


def sign_in(access: Access, timeout: timedelta = PROBE_TIMEOUT) -> None:
    """Sign in to the database and out again, in a child process; raises as `probe`, or a ConnectorError."""
    run_in_child(_sign_in, timeout, access)


def _sign_in(access: Access) -> None:
    # How a connector from outside signs in, only it knows; its next reading will show.
    if access.engine in ENGINES:
        with engine(access.engine).open(access):
            pass


def _probe(open_source: OpenSource, tahun: int) -> Sequence[ProbeStep]:
    return tuple(open_source().probe(tahun))
