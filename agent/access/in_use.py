"""How the finance database is reached: as entered and approved, else as agent.toml and the vault say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from agent.access.book import AccessBook, Entry, read_book
from agent.access.target import Approval, Resolve, Target, addresses_of, require_approved
from agent.child import run_in_child
from agent.collect import OpenSource
from agent.errors import AccessApproved, AccessAwaited, PasswordMissing, TargetNotApproved, TargetNotNamed
from agent.settings import Config
from agent.storage.vault import DATABASE_PASSWORD, Vault
from connectors.interface import Access, ProbeStep
from connectors.registry import ENGINES, connect, engine
from contract.text import T
from contract.wire.access import PORTS, NamedBy

PROBE_TIMEOUT = timedelta(minutes=2)


def access_of(config: Config, vault: Vault) -> Access:
    """The access in use: the one configured on Master SIKD, else what agent.toml says.

    Raises AccessAwaited, PasswordMissing, TargetNotApproved or TargetNotNamed.
    """
    book = read_book(vault)
    if book.in_use is not None:
        return entered_access(book.in_use, config, vault)
    if (database := config.database) is None:
        raise access_awaited(book, config, vault)
    password = vault.get(DATABASE_PASSWORD)
    if database.user and password is None:
        raise PasswordMissing(
            T("No password is stored for the database account {user}.", user=database.user),
            remedy=T("Run `sudo sinergi access set` and type the password."),
        )
    return Access(
        application=database.application,
        engine=database.engine,
        database=database.database,
        host=database.host,
        port=database.port or PORTS.get(database.engine, 0),
        user=database.user,
        password=password or "",
        tls=database.tls,
        options=dict(database.options),
    )


def access_awaited(
    book: AccessBook, config: Config, vault: Vault, resolve: Resolve = addresses_of
) -> AccessAwaited:
    """Why nothing can be read while no access is in use, and whose turn it is."""
    problem = T("No access to the finance database is configured yet.")
    if book.newest and not book.refusal and may_use(book.newest, config, vault, resolve):
        return AccessApproved(
            problem,
            remedy=T(
                "It was entered, and approved here. DJPK checks and configures it; then the agent uses it by"
                " itself. Nothing is to be done here."
            ),
        )
    if book.newest:
        return AccessAwaited(
            problem,
            remedy=T(
                "One was entered: `sudo sinergi access status` says who has to do what before it is used."
            ),
        )
    return AccessAwaited(
        problem,
        remedy=T(
            "Enter it in Sinergi Mobile and approve it here; DJPK then configures it. "
            "Or fill in [database] with `sudo sinergi init --force`."
        ),
    )


def entered_access(entry: Entry, config: Config, vault: Vault, resolve: Resolve = addresses_of) -> Access:
    """An access that came from the centre; first of all it raises TargetNotApproved or TargetNotNamed."""
    require_usable(entry, config, vault, resolve)
    access, own = entry.access, config.database
    same_application = own is not None and own.application == access.application
    options = dict(own.options) if own and same_application else {}
    if access.named_by is not NamedBy.DATABASE:
        options["named_by"] = access.named_by.value
    return Access(
        application=access.application,
        engine=access.engine.value,
        database=access.database,
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password.get_secret_value(),
        tls=access.tls.value,
        options=options,
    )


def may_use(entry: Entry, config: Config, vault: Vault, resolve: Resolve = addresses_of) -> bool:
    """Whether a connection may be opened for an access that came from the centre."""
    try:
        require_usable(entry, config, vault, resolve)
    except (TargetNotApproved, TargetNotNamed):
        return False
    return True


def require_usable(entry: Entry, config: Config, vault: Vault, resolve: Resolve = addresses_of) -> None:
    """Raise TargetNotApproved or TargetNotNamed where no connection may be opened for an entry."""
    approvals = (*read_book(vault).approvals, *_written_by_the_operator(config))
    require_approved(entry.target, approvals, config.access.allowed_hosts, resolve)


def _written_by_the_operator(config: Config) -> Iterator[Approval]:
    """What agent.toml itself leads to, which whoever wrote it has thereby approved and named."""
    if (own := config.database) is not None and own.host:
        port = own.port or PORTS.get(own.engine, 0)
        target = Target(
            own.application, own.engine, own.host.lower(), port, own.database, NamedBy.DATABASE.value, own.tls
        )
        yield Approval(target, named=True)


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
