-- Rincian are summed by sub kegiatan, account and sumber dana first; then each sum gets its codes.
-- There is no unique key on kode_sbl, so sub kegiatan are made one each before they are joined; a rincian may be mapped
-- to several sumber dana, of which the first stands for it.
SELECT s.kode_skpd,
       s.kode_sub_skpd AS kode_unit_skpd,
       s.kode_bidang_urusan,
       s.kode_program,
       s.kode_giat AS kode_kegiatan,
       s.kode_sub_giat AS kode_sub_kegiatan,
       g.kode_akun AS kode_rekening,
       {{sumber_dana(g)}} AS kode_sumber_dana,
       g.jumlah,
       g.sen
FROM (
    SELECT {{binary(r.kode_sbl)}} AS kode_sbl,
           {{binary(r.kode_akun)}} AS kode_akun,
           {{binary(r.kode_dana)}} AS kode_dana,
           m.id_sumber_dana,
           COUNT(*) AS jumlah,
           {{sen(r.rincian)}} AS sen
    FROM {{table(data_rka)}} r
    LEFT JOIN (
        SELECT id_rinci_sub_bl, MIN(id_sumber_dana) AS id_sumber_dana
        FROM data_mapping_sumberdana
        WHERE tahun_anggaran = :tahun AND active = 1
        GROUP BY id_rinci_sub_bl
    ) m ON m.id_rinci_sub_bl = r.id_rinci_sub_bl
    WHERE r.tahun_anggaran = :tahun AND r.active = 1 AND {{of_stage(r)}}
    GROUP BY {{binary(r.kode_sbl)}}, {{binary(r.kode_akun)}}, {{binary(r.kode_dana)}}, m.id_sumber_dana
) g
JOIN (
    SELECT {{binary(b.kode_sbl)}} AS kode_sbl,
           MIN(b.kode_skpd) AS kode_skpd,
           MIN(b.kode_sub_skpd) AS kode_sub_skpd,
           MIN(b.kode_bidang_urusan) AS kode_bidang_urusan,
           MIN(b.kode_program) AS kode_program,
           MIN(b.kode_giat) AS kode_giat,
           MIN(b.kode_sub_giat) AS kode_sub_giat
    FROM {{table(data_sub_keg_bl)}} b
    WHERE b.tahun_anggaran = :tahun AND b.active = 1 AND {{of_stage(b)}}
    GROUP BY {{binary(b.kode_sbl)}}
) s ON s.kode_sbl = g.kode_sbl
LEFT JOIN (
    SELECT id_dana, MIN(kode_dana) AS kode_dana
    FROM data_sumber_dana
    WHERE tahun_anggaran = :tahun AND active = 1
    GROUP BY id_dana
) d ON d.id_dana = g.id_sumber_dana
