"""Who may open which page: one table, and a page that is not in it cannot be opened at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sikd.accounts import DJPK_ROLES, Role

_EVERYBODY = frozenset({None, *Role})
_SIGNED_IN = frozenset(Role)
_GIVERS = frozenset({Role.ADMIN_SISTEM, Role.ADMIN})
# Nobody approves what they proposed: the rule is in the store; here both may do either.
_MAPPERS = frozenset({Role.PETUGAS, Role.PENYETUJU})

PERMISSIONS: Mapping[str, frozenset[Role | None]] = MappingProxyType(
    {
        # open to all
        "home": _EVERYBODY,
        "service": _EVERYBODY,
        "sign_in": _EVERYBODY,
        "submit_sign_in": _EVERYBODY,
        "sign_out": _SIGNED_IN,
        "own_account": _SIGNED_IN,
        "submit_password": _SIGNED_IN,
        "authenticator": _SIGNED_IN,
        "submit_authenticator": _SIGNED_IN,
        "submit_no_authenticator": _SIGNED_IN,
        # those who give accounts to others; to whom, sikd/accounts/given.py decides
        "accounts": _GIVERS,
        "account": _GIVERS,
        "submit_account": _GIVERS,
        "submit_first_password": _GIVERS,
        "submit_closing": _GIVERS,
        "submit_opening_again": _GIVERS,
        # DJPK's
        "board": DJPK_ROLES,
        "tickets": DJPK_ROLES,
        "ticket": DJPK_ROLES,
        "ticket_form": _MAPPERS,
        "submit_ticket": _MAPPERS,
        "submit_withdrawal": _MAPPERS,
        "nodes": DJPK_ROLES,
        "node": DJPK_ROLES,
        "submit_proposal": _MAPPERS,
        "submit_approval": _MAPPERS,
        "submit_rejection": _MAPPERS,
        "submit_revocation": _MAPPERS,
        "submit_snapshot_order": _MAPPERS,
        "submit_schedule": _MAPPERS,
        "submit_access_check": _MAPPERS,
        "submit_access_configuration": _MAPPERS,
        "audit_trail": frozenset({Role.AUDITOR, Role.ADMIN_SISTEM}),
        # DJPK's for every Pemda, and each Pemda's for itself
        "pemda": _SIGNED_IN,
        "in_force": _SIGNED_IN,
        "snapshot": _SIGNED_IN,
        "snapshot_skpd": _SIGNED_IN,
        "snapshot_lines": _SIGNED_IN,
        "snapshot_trail": _SIGNED_IN,
        "receipt": _SIGNED_IN,
        "access": _SIGNED_IN,
        "access_form": frozenset({Role.ADMIN}),
        "submit_access": frozenset({Role.ADMIN}),
        "submit_own_snapshot_order": frozenset({Role.ADMIN}),
        "submit_opening": frozenset({Role.VERIFIKATOR, Role.OTORISATOR}),
        "submit_verification": frozenset({Role.VERIFIKATOR}),
        "submit_authorisation": frozenset({Role.OTORISATOR}),
    }
)

WITH_A_GIVEN_PASSWORD = frozenset({"own_account", "submit_password", "sign_out", "service"})
"""All that is open to a person until a password that somebody else gave was changed."""
