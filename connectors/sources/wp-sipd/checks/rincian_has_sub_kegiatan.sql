SELECT orphans.rows_, orphans.nilai
FROM (
    SELECT COUNT(*) AS rows_, {{sen(r.rincian)}} AS nilai
    FROM {{table(data_rka)}} r
    LEFT JOIN (
        SELECT b.kode_sbl
        FROM {{table(data_sub_keg_bl)}} b
        WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
        GROUP BY b.kode_sbl
    ) s ON s.kode_sbl = r.kode_sbl
    WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}} AND s.kode_sbl IS NULL
) orphans
WHERE orphans.rows_ > 0
