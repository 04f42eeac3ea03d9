"""Rows of sums from the database, gathered SKPD by SKPD under the keys that travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from connectors.control import BEGINNINGS
from connectors.interface import SourceContradicts
from connectors.normalise import GENERIC_BIDANG, Normaliser, as_text, rewritten, within_bidang
from connectors.session import Row
from contract.budget.findings import Finding
from contract.budget.line import KEY_FIELDS
from contract.budget.rupiah import Rupiah
from contract.text import T

Sums = dict[str, int]


@dataclass
class Tally:
    """What is counted while rows pass by."""

    rows: dict[str, int] = field(default_factory=dict)
    """Rows of the database behind the sums that were read, by query."""
    without_fund: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Rows and sen by text that stands where the code of a sumber dana should."""
    rewritten: set[tuple[str, str]] = field(default_factory=set)
    """Codes that were written otherwise, with what they became."""

    def findings(self) -> Iterator[Finding]:
        """Sumber dana that are no codes, the largest amounts first, and codes that were written otherwise."""
        largest = sorted(self.without_fund.items(), key=lambda item: (-item[1][1], item[0]))
        for text, (rows, sen) in largest:
            values = {"text": text[:100], "rows": str(rows), "nilai": str(Rupiah(sen))}
            yield Finding("sumber_dana_is_a_code", values=values)
        yield from rewritten(self.rewritten)


def by_skpd(query: str, rows: Iterable[Row], tally: Tally) -> Iterator[tuple[str, Sums]]:
    """The sums of one query, one SKPD at a time, in code order; raises SourceContradicts."""
    codes = Normaliser(BEGINNINGS[query])
    skpd = codes.by_kind["kode_skpd"]
    previous: str | None = None
    for kode, own in groupby(rows, lambda row: skpd[row[0]]):
        if previous is not None and kode <= previous:
            raise SourceContradicts(
                T("SKPD {kode_skpd} of {section} appears again after others.", kode_skpd=kode, section=query),
                remedy=T("Write its kode SKPD in one form in the finance database."),
            )
        previous = kode
        yield kode, _summed(query, own, codes, tally)
    tally.rewritten |= codes.changed()


def _summed(query: str, rows: Iterable[Row], codes: Normaliser, tally: Tally) -> Sums:
    key_of = _with_programme(codes) if query == "belanja" else _without_programme(codes)
    sums: Sums = {}
    count = 0
    for row in rows:
        key = key_of(row)
        # The fast road of an engine may write numbers as text.
        count += int(row[-2])
        sums[key] = sums.get(key, 0) + int(row[-1])
        if key.endswith("\t"):
            _note_fund(row, tally)
    if misfit := codes.misfit():
        raise _misshapen(query, *misfit, sums)
    tally.rows[query] = tally.rows.get(query, 0) + count
    return sums


def _with_programme(codes: Normaliser) -> Callable[[Row], str]:
    """How a row of belanja becomes its eight fields, TAB-joined."""
    skpd, unit, bidang, program, kegiatan, sub, rekening, dana = codes.by_kind.values()

    def key(row: Row) -> str:
        kode, own = skpd[row[0]], bidang[row[2]]
        programme = f"{program[row[3]]}\t{kegiatan[row[4]]}\t{sub[row[5]]}"
        if programme.startswith(GENERIC_BIDANG):
            programme = "\t".join(within_bidang(code, own) for code in programme.split("\t"))
        return f"{kode}\t{unit[row[1]] or kode}\t{own}\t{programme}\t{rekening[row[6]]}\t{dana[row[7]]}"

    return key


def _without_programme(codes: Normaliser) -> Callable[[Row], str]:
    """How a row of pendapatan or pembiayaan becomes its eight fields, TAB-joined."""
    skpd, unit, *_, rekening, dana = codes.by_kind.values()

    def key(row: Row) -> str:
        kode = skpd[row[0]]
        return f"{kode}\t{unit[row[1]] or kode}\t\t\t\t\t{rekening[row[2]]}\t{dana[row[3]]}"

    return key


def _note_fund(row: Row, tally: Tally) -> None:
    text = " ".join(as_text(row[-3]).split())
    if text:
        rows, sen = tally.without_fund.get(text, (0, 0))
        tally.without_fund[text] = rows + int(row[-2]), sen + int(row[-1])


def _misshapen(query: str, kind: str, code: str, sums: Sums) -> SourceContradicts:
    position = KEY_FIELDS.index(kind)
    sen = sum(amount for key, amount in sums.items() if key.split("\t")[position] == code)
    return SourceContradicts(
        T(
            "{section} holds {code} where a {kind} is expected, worth {nilai}.",
            section=query.capitalize(),
            code=repr(code[:60]),
            kind=kind,
            nilai=str(Rupiah(sen)),
        ),
        remedy=T("Complete the code of these rows in the finance application, or correct the query."),
    )
