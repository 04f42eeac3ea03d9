"""The settings that exist, section by section, each with the form that it must have."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agent.paths import RUN_DIR, STATE_DIR
from contract.budget.codes import has_shape
from contract.text import T, Text
from contract.wire.access import is_host
from contract.wire.cron import NotASchedule
from contract.wire.schedule import read_schedule

_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]")
_CREDENTIALS = "/run/credentials/"


class Wrong(ValueError):
    """A setting that cannot be: why, and what to write instead."""

    def __init__(self, why: Text, remedy: Text) -> None:
        super().__init__(str(why))
        self.why, self.remedy = why, remedy


def _rule(holds: Callable[[str], bool], why: Text, remedy: Text) -> AfterValidator:
    def check(value: str) -> str:
        if not holds(value):
            raise Wrong(why, remedy)
        return value

    return AfterValidator(check)


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, where nothing can listen in between."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        possible_port = parts.port is None or parts.port > 0
        return parts if is_host(parts.hostname or "") and possible_port else None
    except ValueError:
        return None


def _centre_url(url: str) -> str:
    example = T("Write an address like https://sikd.example or https://sikd.example:8443.")
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise Wrong(T("it is no web address"), example)
    if parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        raise Wrong(T("it has more than a host and a port"), example)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise Wrong(T("http:// is for this machine itself only"), T("Write https:// instead."))
    return url.rstrip("/")


def _proxy_url(url: str) -> str:
    parts, example = _parts(url), T("Write an address like http://proxy.example:3128.")
    if parts is None or parts.scheme not in {"http", "https"}:
        raise Wrong(T("it is no address of a proxy"), example)
    if parts.query or parts.fragment or parts.path.strip("/"):
        raise Wrong(T("it has more than a host and a port"), example)
    if parts.username or parts.password:
        raise Wrong(
            T("a password does not belong in this file"),
            T("Write the user name into `proxy_user` and run `sudo sinergi access set --proxy`."),
        )
    return url.rstrip("/")


def fingerprint(text: str) -> str:
    """A key's SHA-256 as 64 hexadecimal characters, however it was grouped; raises Wrong."""
    compact = "".join(text.replace(":", " ").split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", compact):
        raise Wrong(
            T("it is no fingerprint of 64 hexadecimal characters"),
            T(
                "Copy the fingerprint from the centre's page, or run `sudo sinergi enrol` with an"
                " install ticket."
            ),
        )
    return compact


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise Wrong(T("it is no date"), T("Write it like 2025-12-30.")) from error


def _schedule(line: str) -> str:
    try:
        read_schedule(line)
    except NotASchedule as error:
        raise Wrong(
            error.why, T('Write "daily", "every 6h", or five cron fields like "30 2 * * *".')
        ) from error
    return line


def _may_be_there(path: str) -> bool:
    """Whether a file is there, as far as this user can see; a credential is, while the service runs."""
    try:
        return path.startswith(_CREDENTIALS) or stat.S_ISREG(Path(path).stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


CaFile = Annotated[str, _rule(_may_be_there, T("there is no such file"), T("Correct the path."))]
KodePemda = Annotated[
    str,
    _rule(lambda kode: has_shape("kode_pemda", kode), T("it is no kode Pemda"), T("Write it like 11.10.")),
]
Hours = Annotated[
    str,
    _rule(
        lambda hours: _HOURS.fullmatch(hours) is not None,
        T("it is no span of hours"),
        T("Write it like 08:00-16:00."),
    ),
]


class _Section(BaseModel):
    # The value is hidden, because someone may have written a password where none belongs.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Centre(_Section):
    """[centre]: where the centre is, and by which key it is known."""

    url: Annotated[str, AfterValidator(_centre_url)]
    key: Annotated[str, AfterValidator(fingerprint)] | None = None
    """SHA-256 of the centre's public key in 64 hexadecimal characters."""
    ca_file: CaFile | None = None
    proxy: Annotated[str, AfterValidator(_proxy_url)] | None = None
    proxy_user: str = ""

    @property
    def way_out(self) -> str | None:
        """The proxy, if the way leads through it: plain HTTP never leaves this machine."""
        return self.proxy if self.url.startswith("https://") else None


class Apbd(_Section):
    """[apbd]: which budget is delivered, and which Perda enacted it."""

    tahun: int
    nomor_perda: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tanggal_perda: Annotated[date, BeforeValidator(_day)] | None = None
    kode_pemda: KodePemda | None = None
    """The Pemda that the operator expects to be mapped to; a check, never a claim."""

    @model_validator(mode="after")
    def _belongs_together(self) -> Apbd:
        if not 2020 <= self.tahun <= 2100:
            raise Wrong(T("tahun is no budget year"), T("Write the year of the APBD, for example 2026."))
        if (self.nomor_perda is None) != (self.tanggal_perda is None):
            raise Wrong(
                T("nomor_perda and tanggal_perda belong together"), T("Fill in both, or leave out both.")
            )
        return self


class Database(_Section):
    """[database]: the finance database; its password is in the vault."""

    application: Annotated[str, Field(min_length=1)]
    engine: Annotated[str, Field(min_length=1)]
    database: Annotated[str, Field(min_length=1)]
    host: str = ""
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    user: str = ""
    tls: Literal["disable", "prefer", "require", "verify"] = "prefer"
    options: Mapping[str, str] = Field(default_factory=dict)


def _allowed_host(host: str) -> str:
    if is_host(host.removeprefix("*.")):
        return host
    try:
        return str(ip_network(host))
    except ValueError as error:
        raise Wrong(
            T("it is no host and no network"),
            T("Write a host like db.example, *.example, 10.1.2.3 or 10.1.0.0/16."),
        ) from error


class Access(_Section):
    """[access]: which hosts an access from the centre may lead to without approval on this server."""

    allowed_hosts: tuple[Annotated[str, AfterValidator(_allowed_host)], ...] = Field(default=(), strict=False)


class Schedule(_Section):
    """[schedule]: when snapshots are taken, and when the database is to be left alone."""

    snapshot: Annotated[str, AfterValidator(_schedule)] | None = None
    """None follows what DJPK has set on Master SIKD, and is daily where it has set nothing."""
    quiet_hours: Hours | None = None


class Places(_Section):
    """[paths]: where state and run-time files are kept."""

    state_dir: str = str(STATE_DIR)
    run_dir: str = str(RUN_DIR)

    @model_validator(mode="after")
    def _absolute(self) -> Places:
        if not (Path(self.state_dir).is_absolute() and Path(self.run_dir).is_absolute()):
            raise Wrong(T("a path does not begin with /"), T("Write whole paths."))
        return self


class Log(_Section):
    """[log]: how much the agent says about its work."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(_Section):
    """[metrics]: numbers about the agent for a monitoring system."""

    textfile: (
        Annotated[
            str,
            _rule(
                lambda path: Path(path).is_absolute() and path.endswith(".prom"),
                T("it is no whole path of a .prom file"),
                T('Write it like "/run/sinergi/sinergi.prom".'),
            ),
        ]
        | None
    ) = None


class Config(_Section):
    """All of agent.toml; a section that is not there is None or holds its defaults."""

    file: Path
    centre: Centre | None = None
    apbd: Apbd | None = None
    database: Database | None = None
    access: Access = Access()
    schedule: Schedule = Schedule()
    paths: Places = Places()
    log: Log = Log()
    metrics: Metrics = Metrics()
