-- The name of each code: its kind, the bidang urusan it stands under (where it has one), the code, the name,
-- and in how many rows that name stands: of two names of one code, the more frequent travels.
SELECT 'skpd' AS kind, NULL AS kode_bidang_urusan, {{binary(kode_skpd)}} AS kode, {{binary(nama_skpd)}} AS nama, COUNT(*) AS jumlah
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_skpd)}}, {{binary(nama_skpd)}}

UNION ALL

SELECT 'unit_skpd', NULL, {{binary(kode_unit_skpd)}}, {{binary(nama_unit_skpd)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_unit_skpd)}}, {{binary(nama_unit_skpd)}}

UNION ALL

SELECT 'bidang_urusan', {{binary(kode_bidang_urusan)}}, {{binary(kode_bidang_urusan)}}, {{binary(nama_bidang_urusan)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_bidang_urusan)}}, {{binary(nama_bidang_urusan)}}

UNION ALL

SELECT 'program', {{binary(kode_bidang_urusan)}}, {{binary(kode_program)}}, {{binary(nama_program)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_bidang_urusan)}}, {{binary(kode_program)}}, {{binary(nama_program)}}

UNION ALL

SELECT 'kegiatan', {{binary(kode_bidang_urusan)}}, {{binary(kode_kegiatan)}}, {{binary(nama_kegiatan)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_bidang_urusan)}}, {{binary(kode_kegiatan)}}, {{binary(nama_kegiatan)}}

UNION ALL

SELECT 'sub_kegiatan', {{binary(kode_bidang_urusan)}}, {{binary(kode_sub_kegiatan)}}, {{binary(nama_sub_kegiatan)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_bidang_urusan)}}, {{binary(kode_sub_kegiatan)}}, {{binary(nama_sub_kegiatan)}}

UNION ALL

SELECT 'rekening', NULL, {{binary(kode_rekening)}}, {{binary(nama_rekening)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_rekening)}}, {{binary(nama_rekening)}}

UNION ALL

SELECT 'sumber_dana', NULL, {{binary(kode_sumber_dana)}}, {{binary(nama_sumber_dana)}}, COUNT(*)
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1
GROUP BY {{binary(kode_sumber_dana)}}, {{binary(nama_sumber_dana)}}
