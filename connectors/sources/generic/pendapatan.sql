SELECT kode_skpd, kode_unit_skpd, kode_rekening, kode_sumber_dana, nilai
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1 AND kode_rekening LIKE '4%'
