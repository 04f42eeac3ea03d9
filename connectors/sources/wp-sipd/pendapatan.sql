-- id_skpd may be a unit; the SKPD that it belongs to is id_unit. Rows whose unit is gone keep an empty code, and are
-- refused as such: their money would otherwise vanish.
SELECT COALESCE(i.kode_skpd, u.kode_skpd) AS kode_skpd,
       u.kode_skpd AS kode_unit_skpd,
       p.kode_akun AS kode_rekening,
       NULL AS kode_sumber_dana,
       p.total AS nilai
FROM {{table(data_pendapatan)}} p
LEFT JOIN (
    SELECT id_skpd, MIN(id_unit) AS id_unit, MIN(kode_skpd) AS kode_skpd
    FROM data_unit
    WHERE tahun_anggaran = :tahun AND active = 1
    GROUP BY id_skpd
) u ON u.id_skpd = p.id_skpd
LEFT JOIN (
    SELECT id_skpd, MIN(kode_skpd) AS kode_skpd
    FROM data_unit
    WHERE tahun_anggaran = :tahun AND active = 1
    GROUP BY id_skpd
) i ON i.id_skpd = u.id_unit
WHERE p.tahun_anggaran = :tahun AND p.active = 1 AND {{of_stage(p)}}
