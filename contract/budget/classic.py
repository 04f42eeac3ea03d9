"""A budget as the old ADK programs wrote it: the CSV of 26 fields that Pemda handed in until 2021.

The shape is that of a public program of a Pemda, not of an official specification (docs/wire-format.md §15).
It cannot quote, so a `;` in a name becomes a `,`. It is for people and old programs: what counts is signed.
"""

from __future__ import annotations

from contract.budget.accounts import ACCOUNT_NAMES
from contract.budget.line import Line
from contract.budget.names import NameKind
from contract.budget.segment import read_lines, read_names

FIELDS = (
    "TAHUN",
    *("kodeUrusanProgram", "namaUrusanProgram", "kodeUrusanPelaksana", "namaUrusanPelaksana"),
    *("kodeSKPD", "namaSKPD", "kodeProgram", "namaProgram", "kodeKegiatan", "namaKegiatan"),
    *("kodeFungsi", "namaFungsi"),
    *("kodeAkunUtama", "namaAkunUtama", "kodeAkunKelompok", "namaAkunKelompok"),
    *("kodeAkunJenis", "namaAkunJenis", "kodeAkunObjek", "namaAkunObjek"),
    *("kodeAkunRincian", "namaAkunRincian", "kodeAkunSub", "namaAkunSub", "nilaiAnggaran"),
)
"""The fields in order; the file itself has no header."""
_NO_PROGRAM = ("000", "Non Program", "000000", "Non Kegiatan")
# bidang urusan, program, kegiatan, rekening: what is left of a line's key
_Key = tuple[str, str, str, str]


class ClassicCsv:
    """The rows of a budget, one SKPD at a time."""

    def __init__(self, tahun: int, names: bytes) -> None:
        """Begin with the judged names segment."""
        self._tahun = str(tahun)
        self._names: dict[tuple[NameKind, str], str] = {}
        for kind, kode, nama in read_names(names):
            # Of two names of one code the first in canonical order: any one, but always the same.
            self._names.setdefault((kind, kode), nama.replace(";", ","))

    def rows(self, plain: bytes) -> bytes:
        """The rows of an SKPD's judged lines; lines that differ in fields without a column are summed."""
        sums: dict[_Key, int] = {}
        skpd = ""
        for line in read_lines(plain):
            skpd = line.kode_skpd
            key = _key(line)
            sums[key] = sums.get(key, 0) + line.nilai_anggaran.sen
        return "".join(f"{self._row(skpd, key, sums[key])}\n" for key in sorted(sums)).encode()

    def _row(self, skpd: str, key: _Key, sen: int) -> str:
        urusan, program, kegiatan, rekening = key
        own = skpd[:4]
        urusan = urusan or own
        fields = [self._tahun, urusan, self._name(NameKind.BIDANG_URUSAN, urusan)]
        fields += [own, self._name(NameKind.BIDANG_URUSAN, own)]
        fields += [skpd[15:17] + "00", self._name(NameKind.SKPD, skpd)]
        fields += self._programme(program, kegiatan) if program else _NO_PROGRAM
        fields += ["", ""]  # fungsi: no national table maps a sub kegiatan to it
        fields += self._account(rekening)
        return ";".join([*fields, _amount(sen)])

    def _programme(self, program: str, kegiatan: str) -> list[str]:
        """`1.01.02` is program 002, and `1.01.02.2.01` kegiatan 201000."""
        return [
            "0" + program[-2:],
            self._name(NameKind.PROGRAM, program),
            kegiatan[-4] + kegiatan[-2:] + "000",
            self._name(NameKind.KEGIATAN, kegiatan),
        ]

    def _account(self, rekening: str) -> list[str]:
        """Six levels, each with its own digits and its name where one is known."""
        fields, path = [], ""
        for digits in rekening.split("."):
            path = f"{path}.{digits}" if path else digits
            nama = self._name(NameKind.REKENING, path) or ACCOUNT_NAMES.get(path, "")
            fields += [digits, nama]
        return fields

    def _name(self, kind: NameKind, kode: str) -> str:
        return self._names.get((kind, kode), "")


def with_semicolon(names: bytes) -> int:
    """How many names of a judged names segment the CSV has to change."""
    return sum(";" in name.nama for name in read_names(names))


def _key(line: Line) -> _Key:
    return line.kode_bidang_urusan, line.kode_program, line.kode_kegiatan, line.kode_rekening


def _amount(sen: int) -> str:
    """Whole rupiah; sen only where there are any, so that spreadsheets read numbers and no sum is rounded."""
    rupiah, rest = divmod(sen, 100)
    return f"{rupiah}.{rest:02d}" if rest else str(rupiah)
