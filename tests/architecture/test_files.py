"""Files stay small, say what they are, and name only what a reader may rely on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOMS, ROOT, kept_files, modules, packages

LONGEST = 300
# Spelt in two parts, so that this file passes its own test.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
REGISTRIES = re.compile("|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"]))
# These join the parts, and pass the time to them.
COMPOSITION_ROOTS = ("agent/cli/", "agent/service/daemon.py", "sikd/app.py", "sikd/cli/")
# Other people's code is kept as it came.
VENDORED = "vendor"


def texts() -> dict[Path, str]:
    own = [path for path in kept_files() if VENDORED not in path.parts]
    return {path: (ROOT / path).read_text(errors="replace") for path in own}


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


def calls(folder: str) -> set[tuple[Path, str]]:
    return {
        (path, ast.unparse(node.func))
        for path in modules(folder)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Call)
    }


def test_the_contract_opens_nothing() -> None:
    # `open` needs no import, so the import contract cannot see it.
    opened = {(path, call) for path, call in calls("contract") if call in {"open", "input", "print"}}

    assert opened == set()


@pytest.mark.parametrize("room", ROOMS)
def test_only_the_composition_roots_ask_a_clock(room: str) -> None:
    asked = {
        (path, call) for path, call in calls(room) if re.fullmatch(r".*\.(now|utcnow|today)|time\.time", call)
    }

    assert {
        (path, call) for path, call in asked if not path.as_posix().startswith(COMPOSITION_ROOTS)
    } == set()
