"""The roles of the people who use the centre: four at DJPK, three at each Pemda."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the service; one account has one role."""

    PETUGAS = "petugas"
    PENYETUJU = "penyetuju"
    AUDITOR = "auditor"
    ADMIN_SISTEM = "admin_sistem"
    ADMIN = "admin"
    VERIFIKATOR = "verifikator"
    OTORISATOR = "otorisator"


DJPK_ROLES = frozenset({Role.PETUGAS, Role.PENYETUJU, Role.AUDITOR, Role.ADMIN_SISTEM})
PEMDA_ROLES = frozenset({Role.ADMIN, Role.VERIFIKATOR, Role.OTORISATOR})
