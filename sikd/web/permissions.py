"""Who may open which page: one table, and a page that is not in it cannot be opened at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sikd.accounts import Role

_NOBODY_YET = frozenset({None})
_EVERYBODY = frozenset({None, *Role})
_SIGNED_IN = frozenset(Role)
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
    }
)
