"""Verification: the centre judges what arrived, and the Pemda states that it is what was enacted."""

from sikd.verification.judge import commitment, whole
from sikd.verification.store import (
    Verification,
    needs_opening,
    open_replacement,
    require_person_of_pemda,
    require_statement,
    verification_of,
    verify,
)

__all__ = [
    "Verification",
    "commitment",
    "needs_opening",
    "open_replacement",
    "require_person_of_pemda",
    "require_statement",
    "verification_of",
    "verify",
    "whole",
]
