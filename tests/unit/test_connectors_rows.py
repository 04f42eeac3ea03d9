"""Rows of a database become the sums and names that travel, whatever form they were written in."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.control import Control
from connectors.interface import SourceContradicts, SourceFacts, Stage, TornRead, UnknownSource
from connectors.names import Names
from connectors.normalise import Codes, as_text, code_of_sumber_dana, plain
from connectors.queries import Queries
from connectors.reading import DatabaseReading
from connectors.session import Row, Session
from connectors.sums import Tally, by_skpd
from contract.budget.codes import has_shape
from contract.budget.findings import problem_of
from contract.budget.names import NameKind

DINAS = "1.01.0.00.0.00.01.0000"
KANTOR = "5.02.0.00.0.00.02.0000"
PROGRAMME = ("1.01", "1.01.02", "1.01.02.2.01", "1.01.02.2.01.0001")
BELANJA = "5.1.02.01.01.0024"
PENDAPATAN = "4.1.01.01.01.0001"


def belanja(kode_skpd: Any = DINAS, sen: int = 100, dana: Any = "1.1", **fields: Any) -> Row:
    programme = dict(zip(("bidang", "program", "kegiatan", "sub"), PROGRAMME, strict=True))
    programme |= {name: fields.pop(name) for name in list(fields) if name in programme}
    unit, rekening = fields.get("unit", kode_skpd), fields.get("rekening", BELANJA)
    return (kode_skpd, unit, *programme.values(), rekening, dana, 1, sen)


def summed(*rows: Row, tally: Tally | None = None) -> dict[str, dict[str, int]]:
    return dict(by_skpd("belanja", rows, tally or Tally()))


@pytest.mark.parametrize(
    "written",
    [
        "1-01.0-00.0-00.01",
        "1-01.0-00.0-00.01.0000",
        "1.01.0.00.0.00.01.00",
        " 1.01.0.00.0.00.01.0000 . ",
        b"1.01.0.00.0.00.01.0000",
    ],
)
def test_every_written_form_of_a_kode_skpd_becomes_one(written: str | bytes) -> None:
    assert list(summed(belanja(written))) == [DINAS]


def test_two_written_forms_of_one_skpd_are_summed() -> None:
    sums = summed(belanja("1-01.0-00.0-00.01", sen=1), belanja(DINAS, sen=2))

    assert sums == {DINAS: {"\t".join([DINAS, DINAS, *PROGRAMME, BELANJA, "1.1"]): 3}}


def test_an_skpd_that_reappears_is_refused() -> None:
    with pytest.raises(SourceContradicts, match=f"SKPD {DINAS} of belanja appears again"):
        summed(belanja(DINAS), belanja(KANTOR), belanja(DINAS))


def test_skpd_that_are_out_of_order_are_refused() -> None:
    with pytest.raises(SourceContradicts, match="appears again"):
        summed(belanja(KANTOR), belanja(DINAS))


def test_a_unit_that_is_not_named_is_the_skpd_itself() -> None:
    (key,) = summed(belanja(unit=None))[DINAS]

    assert key.split("\t")[1] == DINAS


def test_trailing_dots_and_spaces_are_stripped_and_said() -> None:
    tally = Tally()

    summed(belanja(rekening=f"{BELANJA}. ", program="1.01.02 "), tally=tally)

    (finding,) = tally.findings()
    assert finding.rule == "code_was_normalised"
    assert finding.values == {"rows": "2", "example": "'1.01.02 ' → 1.01.02"}


def test_a_supporting_programme_takes_the_bidang_that_its_row_names() -> None:
    row = belanja(bidang="5.02", program="X.XX.01", kegiatan="X.XX.01.2.01", sub="X.XX.01.2.01.0001")

    (key,) = summed(row)[DINAS]

    assert key.split("\t")[2:6] == ["5.02", "5.02.01", "5.02.01.2.01", "5.02.01.2.01.0001"]


def test_a_supporting_programme_without_a_bidang_stays_as_it_is() -> None:
    row = belanja(bidang="X.XX", program="X.XX.01", kegiatan="X.XX.01.2.01", sub="X.XX.01.2.01.0001")

    (key,) = summed(row)[DINAS]

    assert key.split("\t")[2:6] == ["X.XX", "X.XX.01", "X.XX.01.2.01", "X.XX.01.2.01.0001"]


@pytest.mark.parametrize("blank", [None, "", "  ", b" "])
def test_a_blank_sumber_dana_is_no_finding(blank: str | bytes | None) -> None:
    tally = Tally()

    (key,) = summed(belanja(dana=blank), tally=tally)[DINAS]

    assert key.endswith("\t")
    assert list(tally.findings()) == []


def test_a_sumber_dana_in_words_is_sent_empty_with_its_rows_and_amount() -> None:
    tally = Tally()

    summed(belanja(dana="DAK/PAD", sen=150), belanja(dana=b"DAK/PAD", sen=50), tally=tally)

    (finding,) = tally.findings()
    assert finding.values == {"text": "DAK/PAD", "rows": "2", "nilai": "Rp2"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"rekening": "5.1.02"}, "'5.1.02' where a kode_rekening"),
        ({"rekening": PENDAPATAN}, f"'{PENDAPATAN}' where a kode_rekening"),
        ({"rekening": None}, "'' where a kode_rekening"),
        ({"sub": ""}, "'' where a kode_sub_kegiatan"),
        ({"kode_skpd": "Dinas"}, "'Dinas' where a kode_skpd"),
        ({"program": "1.01.02\t1"}, "where a kode_program"),
    ],
)
def test_a_code_of_no_valid_shape_is_refused_with_its_amount(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SourceContradicts, match=r"Belanja holds .*worth Rp12,34") as refused:
        summed(belanja(sen=1234, **fields))

    assert complaint in str(refused.value.problem)


@given(st.text() | st.binary() | st.none() | st.integers())
def test_any_text_becomes_a_code_or_is_recognised_as_none(raw: Any) -> None:
    code = Codes(code_of_sumber_dana, bool)[raw]

    assert code == "" or has_shape("kode_sumber_dana", code)


@given(st.text(alphabet=" .\t1aé") | st.text())
def test_a_plain_code_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_bytes_of_old_windows_programs_become_their_text() -> None:
    assert as_text("Café".encode("cp1252")) == as_text("Café".encode()) == "Café"


def names(*rows: tuple[str, str, str, str, int]) -> Names:
    return Names(rows)


def test_a_name_loses_its_own_code_and_its_surplus_spaces() -> None:
    found = names(("program", "1.01", "1.01.02", "1.01.02  PROGRAM  PENGELOLAAN ", 1))

    assert [name.nama for name in found] == ["PROGRAM PENGELOLAAN"]
    assert [finding.rule for finding in found.findings()] == ["code_prefix_was_removed"]


def test_of_two_names_the_more_frequent_travels_and_the_other_is_said() -> None:
    found = names(("skpd", "", DINAS, "DINAS X", 1), ("skpd", "", DINAS, "Dinas X", 2))

    assert [name.nama for name in found] == ["Dinas X"]
    (finding,) = found.findings()
    assert finding.values == {
        "kind": "skpd", "kode": DINAS, "count": "2", "nama": "DINAS X", "nama_2": "Dinas X",
    }  # fmt: skip
    assert str(problem_of(finding)) == f'SKPD {DINAS} has 2 different names: "DINAS X", "Dinas X".'


def test_of_many_names_the_rarest_three_are_said() -> None:
    rows = [("bidang_urusan", "", "1.01", f"Nama {count}", count) for count in range(1, 6)]

    (finding,) = names(*rows).findings()

    said = 'bidang urusan 1.01 has 5 different names: "Nama 1", "Nama 2", "Nama 3" and others.'
    assert str(problem_of(finding)) == said


def test_between_equally_frequent_names_the_order_of_rows_does_not_decide() -> None:
    rows = [("skpd", "", DINAS, "B", 1), ("skpd", "", DINAS, "A", 1)]

    assert list(names(*rows)) == list(names(*reversed(rows)))


def test_a_name_of_no_code_is_left_out() -> None:
    assert list(names(("sumber_dana", "", "DAK/PAD", "Dana", 1), ("rekening", "", BELANJA, " ", 1))) == []


def test_a_supporting_programme_and_its_name_meet_under_one_code() -> None:
    (name,) = names(("program", "5.02", "X.XX.01", "X.XX.01 Program Penunjang", 1))

    assert name == (NameKind.PROGRAM, "5.02.01", "Program Penunjang")


def test_a_kind_of_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownSource, match=r"names\.sql returns the kind 'desa'"):
        names(("desa", "", DINAS, "Desa", 1))


def group(query: str, kelompok: Any, sen: int = 100, **more: int) -> dict[str, Any]:
    """One row of control totals."""
    return {"query": query, "kelompok": kelompok, "jumlah": 1, "sen": sen, "uneven": 0, "residue": 0, **more}


def test_control_totals_know_their_section_by_the_account() -> None:
    control = Control(
        [group("pembiayaan", "6.1", 700), group("pembiayaan", b"6.2", 300, uneven=1, residue=40)]
    )

    assert control.totals.penerimaan_pembiayaan.sen == 700
    assert control.totals.pengeluaran_pembiayaan.sen == 300
    assert [finding.values["residue"] for finding in control.findings()] == ["0.0040"]


@pytest.mark.parametrize(("query", "kelompok"), [("belanja", "4.1"), ("realisasi", "5.1")])
def test_accounts_of_another_section_are_refused(query: str, kelompok: str) -> None:
    with pytest.raises(SourceContradicts, match="accounts that begin with"):
        Control([group(query, kelompok)])


def test_rows_that_a_join_doubled_are_noticed() -> None:
    control = Control([group("belanja", "5.1", jumlah=10)])

    with pytest.raises(SourceContradicts, match="Belanja has 10 rows, but 20 were read"):
        control.require_every_row({"belanja": 20})


class TwoAnswers:
    """A session whose tables change between the first and the second time that they are read."""

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers)

    def named(self, sql: str, values: object, columns: object) -> list[dict[str, Any]]:
        return [group("belanja", "5.1")]

    def rows(self, sql: str, values: object = None) -> list[Row]:
        return [belanja(sen=self._answers.pop(0))] if "belanja" in sql else []


class NamedQueries:
    """Queries that are their own names."""

    def totals(self) -> str:
        return "totals"

    def sums(self, section: str) -> str:
        return section

    def checks(self) -> list[Any]:
        return []


def torn_reading(*answers: int) -> DatabaseReading:
    facts = SourceFacts("uji", "1", "mysql", "MySQL 5.5", Stage("m", "Murni", "uji"), torn_possible=True)
    session, queries = cast(Session, TwoAnswers(*answers)), cast(Queries, NamedQueries())
    return DatabaseReading(session, queries, facts, {"tahun": 2026}, [])


def test_unprotected_tables_that_agree_twice_are_handed_out() -> None:
    ((kode, sums),) = torn_reading(100, 100).skpd()

    assert (kode, sum(sums.values())) == (DINAS, 100)


def test_unprotected_tables_that_differ_the_second_time_are_refused() -> None:
    with pytest.raises(TornRead, match=DINAS):
        list(torn_reading(100, 101).skpd())
