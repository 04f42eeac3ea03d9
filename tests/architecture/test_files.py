"""Files stay small, say what they are, and name only what a reader may rely on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOMS, ROOT, kept_files, modules, packages

LONGEST = 300
# Spelt in two parts, so that this file passes its own test.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
REGISTRIES = re.compile("|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"]))
# A developer keeps binary files and other people's code as they came.
AS_THEY_CAME = re.compile(r"/vendor(ed)?/|\.(mo|zst|png|ico|woff2?|pdf|xlsx)$")


def texts() -> dict[Path, str]:
    return {
        path: (ROOT / path).read_text() for path in kept_files() if not AS_THEY_CAME.search(path.as_posix())
    }


def test_no_module_is_too_long_to_read() -> None:
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in modules(*ROOMS)}

    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        path
        for path in modules(*ROOMS, "tests")
        if not ast.get_docstring(ast.parse((ROOT / path).read_text()))
    ]

    assert silent == []


@pytest.mark.parametrize("words", [UNFINISHED, REGISTRIES], ids=["unfinished work", "package registries"])
def test_no_file_speaks_of(words: re.Pattern[str]) -> None:
    found = {path: match[0] for path, text in texts().items() if (match := words.search(text))}

    assert found == {}


@pytest.mark.parametrize("folder", ["installer", "systemd"])
def test_a_folder_of_scripts_is_no_package(folder: str) -> None:
    # With an __init__.py these names would shadow distributions of the same name.
    assert list((ROOT / folder).rglob("__init__.py")) == []


def test_the_plan_of_the_house_names_every_room() -> None:
    plan = (ROOT / "ARCHITECTURE.md").read_text()

    unnamed = [package for package in packages() if not re.search(rf"\b{re.escape(package.name)}\b", plan)]

    assert unnamed == []


def test_the_contract_asks_no_clock_and_opens_no_file() -> None:
    # What import-linter cannot see: `datetime` is allowed as a type, and `open` needs no import.
    asked = {
        (path, call)
        for path in modules("contract")
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Call) and (call := ast.unparse(node.func))
        if re.fullmatch(r"open|input|print|.*\.(now|utcnow|today)", call)
    }

    assert asked == set()
