"""What the operator has set in agent.toml; a mistake is one error: file, setting, reason and remedy.

No password ever stands in this file: it would be in every backup of /etc.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from agent import system_words
from agent.errors import ConfigError
from agent.settings import Apbd, Centre, Config, Database, Places, Wrong
from contract.text import T, Text

_MODELS: Mapping[str, type[BaseModel]] = {
    "centre": Centre,
    "apbd": Apbd,
    "database": Database,
    "paths": Places,
}
_KINDS = {
    "missing": T("it is missing"),
    "string_too_short": T("it is empty"),
    "less_than_equal": T("it is too large"),
    "greater_than_equal": T("it is too small"),
    "string_type": T("it must be a text in quotation marks"),
    "int_type": T("it must be a whole number without quotation marks"),
    "bool_type": T("it must be true or false"),
    "model_type": T("it must be a section in square brackets"),
    "dict_type": T("it must be a table of texts"),
}


def load(path: Path) -> Config:
    """The settings of this file; raises ConfigError for the first mistake in it."""
    tables = _tables(path)
    if "file" in tables:
        raise _unknown(path, "file")
    try:
        return Config(file=path, **tables)
    except ValidationError as error:
        raise _explained(path, error) from error


def wrong_in(section: str, settings: Mapping[str, object], name: str, *, alone: bool) -> Wrong | None:
    """What is wrong with one setting, or (if not `alone`) between it and the others that are there."""
    places = {(name,)} if alone else {(name,), ()}
    try:
        _MODELS[section].model_validate(settings)
    except ValidationError as error:
        for mistake in error.errors(include_input=False, include_url=False):
            if mistake["loc"] in places:
                return _reason(mistake)
    return None


def required_centre(config: Config) -> Centre:
    """The section [centre]; raises ConfigError where it is not filled in."""
    if config.centre is None:
        raise _absent(config, "centre")
    return config.centre


def required_apbd(config: Config) -> Apbd:
    """The section [apbd]; raises ConfigError where it is not filled in."""
    if config.apbd is None:
        raise _absent(config, "apbd")
    return config.apbd


def required_database(config: Config) -> Database:
    """The section [database]; raises ConfigError where it is not filled in."""
    if config.database is None:
        raise _absent(config, "database")
    return config.database


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            T("There is no settings file {file}.", file=path),
            remedy=T("Run `sudo sinergi init`, or name the file in SINERGI_CONFIG."),
        ) from error
    except OSError as error:
        raise ConfigError(
            T("{file} cannot be read: {why}.", file=path, why=system_words.why(error)),
            remedy=T("Run this command with sudo, or correct the owner of the file."),
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            T("{file} is not a UTF-8 text.", file=path), remedy=T("Save the file as UTF-8.")
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            _no_toml(path, error),
            remedy=T("Correct this line; texts stand in quotation marks, sections in square brackets."),
        ) from error


def _no_toml(path: Path, error: tomllib.TOMLDecodeError) -> Text:
    # The library's reason is in English, and ends with the place.
    if place := re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error), re.DOTALL):
        return T("{file} is not valid TOML in line {line} ({why}).", file=path, line=place[2], why=place[1])
    return T("{file} is not valid TOML ({why}).", file=path, why=error)


def _explained(path: Path, error: ValidationError) -> ConfigError:
    # The input is left out: someone may have written a password where none belongs.
    mistakes = error.errors(include_input=False, include_url=False)
    # A misspelt setting is also a missing one; its spelling is the mistake to show.
    first = min(mistakes, key=lambda mistake: mistake["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _unknown(path, key)
    found = _reason(first)
    problem = T("{file}: {key}: {why}.", file=path, key=key, why=found.why)
    return ConfigError(problem, remedy=found.remedy, key=key)


def _reason(mistake: Mapping[str, Any]) -> Wrong:
    cause = mistake.get("ctx", {}).get("error")
    if isinstance(cause, Wrong):
        return cause
    why = _KINDS.get(mistake["type"], T("it is not accepted ({detail})", detail=mistake["msg"]))
    return Wrong(why, T("Correct this setting; `agent.toml.example` shows a right one."))


def _unknown(path: Path, key: str) -> ConfigError:
    *sections, name = key.split(".")
    if "pass" in name.lower() or "sandi" in name.lower():
        return ConfigError(
            T("{file}: {key}: a password does not belong in this file.", file=path, key=key),
            remedy=T("Remove the line, change the password, and run `sudo sinergi access set`."),
            key=key,
        )
    close = difflib.get_close_matches(name, _known(sections), n=1)
    remedy = T("Write `{close}`.", close=close[0]) if close else T("Remove this line.")
    return ConfigError(
        T("{file}: {key}: there is no such setting.", file=path, key=key), remedy=remedy, key=key
    )


def _known(sections: list[str]) -> list[str]:
    """The settings that exist in a section, or the sections themselves."""
    model: type[BaseModel] = Config
    for section in sections:
        for choice in (model.model_fields[section].annotation, *_choices(model, section)):
            if isinstance(choice, type) and issubclass(choice, BaseModel):
                model = choice
    return [name for name in model.model_fields if name != "file"]


def _choices(model: type[BaseModel], section: str) -> tuple[Any, ...]:
    return getattr(model.model_fields[section].annotation, "__args__", ())


def _absent(config: Config, section: str) -> ConfigError:
    return ConfigError(
        T("{file}: the section [{section}] is not filled in.", file=config.file, section=section),
        remedy=T("Run `sudo sinergi init --force`, or fill in the section as `agent.toml.example` shows."),
        key=section,
    )
