"""docs/wire-format.md says all that the code does, and its commands do what it says."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest

import contract
from contract.budget.codes import shape
from contract.budget.line import KEY_FIELDS
from contract.budget.names import NameKind
from contract.errors import ExplainedError
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.documents import Document
from contract.wire.states import ACCESS_STEPS, NODE_STEPS, SNAPSHOT_STEPS
from tests.architecture.checkout import ROOT
from tests.contract.make_vectors import HOME
from tests.contract.samples import EDUCATION, ENCODED, FRAMES

PAGE = (ROOT / "docs" / "wire-format.md").read_text()
WORDS = set(re.findall(r"`([^`\n]+)`", PAGE))


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(contract.__path__, "contract.")
    return [importlib.import_module(module.name) for module in found]


def said(word: str) -> bool:
    """Whether the page has the word by itself, in code letters."""
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code) for code in WORDS)


def kinds(root: type[Document]) -> Iterator[type[Document]]:
    for child in root.__subclasses__():
        if child.__module__.startswith("contract."):
            yield child
            yield from kinds(child)


def own_errors(root: type[ExplainedError]) -> Iterator[type[ExplainedError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == "contract.errors":
            yield from own_errors(child)


FIELDS = sorted(
    {
        (kind.__name__, field.alias or name)
        for kind in kinds(Document)
        for name, field in kind.model_fields.items()
    }
)
LIMITS = sorted(
    {
        (name, value)
        for module in modules()
        for name, value in vars(module).items()
        if name.startswith("MAX_") or name == "NONCE_MEMORY"
    },
    key=str,
)
VALUES = sorted(
    {
        str(value)
        for module in modules()
        if module.__name__.startswith("contract.wire")
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and not kind.__name__.endswith("Event")
        for value in kind
    }
)


@pytest.mark.parametrize(("document", "field"), FIELDS)
def test_every_field_of_every_document_is_on_the_page(document: str, field: str) -> None:
    assert said(field), f"{document}.{field}"


@pytest.mark.parametrize("kind", list(kinds(Document)), ids=lambda kind: kind.__name__)
def test_every_schema_is_on_the_page(kind: type[Document]) -> None:
    schema = kind.model_fields.get("schema_")

    assert schema is None or said(schema.default)


@pytest.mark.parametrize("error", list(own_errors(ExplainedError)), ids=lambda error: error.slug)
def test_every_problem_is_on_the_page_with_its_code_and_status(error: type[ExplainedError]) -> None:
    row = f"| `{error.slug}` | {error.code} | {error.status} | "
    helps = re.search(re.escape(row) + r"[^|]*\| (\w*)", PAGE)

    assert helps, row
    assert error.retry_helps == (helps[1] in {"yes", "later"})


@pytest.mark.parametrize(("name", "value"), LIMITS)
def test_every_limit_is_on_the_page(name: str, value: int | timedelta) -> None:
    written = f"{value // timedelta(minutes=1)} minutes" if isinstance(value, timedelta) else f"{value:,}"

    assert re.search(rf"^\|.*(?<![\d,]){written}(?![\d,])", PAGE.split("## 11. Limits")[1], re.MULTILINE), (
        name
    )


@pytest.mark.parametrize("value", VALUES)
def test_every_state_and_kind_is_on_the_page(value: str) -> None:
    assert said(value)


@pytest.mark.parametrize("kind", [*KEY_FIELDS, *(f"kode_{name}" for name in NameKind), "kode_pemda"])
def test_every_shape_is_on_the_page(kind: str) -> None:
    written = shape(kind).replace("|", r"\|")

    assert written in PAGE or f"as `{kind.replace('unit_', '')}`" in PAGE


@pytest.mark.parametrize("name", [name for name in vars(envelope) if name.endswith("_TYPE")])
def test_every_payload_type_is_on_the_page(name: str) -> None:
    assert said(getattr(envelope, name))


def steps_on_the_page(heading: str) -> set[tuple[str, str]]:
    """(from, to) as the table after a heading sentence has them."""
    table = PAGE.split(heading)[1].split("\n\n")[1]
    rows = [row.split("|")[1:3] for row in table.splitlines()[2:]]
    named = [[re.findall(r"`(\w+)`", cell) for cell in row] for row in rows]
    return {pair for starts, ends in named for pair in product(starts, ends)}


def test_the_steps_of_a_node_are_on_the_page() -> None:
    assert steps_on_the_page("States of a node") == {(start, end) for (start, _), end in NODE_STEPS.items()}


def test_the_steps_of_an_access_are_on_the_page() -> None:
    steps = {(start, end) for (start, _), end in ACCESS_STEPS.items()}

    assert steps_on_the_page("States of an access") == steps


def test_the_steps_of_a_snapshot_are_on_the_page() -> None:
    steps = {(start, end) for (start, _), end in SNAPSHOT_STEPS.items()}

    assert steps_on_the_page("States of a snapshot") == steps


def test_the_headers_of_a_signed_request_are_those_of_the_vector() -> None:
    request = json.loads((HOME / "requests.json").read_bytes())[0]
    shown = re.search(r"Signature-Input: (.*)", PAGE)
    assert shown

    names = re.findall(r'"[^"…]*"|\w+=', shown[1].replace("sikd1…", "").replace("…", ""))
    signed = re.sub(r'(keyid|nonce)="[^"]*"', r'\1=""', request["headers"]["signature-input"])

    assert names == re.findall(r'"[^"…]*"|\w+=', signed)


# What an auditor types


def auditors_commands() -> list[str]:
    block = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert block
    return re.sub(r"\n    ", " ", block[1]).splitlines()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what an auditor was given."""
    (tmp_path / "manifest.json").write_bytes((HOME / "manifest.json").read_bytes())
    for place, frame in enumerate(FRAMES.values()):
        (tmp_path / f"{place}.tsv.zst").write_bytes(frame)
    return tmp_path


def typed(desk: Path, commands: list[str]) -> list[str]:
    """The output of each command, one after another in one folder."""
    path = {"PATH": "/usr/bin:/bin"}
    done = [
        subprocess.run(["sh", "-c", each], cwd=desk, env=path, capture_output=True, text=True, check=True)
        for each in commands
    ]
    return [result.stdout.strip() for result in done]


def test_an_auditor_finds_what_the_manifest_states(desk: Path) -> None:
    entry = json.loads((HOME / "manifest.json").read_bytes())["segments"][1]
    said_ids = json.loads((HOME / "ids.json").read_bytes())

    snapshot, frame, _, plain, counted, order, keys, owner, sums = typed(desk, auditors_commands())

    assert snapshot.split()[0] == said_ids["snapshot_id"]
    assert frame.split()[0] == entry["frame_sha256"]
    assert plain.split()[0] == entry["sha256"] == sha256_hex(ENCODED[EDUCATION].plain)
    assert [int(number) for number in counted.split()] == [entry["lines"], entry["bytes"]]
    assert (order, keys, owner) == ("", "", "")
    assert sums == f"5 {entry['totals']['belanja'].replace('.', '')}"


@pytest.mark.parametrize("order", [[1, 0, 2], [0, 0, 1, 2]], ids=["unsorted", "twice"])
def test_an_auditor_sees_lines_that_are_not_canonical(desk: Path, order: list[int]) -> None:
    rows = ENCODED[EDUCATION].plain.splitlines(keepends=True)
    (desk / "1.tsv").write_bytes(b"".join(rows[place] for place in order))
    command = next(command for command in auditors_commands() if "sort -c" in command)

    with pytest.raises(subprocess.CalledProcessError):
        typed(desk, [command])
