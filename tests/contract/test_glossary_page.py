"""docs/glossary.md explains every word that the budget and its states are written in."""

from __future__ import annotations

import re

import pytest

from contract.budget.codes import Section
from contract.budget.line import Line
from contract.budget.names import NameKind
from contract.budget.totals import Totals
from contract.wire.states import AccessState, NodeState, SnapshotState
from sikd.dbaccess import ACCESS_STATES
from sikd.web.words import NODE_STATES, SNAPSHOT_STATES, Label
from tests.architecture.checkout import ROOT
from tests.translations import DOMAINS

PAGE = (ROOT / "docs" / "glossary.md").read_text()
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")
]

POSTURE = [name for name, value in vars(Totals).items() if isinstance(value, property)]
TERMS = [
    *Line._fields,
    *Section,
    *POSTURE,
    *(f"kode_{kind}" for kind in NameKind),
    "kode_pemda",
    "kode_satker",
]


def explained(word: str) -> bool:
    return any(f"`{word}`" in row[1] and row[2] for row in ROWS)


@pytest.mark.parametrize(
    "word", sorted(set(TERMS) | {"kode_bps", "kode_data", "tahun_anggaran", "perda", "tahapan"})
)
def test_every_word_of_the_budget_is_explained(word: str) -> None:
    assert explained(word)


@pytest.mark.parametrize("state", [*NodeState, *SnapshotState, *AccessState])
def test_every_state_has_a_word_that_people_read(state: str) -> None:
    assert explained(state)


LABELS = [*NODE_STATES.items(), *SNAPSHOT_STATES.items(), *ACCESS_STATES.items()]


@pytest.mark.parametrize(("state", "label"), LABELS, ids=lambda value: str(getattr(value, "text", value)))
def test_a_state_is_called_what_the_pages_call_it(state: str, label: Label) -> None:
    (sikd,) = (domain for domain in DOMAINS if domain.name == "sikd")
    answer = sikd.answered().get(label.text.msgid)

    assert answer is not None
    assert any(row[:2] == [answer.string, f"`{state}`"] for row in ROWS)


def test_every_term_says_where_it_comes_from() -> None:
    sources = set(re.findall(r"^- \*\*(\w+)\*\*:", PAGE, re.MULTILINE))

    unknown = [row for row in ROWS if len(row) == 4 and row[3] not in sources | {"source"}]

    assert unknown == []
