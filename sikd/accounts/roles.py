"""The roles of the people who use the centre: four at DJPK, three at each Pemda."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from contract.text import T, Text


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

ROLE_NAMES: Mapping[Role, Text] = {
    Role.PETUGAS: T("Officer of DJPK"),
    Role.PENYETUJU: T("Approver of DJPK"),
    Role.AUDITOR: T("Auditor of DJPK"),
    Role.ADMIN_SISTEM: T("System administrator of DJPK"),
    Role.ADMIN: T("Admin of the Pemda"),
    Role.VERIFIKATOR: T("Verifikator of the Pemda"),
    Role.OTORISATOR: T("Otorisator of the Pemda"),
}
