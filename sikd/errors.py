"""Why the centre does not do what a person asked, as one tree. What it tells a node is in contract/errors.py.

CentreError
├── BadSettings          a setting is missing, misspelt or contradicts another
├── NotMigrated          the database or the key is not made, or is of another version
├── NotAllowed           this person's role or Pemda does not allow the act
│   └── SamePerson       the act needs another person than the one before
├── NotAsThingsStand     the act does not fit the present state
├── NothingThere         what the act is about does not exist
└── WrongMatchCode       the code that was read out is not this node's
"""

from __future__ import annotations

from contract.errors import ExplainedError


class CentreError(ExplainedError):
    """The centre cannot do what a person asked."""

    slug, code, status = "centre", "SIKD-E500", 500


class BadSettings(CentreError):
    """A setting is missing, misspelt or contradicts another."""

    slug, code = "bad-settings", "SIKD-E501"


class NotMigrated(CentreError):
    """The database or the centre's key is not made yet, or is of another version."""

    slug, code = "not-migrated", "SIKD-E502"


class NotAllowed(CentreError):
    """The person's role or Pemda does not allow this act."""

    slug, code, status = "not-allowed", "SIKD-E503", 403


class SamePerson(NotAllowed):
    """Nobody completes what they began."""

    slug, code = "same-person", "SIKD-E504"


class NotAsThingsStand(CentreError):
    """The act does not fit the present state."""

    slug, code, status = "not-as-things-stand", "SIKD-E505", 409


class NothingThere(CentreError):
    """What the act is about does not exist."""

    slug, code, status = "nothing-there", "SIKD-E506", 404


class Remembered(Exception):
    """An error that is a fact to keep, such as a wrong code: the transaction that raised it is committed."""


class WrongMatchCode(CentreError, Remembered):
    """The code is not the one this node shows; the try is counted although the act failed."""

    slug, code, status = "wrong-match-code", "SIKD-E507", 422
