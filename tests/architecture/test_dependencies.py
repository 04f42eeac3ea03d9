"""Each distribution asks for what its rooms import, and for nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOMS, ROOT, modules

ROOMS_OF = {"pyproject.toml": ("agent", "connectors", "contract"), "sikd/pyproject.toml": ("sikd",)}
# Loaded by name from another library, which has no import of ours to show for it.
LOADED_BY_NAME = {
    "oracledb": "SQLAlchemy's driver for Oracle",
    "psycopg": "SQLAlchemy's driver for PostgreSQL",
    "pymysql": "SQLAlchemy's driver for MySQL and MariaDB",
    "python-multipart": "how FastAPI reads a form",
    "sinergi": "the contract, which is a room of this checkout",
}
# A part of FastAPI that it hands on under its own name.
STARLETTE_IS_FASTAPI = {"starlette": "fastapi"}


def declared(project: str) -> set[str]:
    dependencies = tomllib.loads((ROOT / project).read_text())["project"]["dependencies"]
    return {re.split(r"[^\w.-]", dependency)[0].lower() for dependency in dependencies}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def needed(project: str) -> set[str]:
    names = {name for path in modules(*ROOMS_OF[project]) for name in imported(path)}
    foreign = names - set(sys.stdlib_module_names) - set(ROOMS)
    distributions = packages_distributions()
    found = {distributions[name][0].lower().replace("_", "-") for name in foreign}
    return {STARLETTE_IS_FASTAPI.get(name, name) for name in found}


@pytest.mark.parametrize("project", ROOMS_OF)
def test_what_is_imported_is_asked_for(project: str) -> None:
    missing = needed(project) - declared(project)

    assert missing == set()


@pytest.mark.parametrize("project", ROOMS_OF)
def test_what_is_asked_for_is_used(project: str) -> None:
    unused = declared(project) - needed(project) - LOADED_BY_NAME.keys()

    assert unused == set()
