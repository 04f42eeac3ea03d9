-- One row a rincian, with its codes and its amount in rupiah. The agent lets the database sum them.
SELECT kode_skpd, kode_unit_skpd, kode_bidang_urusan, kode_program, kode_kegiatan, kode_sub_kegiatan,
       kode_rekening, kode_sumber_dana, nilai
FROM apbd_rincian
WHERE tahun = :tahun AND tahapan = :tahapan AND aktif = 1 AND kode_rekening LIKE '5%'
