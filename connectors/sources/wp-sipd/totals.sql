-- The control totals, summed without the joins that the lines need: what a join lost or doubled shows here.
SELECT 'pendapatan' AS query,
       SUBSTR(TRIM(p.kode_akun), 1, 3) AS kelompok,
       COUNT(*) AS jumlah,
       {{sen(p.total)}} AS sen,
       COALESCE(SUM(CASE WHEN {{residue(p.total)}} <> 0 THEN 1 ELSE 0 END), 0) AS uneven,
       COALESCE(SUM({{residue(p.total)}}), 0) AS residue
FROM {{table(data_pendapatan)}} p
WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
GROUP BY SUBSTR(TRIM(p.kode_akun), 1, 3)

UNION ALL

SELECT 'pembiayaan',
       SUBSTR(TRIM(p.kode_akun), 1, 3),
       COUNT(*),
       {{sen(p.total)}},
       COALESCE(SUM(CASE WHEN {{residue(p.total)}} <> 0 THEN 1 ELSE 0 END), 0),
       COALESCE(SUM({{residue(p.total)}}), 0)
FROM {{table(data_pembiayaan)}} p
WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
GROUP BY SUBSTR(TRIM(p.kode_akun), 1, 3)

UNION ALL

SELECT 'belanja',
       SUBSTR(TRIM(r.kode_akun), 1, 3),
       COUNT(*),
       {{sen(r.rincian)}},
       COALESCE(SUM(CASE WHEN {{residue(r.rincian)}} <> 0 THEN 1 ELSE 0 END), 0),
       COALESCE(SUM({{residue(r.rincian)}}), 0)
FROM {{table(data_rka)}} r
WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
  AND r.kode_sbl IN (
      SELECT b.kode_sbl
      FROM {{table(data_sub_keg_bl)}} b
      WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
  )
GROUP BY SUBSTR(TRIM(r.kode_akun), 1, 3)
