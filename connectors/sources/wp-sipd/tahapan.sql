-- The current rows while no pergeseran is in force; otherwise each frozen schedule of a penetapan, for the operator.
-- Both carry the number and name of the penetapan, so that freezing a budget does not make it another one.
SELECT COALESCE({{binary(now.id_jadwal_lokal)}}, 'terkini') AS kode,
       COALESCE({{binary(now.nama)}}, 'Penetapan APBD') AS nama,
       'data_jadwal_lokal: tidak ada pergeseran yang berlaku; dibaca baris berjalan' AS evidence,
       1 AS certain,
       'current' AS variant
FROM (
    SELECT MIN(CASE WHEN j.jenis_jadwal = 'penetapan' THEN j.id_jadwal_lokal END) AS id_jadwal_lokal,
           MIN(CASE WHEN j.jenis_jadwal = 'penetapan' THEN j.nama END) AS nama,
           SUM(CASE WHEN j.status_jadwal_pergeseran = 'tampil' THEN 1 ELSE 0 END) AS pergeseran
    FROM data_jadwal_lokal j
    JOIN data_tipe_perencanaan t ON t.id = j.id_tipe
    WHERE j.tahun_anggaran = :tahun AND t.nama_tipe IN ('penganggaran', 'penganggaran_sipd')
) now
WHERE COALESCE(now.pergeseran, 0) = 0

UNION ALL

SELECT {{binary(j.id_jadwal_lokal)}},
       {{binary(j.nama)}},
       'data_jadwal_lokal: penetapan sebelum pergeseran; dibaca tabel *_history' AS evidence,
       0 AS certain,
       'history' AS variant
FROM data_jadwal_lokal j
JOIN data_tipe_perencanaan t ON t.id = j.id_tipe
WHERE j.tahun_anggaran = :tahun
  AND t.nama_tipe IN ('penganggaran', 'penganggaran_sipd')
  AND j.jenis_jadwal = 'penetapan'
  AND COALESCE(j.status_jadwal_pergeseran, '') <> 'tampil'
  AND EXISTS (SELECT 1 FROM data_sub_keg_bl_history h WHERE h.id_jadwal = j.id_jadwal_lokal)
  AND EXISTS (
      SELECT 1
      FROM data_jadwal_lokal g
      JOIN data_tipe_perencanaan k ON k.id = g.id_tipe
      WHERE g.tahun_anggaran = :tahun
        AND k.nama_tipe IN ('penganggaran', 'penganggaran_sipd')
        AND g.status_jadwal_pergeseran = 'tampil'
  )
