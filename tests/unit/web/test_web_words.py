"""Dates, amounts, languages and bars, as pages write and draw them."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sikd
from contract.budget.codes import Section
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.wire.states import NodeState, SnapshotState
from sikd.accounts import ROLE_NAMES, Role
from sikd.web.chart import WIDTH, posture_chart, short_amount
from sikd.web.dates import day_in_words, moment_in_words
from sikd.web.i18n import Language, preferred, say
from sikd.web.rendering import with_code
from sikd.web.words import ACTS, NODE_STATES, SECTIONS, SNAPSHOT_STATES, act_in_words

EVENING = datetime(2026, 1, 31, 16, 59, tzinfo=UTC)
AMOUNTS = st.integers(0, 10**17).map(Rupiah)


def test_a_moment_is_told_in_the_time_of_jakarta() -> None:
    assert say(moment_in_words(EVENING), Language.ID) == "31 Januari 2026 pukul 23.59 WIB"
    assert say(moment_in_words(EVENING), Language.EN) == "31 January 2026, 23:59 WIB"


def test_a_day_is_written_in_words() -> None:
    assert say(day_in_words(date(2025, 12, 22)), Language.ID) == "22 Desember 2025"


@pytest.mark.parametrize(
    ("sen", "text"),
    [
        (239_025_696_900_000, "Rp2,39 triliun"),
        (2_850_000_000_000, "Rp28,50 miliar"),
        (-100_000_000_000, "-Rp1 miliar"),
        (123_456_700, "Rp1,23 juta"),
        (99_950, "Rp999,50"),
        (0, "Rp0"),
    ],
)
def test_an_amount_in_few_characters(sen: int, text: str) -> None:
    assert say(short_amount(Rupiah(sen)), Language.ID) == text


@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS).map(lambda four: Totals(*four)))
def test_bars_are_of_one_scale_and_stay_inside_the_drawing(totals: Totals) -> None:
    chart = posture_chart(totals)

    for bar in (chart.sources, chart.uses):
        assert bar.total == Rupiah(sum(piece.amount.sen for piece in bar.pieces))
        assert all(piece.x + piece.width <= WIDTH + 0.2 for piece in bar.pieces)
    if totals.silpa == Rupiah(0):
        ends = {round(sum(piece.width for piece in bar.pieces)) for bar in (chart.sources, chart.uses)}
        assert max(ends) - min(ends) <= 1


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", Language.ID),
        ("en", Language.EN),
        ("id-ID,id;q=0.9,en;q=0.8", Language.ID),
        ("fr;q=1,en;q=0.3", Language.EN),
        ("en;q=0", Language.ID),
        ("en;q=x,;;;", Language.ID),
    ],
)
def test_the_language_is_the_browsers_wish_where_there_is_one(wish: str, language: Language) -> None:
    assert preferred(wish) is language


@given(st.text())
def test_any_wish_is_answered_with_a_language(wish: str) -> None:
    assert preferred(wish) in Language


def test_commands_in_a_sentence_are_shown_as_such_and_nothing_else_is() -> None:
    assert (
        with_code("Run `sinergi status` <now>.")
        == 'Run <code class="code">sinergi status</code> &lt;now&gt;.'
    )
    assert with_code("one ` alone") == "one ` alone"


def test_every_state_section_and_role_has_words() -> None:
    assert set(NODE_STATES) == set(NodeState)
    assert set(SNAPSHOT_STATES) == set(SnapshotState)
    assert set(SECTIONS) == set(Section)
    assert set(ROLE_NAMES) == set(Role)


def test_every_act_that_the_centre_writes_down_has_words() -> None:
    written = {
        node.args[2].value
        for path in Path(sikd.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"append", "audit.append"}
        if len(node.args) > 2 and isinstance(node.args[2], ast.Constant)
    }

    assert {act for act in written if act not in ACTS} == set()
    assert say(act_in_words("something_new"), Language.ID) == "something new"
