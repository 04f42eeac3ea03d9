"""Rows of sums from the database, gathered SKPD by SKPD under the keys that travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from connectors.control import BEGINNINGS
from connectors.interface import SourceContradicts
from connectors.normalise import GENERIC_BIDANG, Normaliser, as_text, within_bidang
from connectors.session import Row
from contract.budget.codes import has_shape
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

    def findings(self) -> Iterator[Finding]:
        """Sumber dana that are no codes, the largest amounts first."""
        largest = sorted(self.without_fund.items(), key=lambda item: (-item[1][1], item[0]))
        for text, (rows, sen) in largest:
            values = {"text": text[:100], "rows": str(rows), "nilai": str(Rupiah(sen))}
            yield Finding("sumber_dana_is_a_code", values=values)


def by_skpd(section: str, rows: Iterable[Row], codes: Normaliser, tally: Tally) -> Iterator[tuple[str, Sums]]:
    """The sums of one query, one SKPD at a time, in code order; raises SourceContradicts."""
    skpd = codes.skpd
    previous: str | None = None
    for kode, own in groupby(rows, lambda row: skpd[row[0]]):
        if previous is not None and kode <= previous:
            raise SourceContradicts(
                T(
                    "SKPD {kode_skpd} of {section} appears again after others.",
                    kode_skpd=kode,
                    section=section,
                ),
                remedy=T("Write its kode SKPD in one form in the finance database."),
            )
        previous = kode
        yield kode, _summed(section, own, codes, tally)


def _summed(section: str, rows: Iterable[Row], codes: Normaliser, tally: Tally) -> Sums:
    sums: Sums = {}
    count = 0
    for row in rows:
        key = _key(row, codes)
        # The fast road of an engine may write numbers as text.
        count += int(row[-2])
        sums[key] = sums.get(key, 0) + int(row[-1])
        if key.endswith("\t"):
            _note_fund(row, tally)
    _require_shapes(section, sums)
    tally.rows[section] = tally.rows.get(section, 0) + count
    return sums


def _key(row: Row, codes: Normaliser) -> str:
    """The eight fields of a row, TAB-joined; a unit that is not named is the SKPD itself."""
    kode_skpd = codes.skpd[row[0]]
    unit = codes.unit[row[1]] or kode_skpd
    rekening, dana = codes.rekening[row[-4]], codes.sumber_dana[row[-3]]
    if len(row) == 6:
        return f"{kode_skpd}\t{unit}\t\t\t\t\t{rekening}\t{dana}"
    plain = codes.programme
    bidang, program, kegiatan, sub = plain[row[2]], plain[row[3]], plain[row[4]], plain[row[5]]
    if program.startswith(GENERIC_BIDANG):
        program, kegiatan, sub = (within_bidang(code, bidang) for code in (program, kegiatan, sub))
    return f"{kode_skpd}\t{unit}\t{bidang}\t{program}\t{kegiatan}\t{sub}\t{rekening}\t{dana}"


def _note_fund(row: Row, tally: Tally) -> None:
    text = " ".join(as_text(row[-3]).split())
    if text:
        rows, sen = tally.without_fund.get(text, (0, 0))
        tally.without_fund[text] = rows + int(row[-2]), sen + int(row[-1])


def _require_shapes(section: str, sums: Sums) -> None:
    """Each field of each key has the shape of its kind; a field is looked at once for all its keys."""
    fields = [set(column) for column in zip(*(key.split("\t") for key in sums), strict=True)]
    for kind, values in zip(KEY_FIELDS, fields, strict=True):
        for code in sorted(values):
            if not _fits(section, kind, code):
                raise _misshapen(section, kind, code, sums)


def _fits(section: str, kind: str, code: str) -> bool:
    if kind == "kode_sumber_dana":
        return True
    if kind == "kode_rekening" and not code.startswith(BEGINNINGS[section]):
        return False
    if not code and section != "belanja":
        return kind not in ("kode_skpd", "kode_unit_skpd", "kode_rekening")
    return has_shape(kind, code)


def _misshapen(section: str, kind: str, code: str, sums: Sums) -> SourceContradicts:
    position = KEY_FIELDS.index(kind)
    sen = sum(amount for key, amount in sums.items() if key.split("\t")[position] == code)
    return SourceContradicts(
        T(
            "{section} holds {code} where a {kind} is expected, worth {nilai}.",
            section=section.capitalize(),
            code=repr(code[:60]),
            kind=kind,
            nilai=str(Rupiah(sen)),
        ),
        remedy=T("Complete the code of these rows in the finance application, or correct the query."),
    )
