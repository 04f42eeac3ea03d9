"""The names of the first three levels of accounts: akun, kelompok, jenis.

They are those of Permendagri 90/2019, and 5.2.06, which is in DJPK's data of 2023. Deeper levels change with
the chart of a year; of those a snapshot carries the last one itself.
"""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNT_NAMES: Mapping[str, str] = {
    "4": "PENDAPATAN DAERAH",
    "4.1": "PENDAPATAN ASLI DAERAH (PAD)",
    "4.1.01": "Pajak Daerah",
    "4.1.02": "Retribusi Daerah",
    "4.1.03": "Hasil Pengelolaan Kekayaan Daerah yang Dipisahkan",
    "4.1.04": "Lain-lain PAD yang Sah",
    "4.2": "PENDAPATAN TRANSFER",
    "4.2.01": "Pendapatan Transfer Pemerintah Pusat",
    "4.2.02": "Pendapatan Transfer Antar Daerah",
    "4.3": "LAIN-LAIN PENDAPATAN DAERAH YANG SAH",
    "4.3.01": "Pendapatan Hibah",
    "4.3.02": "Dana Darurat",
    "4.3.03": "Lain-lain Pendapatan Sesuai dengan Ketentuan Peraturan Perundang-Undangan",
    "5": "BELANJA DAERAH",
    "5.1": "BELANJA OPERASI",
    "5.1.01": "Belanja Pegawai",
    "5.1.02": "Belanja Barang dan Jasa",
    "5.1.03": "Belanja Bunga",
    "5.1.04": "Belanja Subsidi",
    "5.1.05": "Belanja Hibah",
    "5.1.06": "Belanja Bantuan Sosial",
    "5.2": "BELANJA MODAL",
    "5.2.01": "Belanja Modal Tanah",
    "5.2.02": "Belanja Modal Peralatan dan Mesin",
    "5.2.03": "Belanja Modal Gedung dan Bangunan",
    "5.2.04": "Belanja Modal Jalan, Jaringan, dan Irigasi",
    "5.2.05": "Belanja Modal Aset Tetap Lainnya",
    "5.2.06": "Belanja Modal Aset Lainnya",
    "5.3": "BELANJA TIDAK TERDUGA",
    "5.3.01": "Belanja Tidak Terduga",
    "5.4": "BELANJA TRANSFER",
    "5.4.01": "Belanja Bagi Hasil",
    "5.4.02": "Belanja Bantuan Keuangan",
    "6": "PEMBIAYAAN DAERAH",
    "6.1": "PENERIMAAN PEMBIAYAAN",
    "6.1.01": "Sisa Lebih Perhitungan Anggaran Tahun Sebelumnya",
    "6.1.02": "Pencairan Dana Cadangan",
    "6.1.03": "Hasil Penjualan Kekayaan Daerah yang Dipisahkan",
    "6.1.04": "Penerimaan Pinjaman Daerah",
    "6.1.05": "Penerimaan Kembali Pemberian Pinjaman Daerah",
    "6.1.06": "Penerimaan Pembiayaan Lainnya Sesuai dengan Ketentuan Peraturan Perundang-Undangan",
    "6.2": "PENGELUARAN PEMBIAYAAN",
    "6.2.01": "Pembentukan Dana Cadangan",
    "6.2.02": "Penyertaan Modal Daerah",
    "6.2.03": "Pembayaran Cicilan Pokok Utang yang Jatuh Tempo",
    "6.2.04": "Pemberian Pinjaman Daerah",
    "6.2.05": "Pengeluaran Pembiayaan Lainnya sesuai dengan Ketentuan Peraturan Perundang-Undangan",
}
