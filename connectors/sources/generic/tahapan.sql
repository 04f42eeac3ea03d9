-- The stages that the database holds. `certain` is 1 where the row itself proves that this is the APBD Murni; otherwise
-- the operator chooses once. `variant` names a table of [variants] in source.toml, or is empty.
SELECT tahapan AS kode,
       tahapan AS nama,
       'apbd_rincian.tahapan' AS evidence,
       CASE WHEN tahapan = 'murni' THEN 1 ELSE 0 END AS certain,
       '' AS variant
FROM apbd_rincian
WHERE tahun = :tahun AND aktif = 1
GROUP BY tahapan
