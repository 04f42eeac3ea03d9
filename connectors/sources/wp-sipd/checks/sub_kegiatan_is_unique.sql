SELECT twins.count_, twins.kode
FROM (
    SELECT COUNT(*) AS count_, MIN(twin.kode) AS kode
    FROM (
        SELECT MIN(b.kode_sub_giat) AS kode
        FROM {{table(data_sub_keg_bl)}} b
        WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
        GROUP BY b.kode_sbl
        HAVING COUNT(*) > 1
    ) twin
) twins
WHERE twins.count_ > 0
