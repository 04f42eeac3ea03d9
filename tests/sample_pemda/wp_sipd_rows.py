"""Rows of the tables of wp-sipd: one function a table, columns as wp-sipd names them."""

from __future__ import annotations

from collections.abc import Iterator

from sikd.reference import Pemda, akun_names, bidang_urusan_names, sumber_dana_names
from tests.sample_pemda import funds
from tests.sample_pemda.belanja import Activity, Rincian
from tests.sample_pemda.database import Row, Value
from tests.sample_pemda.organisation import Skpd, Unit
from tests.sample_pemda.pen import Pen
from tests.sample_pemda.pendapatan import Pos

RKPD, USULAN, PENETAPAN, PERGESERAN = 1, 2, 3, 4
"""The numbers of the stages in data_jadwal_lokal."""

RENJA, PENGANGGARAN = 5, 16
"""Kinds of stages."""

_WRONG_BEFORE = 1.13
"""What `*_murni` columns are off by once a later stage has overwritten them."""


def id_skpd(unit: Unit) -> int:
    """The number that SIPD gives a unit."""
    return 3000 + unit.nomor


def _stamp(tahun: int) -> dict[str, Value]:
    return {"active": 1, "update_at": f"{tahun - 1}-12-29 10:00:00", "tahun_anggaran": tahun}


def settings_row(pemda: Pemda, tahun: int) -> Row:
    """data_pengaturan_sipd: whose database this is."""
    row: dict[str, Value] = {"id_daerah": 100 + int(pemda.kode_pemda.replace(".", "")), "daerah": pemda.nama}
    return row | {"tahun_anggaran": tahun, "update_at": f"{tahun - 1}-12-29 10:00:00"}


def unit_row(skpd: Skpd, unit: Unit, tahun: int) -> Row:
    """data_unit: an SKPD or one of its units."""
    utama = unit is skpd.utama
    row: dict[str, Value] = {
        "id_skpd": id_skpd(unit),
        "id_unit": id_skpd(skpd.utama),
        "idinduk": id_skpd(skpd.utama),
        "is_skpd": int(utama),
        "isskpd": int(utama),
        "kode_skpd": unit.kode,
        "kodeunit": unit.kode,
        "nama_skpd": unit.nama,
        "namaunit": unit.nama,
        "is_ppkd": int(skpd.nama.startswith("Badan Pengelolaan Keuangan")),
    }
    return row | _stamp(tahun)


def akun_rows(tahun: int) -> Iterator[Row]:
    """data_akun: the chart of accounts."""
    for number, (kode, nama) in enumerate(akun_names(tahun).items(), start=1):
        row: dict[str, Value] = {
            "id_akun": number,
            "kode_akun": kode,
            "nama_akun": nama,
            "is_pendapatan": int(kode[0] == "4"),
            "is_bl": int(kode[0] == "5"),
            "is_pembiayaan": int(kode[0] == "6"),
            "level": 1 + kode.count("."),
        }
        yield row | _stamp(tahun)


def sumber_dana_rows(tahun: int) -> Iterator[Row]:
    """data_sumber_dana: the chart of sumber dana."""
    for kode, nama in sumber_dana_names(tahun).items():
        row: dict[str, Value] = {"id_dana": funds.id_dana(kode, tahun), "kode_dana": kode, "nama_dana": nama}
        yield row | {"active": 1, "tahun_anggaran": tahun}


def kode_sbl(activity: Activity) -> str:
    """The key by which data_rka finds its data_sub_keg_bl: five numbers, from SKPD to sub kegiatan."""
    programme = activity.programme
    ids = (id_skpd(activity.skpd.utama), id_skpd(activity.unit), *programme[1:])
    return ".".join(map(str, ids))


def sub_keg_row(activity: Activity, sen: int, pen: Pen, tahun: int) -> Row:
    """data_sub_keg_bl: one sub kegiatan of one unit with its ceiling."""
    skpd, unit, (sub, id_program, id_giat, id_sub_giat) = activity.skpd, activity.unit, activity.programme
    at = activity.nomor
    bidang = sub.kode_program[:4]
    sbl = kode_sbl(activity)
    row: dict[str, Value] = {
        "id_skpd": id_skpd(skpd.utama),
        "id_sub_skpd": id_skpd(unit),
        "id_program": id_program,
        "id_giat": id_giat,
        "id_sub_giat": id_sub_giat,
        "id_sub_bl": at,
        "kode_urusan": bidang[0],
        "kode_bidang_urusan": bidang,
        "nama_bidang_urusan": pen.name(bidang, bidang_urusan_names(tahun)[bidang], at),
        "kode_program": pen.code(sub.kode_program, at + 1),
        "nama_program": pen.name(sub.kode_program, sub.nama_program, at + 1),
        "kode_giat": pen.code(sub.kode_kegiatan, at + 2),
        "nama_giat": pen.name(sub.kode_kegiatan, sub.nama_kegiatan, at + 2),
        "kode_sub_giat": pen.code(sub.kode_sub_kegiatan, at + 3),
        "nama_sub_giat": pen.name(sub.kode_sub_kegiatan, sub.nama_sub_kegiatan, at + 3),
        "kode_skpd": pen.code(skpd.kode, at + 4),
        "nama_skpd": pen.name(skpd.kode, skpd.nama, at + 4),
        "kode_sub_skpd": pen.code(unit.kode, at + 5),
        "nama_sub_skpd": pen.name(unit.kode, unit.nama, at + 5),
        "pagu": sen / 100,
        "pagumurni": _before(sen, pen),
        "kode_bl": sbl.rsplit(".", 1)[0],
        "kode_sbl": sbl,
        "active_sipd": 1,
    }
    return row | _stamp(tahun)


