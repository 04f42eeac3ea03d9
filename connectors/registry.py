"""Which engines and applications there are; only the driver that an access needs is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.interface import Access, Connector, UnknownSource
from contract.text import T, Text

if TYPE_CHECKING:
    from connectors.engine import Engine
    from connectors.source import Source

ENGINES = {
    "sqlite": "connectors.engines.sqlite",
    "mysql": "connectors.engines.mysql",
    "postgresql": "connectors.engines.postgresql",
}
_OTHER_NAMES = {
    **{name: name for name in ENGINES},
    "mariadb": "mysql",
    "postgres": "postgresql",
    "pgsql": "postgresql",
    "sqlite3": "sqlite",
}
GENERIC = "generic"
SHIPPED = ("wp-sipd",)
GROUP = "sinergi.connectors"


def applications() -> tuple[str, ...]:
    """The applications that can be read, those of other distributions among them."""
    return (*SHIPPED, GENERIC, *sorted(one.name for one in _from_outside()))


def connect(access: Access, owners: frozenset[int] | None = None) -> Connector:
    """The connector for an access, nothing opened yet; raises UnknownSource or SourceNotTrusted.

    `owners` are the users who may write an operator's queries: root and the service user, unless given.
    """
    for entry in _from_outside():
        if entry.name == access.application:
            made: Connector = entry.load()(access)
            return made
    from connectors.database import DatabaseConnector

    known, source = engine(access.engine), _source(access, owners)
    if access.engine not in source.description.engines:
        problem = T(
            "{application} is not read from {engine}.", application=access.application, engine=known.name
        )
        raise _unknown(problem, source.description.engines)
    return DatabaseConnector(access, known, source)


def engine(name: str) -> Engine:
    """The engine of this name, with its driver loaded; raises UnknownSource where either is missing."""
    require_engine(name)
    try:
        found: Engine = import_module(ENGINES[name]).ENGINE
    except ImportError as error:
        raise UnknownSource(
            T("The driver for {engine} is not installed ({reason}).", engine=name, reason=str(error)),
            remedy=T("Install the agent again from its bundle; it brings every driver along."),
        ) from error
    return found


def require_application(name: str) -> None:
    """Raise UnknownSource where there is no finance application of this name."""
    if name not in applications():
        raise _unknown(T("There is no finance application {name}.", name=repr(name[:40])), applications())


def require_engine(name: str) -> None:
    """Raise UnknownSource where there is no engine of this name; no driver is loaded."""
    if name in ENGINES:
        return
    problem = T("There is no database engine {name}.", name=repr(name[:40]))
    if (meant := _OTHER_NAMES.get(name.strip().lower())) is not None:
        raise UnknownSource(problem, remedy=T('Write "{name}".', name=meant))
    raise _unknown(problem, ENGINES)


def _source(access: Access, owners: frozenset[int] | None) -> Source:
    from connectors.source import read_source, shipped_source
    from connectors.trust import require_trusted

    if access.application == GENERIC:
        folder = _folder(access)
        require_trusted(folder, owners)
        return read_source(folder)
    require_application(access.application)
    return shipped_source(access.application)


def grants_script(access: Access) -> str:
    """The statements that make an account which may read what this source needs, and nothing else."""
    tables = list(_source(access, None).description.tables)
    return engine(access.engine).grants_script(access, tables)


def _folder(access: Access) -> Path:
    if not access.options.get("folder"):
        raise UnknownSource(
            T("The generic source has no folder with queries."),
            remedy=T("Name it as folder in [database.options] of agent.toml."),
        )
    return Path(access.options["folder"])


def _from_outside() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


def _unknown(problem: Text, known: Iterable[str]) -> UnknownSource:
    return UnknownSource(problem, remedy=T("Known are: {names}.", names=", ".join(known)))
