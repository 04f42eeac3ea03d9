SELECT DISTINCT tahun FROM apbd_rincian WHERE aktif = 1 ORDER BY tahun
