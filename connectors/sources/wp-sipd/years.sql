SELECT DISTINCT tahun_anggaran FROM data_sub_keg_bl WHERE active = 1 ORDER BY tahun_anggaran