def rka_row(item: Rincian, pen: Pen, tahun: int) -> Row:
    """data_rka: one rincian; a third of them name their sumber dana only through data_mapping_sumberdana."""
    dana = item.dana
    mapped_only = bool(dana.kode) and item.nomor % 3 == 0
    volume = 1 + item.nomor % 12
    sbl = kode_sbl(item.activity)
    row: dict[str, Value] = {
        "id_rinci_sub_bl": item.nomor,
        "kode_bl": sbl.rsplit(".", 1)[0],
        "kode_sbl": sbl,
        "kode_akun": pen.code(item.akun.kode, item.nomor),
        "nama_akun": pen.name(item.akun.kode, item.akun.nama, item.nomor),
        "id_dana": funds.id_dana(dana.kode, tahun) if dana.kode else None,
        "kode_dana": None if mapped_only else _written(dana, pen, item.nomor + 1),
        "nama_dana": None if mapped_only else dana.nama,
        "nama_komponen": f"Komponen {item.nomor % 997:03d}",
        "spek_komponen": f"Spesifikasi {item.nomor % 89:02d}",
        "subs_bl_teks": "[#] Rincian belanja",
        "ket_bl_teks": "[-] Paket",
        "koefisien": f"{volume} Paket",
        "volume": str(volume),
        "satuan": "Paket",
        "harga_satuan": item.sen // volume / 100,
        "total_harga": item.sen / 100,
        "rincian": item.sen / 100,
        "rincian_murni": _before(item.sen, pen),
        "rincian_murni_sipd": _before(item.sen, pen),
        "active_sipd": 1,
    }
    return row | _stamp(tahun)


def _written(dana: funds.Dana, pen: Pen, nomor: int) -> str | None:
    return pen.code(dana.kode, nomor) if dana.kode else dana.tertulis


def mapping_row(item: Rincian, tahun: int) -> Row:
    """data_mapping_sumberdana: which sumber dana pays one rincian."""
    row: dict[str, Value] = {
        "id_rinci_sub_bl": item.nomor,
        "id_sumber_dana": funds.id_dana(item.dana.kode, tahun),
    }
    return row | _stamp(tahun)


def is_mapped(item: Rincian) -> bool:
    """Whether a rincian has a mapping row: two of three that have a sumber dana."""
    return bool(item.dana.kode) and item.nomor % 3 != 2


def pos_row(pos: Pos, pen: Pen, tahun: int) -> Row:
    """data_pendapatan, and data_pembiayaan but for its `type`."""
    row: dict[str, Value] = {
        "id_skpd": id_skpd(pos.unit),
        "kode_akun": pen.code(pos.akun.kode, pos.nomor),
        "nama_akun": pen.name(pos.akun.kode, pos.akun.nama, pos.nomor),
        "rekening": f"{pos.akun.kode} {pos.akun.nama}",
        "uraian": f"Uraian {pos.nomor:03d}",
        "total": pos.sen / 100,
        "nilaimurni": _before(pos.sen, pen),
        "nilaimurni_sipd": _before(pos.sen, pen),
        "active_sipd": 1,
    }
    return row | _stamp(tahun)


def _before(sen: int, pen: Pen) -> float:
    # In a fresh database equal to the value; later it is "the value before the current stage", never murni.
    return round(sen * _WRONG_BEFORE) / 100 if pen.dirt.later_pergeseran else sen / 100


def tipe_rows() -> Iterator[Row]:
    """data_tipe_perencanaan: kinds of schedules."""
    for number, nama in ((RENJA, "renja"), (6, "penganggaran"), (PENGANGGARAN, "penganggaran_sipd")):
        yield {"id": number, "nama_tipe": nama, "keterangan_tipe": nama.replace("_", " ").upper()}


def jadwal_row(nomor: int, nama: str, tahun: int, bulan: int, **more: Value) -> Row:
    """data_jadwal_lokal: one stage of one year; `more` overrides what an ordinary locked stage has."""
    year = tahun if bulan < 7 else tahun - 1
    row: dict[str, Value] = {
        "id_jadwal_lokal": nomor,
        "nama": nama,
        "waktu_awal": f"{year}-{bulan:02d}-01 08:00:00",
        "waktu_akhir": f"{year}-{bulan:02d}-28 23:59:00",
        "status": 1,
        "tahun_anggaran": tahun,
        "id_tipe": PENGANGGARAN,
        "jenis_jadwal": "usulan",
        "id_jadwal_pergeseran": None,
        "status_jadwal_pergeseran": "tidak_tampil",
    }
    return row | more
