"""The centre's settings: from `sikd.toml`, the environment and the command line, the latter winning."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from contract.text import T
from sikd.errors import BadSettings

DEFAULT_FILE = Path("/etc/sikd/sikd.toml")
DEFAULT_DATA = Path("/var/lib/sikd")
_ENVIRONMENT = {
    "SIKD_DATA_DIR": "data_dir",
    "SIKD_DATABASE_URL": "database_url",
    "SIKD_PUBLIC_URL": "public_url",
    "SIKD_SAMPLE": "sample",
}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseModel):
    """Where the centre keeps things, and under which address nodes and people reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = DEFAULT_DATA
    database_url: str = ""
    key_file: Path | None = None
    public_url: str = ""
    sample: bool = False
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses and networks of the proxies that are believed when they say for whom they ask."""

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise ValueError("write addresses or networks like 192.0.2.10 or 192.0.2.0/24") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        try:
            known = not value or make_url(value).get_backend_name() in {"sqlite", "postgresql"}
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("write sqlite:///FILE or postgresql://USER@HOST/DATABASE")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value:
            return value
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write an address like https://sikd.example.go.id")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("plain HTTP is for this machine alone; let a proxy with TLS stand in front")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _data_is_one_folder(self) -> Self:
        if not self.data_dir.is_absolute():
            raise ValueError("data_dir is an absolute path")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database; a file in the data folder where nothing else is said."""
        return self.database_url or f"sqlite:///{self.data_dir / 'sikd.db'}"

    @property
    def centre_key(self) -> Path:
        """The file of the centre's private key."""
        return self.key_file or self.data_dir / "centre-key.pem"


def load(
    file: Path | None, environment: Mapping[str, str] = os.environ, *, given: Mapping[str, str | None]
) -> Settings:
    """The settings; raises BadSettings that names the file or the setting, and what is wrong with it."""
    named = file or (Path(environment["SIKD_CONFIG"]) if environment.get("SIKD_CONFIG") else None)
    values = _read(named or DEFAULT_FILE, required=named is not None)
    values |= {name: environment[key] for key, name in _ENVIRONMENT.items() if environment.get(key)}
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "sikd.toml"
        raise BadSettings(
            T(
                "Setting {name} is not usable: {why}.",
                name=where,
                why=first["msg"].removeprefix("Value error, "),
            ),
            remedy=T(
                "Correct it in {file}, in the environment or on the command line.", file=named or DEFAULT_FILE
            ),
        ) from error


def is_loopback(host: str) -> bool:
    """Whether an address to listen on reaches this machine alone."""
    return host in _LOOPBACK


def _read(file: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if not required:
            return {}
        why = error.strerror
    except OSError as error:
        why = error.strerror
    except ValueError as error:
        why = str(error)
    raise BadSettings(
        T("The settings in {file} cannot be read: {why}.", file=file, why=why),
        remedy=T("Correct the file, or name another with --config."),
    )
