"""Leaving secrets out: of a file only what is known to be harmless is shown; then every secret is looked for.

No rule here trusts that a secret is where it belongs: people write passwords into comments and drop-ins.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from agent.settings import Config

REMOVED = "(removed)"
_NOT_SHOWN = "(not shown)"
_SHORTEST, _LENGTH_OF_A_KEY = 4, 40
_SHOWN_OPTIONS = {"folder", "id_jadwal", "named_by"}
_NAMED = re.compile(r"(?i)(pass\w*|sandi|secret|rahasia|token|credential)(\s*[=:]\s*)\S+")
_IN_AN_ADDRESS = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^/\s@]+@")
_SHOWN_DIRECTIVES = re.compile(r"^\s*(?:\[[A-Za-z]+\]|[A-Z][A-Za-z]+=)")
_HIDDEN_DIRECTIVES = re.compile(r"^\s*(?:Environment|PassEnvironment|SetCredential\w*|Exec\w+)=")
_OWN_DIRECTIVES = {"Environment=MALLOC_ARENA_MAX=2", "ExecReload=/bin/kill -HUP $MAINPID"}
_OWN_PROGRAM = re.compile(r"^ExecStart=\S*/sinergi run$")


def settings(text: str) -> dict[str, Any]:
    """agent.toml by the settings that exist; comments and unknown names are left out. Raises ValueError."""
    tables = tomllib.loads(text)
    sections = {name: found for name, found in tables.items() if isinstance(found, dict)}
    return {
        section: _section(section, found, _known(section))
        for section, found in sorted(sections.items())
        if section in Config.model_fields
    }


def unit_file(text: str) -> str:
    """A unit of systemd by its directives; what may carry a secret is named and not shown."""
    # What goes on in a next line belongs to its first, which has said what may be shown of it.
    whole = re.sub(r"\\\n\s*", "", text)
    return "".join(f"{line}\n" for line in map(_directive, whole.splitlines()) if line)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text without any of these secrets, and without what is called a password."""
    for secret in sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True):
        for spelt in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
            text = text.replace(spelt, REMOVED)
    return _IN_AN_ADDRESS.sub(rf"\1{REMOVED}@", _NAMED.sub(rf"\1\2{REMOVED}", text))


def needles(records: Iterable[str]) -> Iterator[str]:
    """What to look for, given the records of a vault: passwords, keys and tickets, also inside documents."""
    for record in records:
        yield record
        yield from (part for part in record.split() if len(part) >= _LENGTH_OF_A_KEY)
        with suppress(ValueError):
            yield from _passwords(json.loads(record))


def _known(section: str) -> set[str]:
    """The settings that a section may have."""
    annotation = Config.model_fields[section].annotation
    for choice in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return set(choice.model_fields)
    return set()


def _section(name: str, found: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {key: _value(name, key, value) for key, value in sorted(found.items()) if key in known}


def _value(section: str, key: str, value: Any) -> Any:
    if (section, key) == ("database", "options") and isinstance(value, dict):
        return {
            name: shown if name in _SHOWN_OPTIONS else _NOT_SHOWN for name, shown in sorted(value.items())
        }
    if isinstance(value, str) and "://" in value:
        return _address(value)
    return value if isinstance(value, bool | int | str | list) else str(value)


def _address(value: str) -> str:
    """Scheme, host and port of a web address, and nothing else."""
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _NOT_SHOWN
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _directive(line: str) -> str:
    if line.strip() in _OWN_DIRECTIVES or _OWN_PROGRAM.match(line.strip()):
        return line
    if _HIDDEN_DIRECTIVES.match(line):
        return f"{line.partition('=')[0]}={_NOT_SHOWN}"
    return line if _SHOWN_DIRECTIVES.match(line) else ""


def _passwords(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            if "password" in name and isinstance(value, str):
                yield value
            yield from _passwords(value)
    elif isinstance(found, list):
        for value in found:
            yield from _passwords(value)
