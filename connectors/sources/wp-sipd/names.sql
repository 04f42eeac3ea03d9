-- Every name of this budget's codes, and in how many rows it stands. Names of SKPD and units are those of data_unit, of
-- which the copies in data_sub_keg_bl are made.
SELECT 'skpd' AS kind, NULL AS kode_bidang_urusan, u.kode_skpd AS kode, u.nama_skpd AS nama, 1 AS jumlah
FROM data_unit u
WHERE u.tahun_anggaran = :tahun AND u.active = 1
  AND u.id_skpd IN (
      SELECT b.id_skpd
      FROM {{table(data_sub_keg_bl)}} b
      WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
      UNION
      SELECT n.id_unit
      FROM {{table(data_pendapatan)}} p
      JOIN data_unit n ON n.id_skpd = p.id_skpd AND n.tahun_anggaran = p.tahun_anggaran AND n.active = 1
      WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
      UNION
      SELECT n.id_unit
      FROM {{table(data_pembiayaan)}} p
      JOIN data_unit n ON n.id_skpd = p.id_skpd AND n.tahun_anggaran = p.tahun_anggaran AND n.active = 1
      WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
  )

UNION ALL

SELECT 'unit_skpd', NULL, u.kode_skpd, u.nama_skpd, 1
FROM data_unit u
WHERE u.tahun_anggaran = :tahun AND u.active = 1
  AND u.id_skpd IN (
      SELECT b.id_sub_skpd
      FROM {{table(data_sub_keg_bl)}} b
      WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
      UNION
      SELECT p.id_skpd
      FROM {{table(data_pendapatan)}} p
      WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
      UNION
      SELECT p.id_skpd
      FROM {{table(data_pembiayaan)}} p
      WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
  )

UNION ALL

SELECT 'bidang_urusan', {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_bidang_urusan)}}, {{binary(b.nama_bidang_urusan)}}, COUNT(*)
FROM {{table(data_sub_keg_bl)}} b
WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
GROUP BY {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_bidang_urusan)}}, {{binary(b.nama_bidang_urusan)}}

UNION ALL

SELECT 'program', {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_program)}}, {{binary(b.nama_program)}}, COUNT(*)
FROM {{table(data_sub_keg_bl)}} b
WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
GROUP BY {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_program)}}, {{binary(b.nama_program)}}

UNION ALL

SELECT 'kegiatan', {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_giat)}}, {{binary(b.nama_giat)}}, COUNT(*)
FROM {{table(data_sub_keg_bl)}} b
WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
GROUP BY {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_giat)}}, {{binary(b.nama_giat)}}

UNION ALL

SELECT 'sub_kegiatan', {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_sub_giat)}}, {{binary(b.nama_sub_giat)}}, COUNT(*)
FROM {{table(data_sub_keg_bl)}} b
WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
GROUP BY {{binary(b.kode_bidang_urusan)}}, {{binary(b.kode_sub_giat)}}, {{binary(b.nama_sub_giat)}}

UNION ALL

SELECT 'rekening', NULL, {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}, COUNT(*)
FROM {{table(data_rka)}} r
WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
GROUP BY {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}

UNION ALL

SELECT 'rekening', NULL, {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}, COUNT(*)
FROM {{table(data_pendapatan)}} r
WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
GROUP BY {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}

UNION ALL

SELECT 'rekening', NULL, {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}, COUNT(*)
FROM {{table(data_pembiayaan)}} r
WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
GROUP BY {{binary(r.kode_akun)}}, {{binary(r.nama_akun)}}

UNION ALL

SELECT 'sumber_dana', NULL, {{binary({{sumber_dana(r)}})}}, {{binary({{nama_dana()}})}}, COUNT(*)
FROM {{table(data_rka)}} r
LEFT JOIN (
    SELECT id_rinci_sub_bl, MIN(id_sumber_dana) AS id_sumber_dana
    FROM data_mapping_sumberdana
    WHERE tahun_anggaran = :tahun AND active = 1
    GROUP BY id_rinci_sub_bl
) m ON m.id_rinci_sub_bl = r.id_rinci_sub_bl
LEFT JOIN (
    SELECT id_dana, MIN(kode_dana) AS kode_dana, MIN(nama_dana) AS nama_dana
    FROM data_sumber_dana
    WHERE tahun_anggaran = :tahun AND active = 1
    GROUP BY id_dana
) d ON d.id_dana = m.id_sumber_dana
WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
GROUP BY {{binary({{sumber_dana(r)}})}}, {{binary({{nama_dana()}})}}
