SELECT found.columns_
FROM (
    SELECT 'data_rka.rincian_murni' AS columns_, COUNT(*) AS different
    FROM {{table(data_rka)}} r
    WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
      AND r.rincian_murni <> 0 AND r.rincian_murni <> r.rincian

    UNION ALL

    SELECT 'data_pendapatan.nilaimurni', COUNT(*)
    FROM {{table(data_pendapatan)}} p
    WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
      AND p.nilaimurni <> 0 AND p.nilaimurni <> p.total

    UNION ALL

    SELECT 'data_pembiayaan.nilaimurni', COUNT(*)
    FROM {{table(data_pembiayaan)}} p
    WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
      AND p.nilaimurni <> 0 AND p.nilaimurni <> p.total
) found
WHERE found.different > 0
