"""Which database accesses this node knows, which targets a person has approved, and which one is in use.

One record of the vault holds it all, so that nobody approves a target by changing a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.access.target import Approval, Target
from agent.errors import VaultDamaged
from agent.storage.vault import Vault
from contract.errors import AccessOutdated, AccessRefused, AccessReplayed, ContractError
from contract.text import T
from contract.wire.access import DatabaseAccess, SealedAccess

RECORD = "database-accesses"
MALFORMED = "malformed-message"


class _Part(BaseModel):
    # What a newer version has written beside is passed over.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Entry(_Part):
    """One access that opened with this node's key, and the seal that it came under."""

    access_id: str
    version: int
    seal: str
    """SHA-256 of the sealed bytes."""
    access: DatabaseAccess

    @property
    def target(self) -> Target:
        """Where it leads."""
        return Target.of(self.access)


class Refusal(_Part):
    """The newest entry, where this node did not take it, and the name of the reason."""

    access_id: str
    reason: str


class AccessBook(_Part):
    """What is written down; every change gives a new book."""

    version: int = 0
    """The highest version seen; what comes later must be higher."""
    newest: Entry | None = None
    in_use: Entry | None = None
    approvals: tuple[Approval, ...] = ()
    refusal: Refusal | None = None
    own: str | None = None
    """The name of the access that agent.toml states, once that is the newest."""
    passed_over: str | None = None
    """The name of the entry that the node's own access has replaced."""


def take(
    book: AccessBook, sealed: SealedAccess, key: ec.EllipticCurvePrivateKey, *, node_id: str
) -> AccessBook:
    """The book after the centre passed on an access; raises a ContractError where it is not taken.

    1. It is for this node.
    2. It is the newest one already known: then only its use may have been allowed since.
    3. It is newer than everything seen.       What was replaced once never comes back.
    4. It opens.
    """
    seal = hashlib.sha256(sealed.sealed.encode()).hexdigest()
    newest = book.newest
    if newest and (newest.access_id, newest.version, newest.seal) == _label(sealed, seal):
        used = newest if sealed.configured else book.in_use
        return book.model_copy(update={"in_use": used, "refusal": None})
    if sealed.node_id == node_id:
        _require_newer(book, sealed)
    access = sealed.open(key, node_id=node_id)
    entry = Entry(access_id=sealed.access_id, version=sealed.version, seal=seal, access=access)
    changed = {"newest": entry, "version": entry.version, "refusal": None, "own": None, "passed_over": None}
    return book.model_copy(update=changed)


def refused(book: AccessBook, sealed: SealedAccess, error: ContractError) -> AccessBook:
    """The book after an access was not taken: the centre will be told why."""
    if sealed.access_id == book.passed_over:
        return book  # the centre has not heard yet that the access is set on this server now
    reason = error.slug if isinstance(error, AccessRefused) else MALFORMED
    return book.model_copy(update={"refusal": Refusal(access_id=sealed.access_id, reason=reason)})


def approve(book: AccessBook, target: Target, *, named: bool) -> AccessBook:
    """The book after a person has agreed to a target."""
    others = tuple(each for each in book.approvals if each.target != target)
    return book.model_copy(update={"approvals": (*others, Approval(target, named))})


def set_here(book: AccessBook, access_id: str) -> AccessBook:
    """The book after the access was set on this server itself: what agent.toml says is used from now on."""
    replaced = book.newest.access_id if book.newest else book.passed_over
    changed = {"version": book.version + 1, "own": access_id, "passed_over": replaced, "refusal": None}
    return book.model_copy(update=changed | {"newest": None, "in_use": None})


def read_book(vault: Vault) -> AccessBook:
    """The book of this node; an empty one at first. Raises VaultDamaged."""
    return _read(vault.get(RECORD))


def keep(vault: Vault, change: Callable[[AccessBook], AccessBook]) -> AccessBook:
    """Change the book while nobody else can, and keep it."""
    return _read(vault.change(RECORD, lambda text: _written(change(_read(text)))))


def _label(sealed: SealedAccess, seal: str) -> tuple[str, int, str]:
    return sealed.access_id, sealed.version, seal


def _require_newer(book: AccessBook, sealed: SealedAccess) -> None:
    remedy = T("Enter the database access again; the centre then gives it the next number.")
    if sealed.version < book.version:
        raise AccessOutdated(
            T("Version {old} of the access came after version {new}.", old=sealed.version, new=book.version),
            remedy=remedy,
        )
    if sealed.version == book.version:
        raise AccessReplayed(
            T("Version {version} of the access was seen before, with another content.", version=book.version),
            remedy=remedy,
        )


def _read(text: str | None) -> AccessBook:
    if text is None:
        return AccessBook()
    try:
        return AccessBook.model_validate_json(text)
    except ValidationError as error:
        raise VaultDamaged(
            T("The vault holds something else where the database accesses should be."),
            remedy=T("Update this program; if it is current, restore the agent's state from a backup."),
        ) from error


def _written(book: AccessBook) -> str:
    return book.model_dump_json(by_alias=True)
