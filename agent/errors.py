"""Everything that can go wrong at a node, as one tree; each says what happened and what to do.

AgentError
├── CentreUnreachable           no connection to the centre, or it broke off
│   ├── NameUnknown             this server cannot turn a name into an address
│   └── ProxyUnreachable        no connection to the proxy, or it gives no answer
├── CentreKeyChanged            the centre signs with another key than the one this node trusts
├── CentreNotConfirmed          nobody has confirmed the centre's key yet
├── NotACentre                  the address answers, but not as a centre does
├── CentreCertificateRefused    the TLS certificate is not one that this server trusts
├── ProxyRefused                the proxy does not let the agent through
├── NotInitialised              this node has no keys yet
├── NotEnrolled                 the centre has said nothing about this node yet
├── WaitingForMapping           DJPK has not mapped this node to a Pemda yet, or does not let it deliver
├── OtherPemda                  mapped to another Pemda than agent.toml expects
├── SnapshotRefused             the centre has judged a snapshot and does not accept it
├── NotExportable               a snapshot cannot be made into an ADK file, or not any more
├── TicketOfAnotherCentre       the install ticket leads to another centre than agent.toml
├── ScheduleNotUnderstood       DJPK has set a schedule that this version cannot read
├── ConfigError                 agent.toml says something that cannot be
├── VaultError                  the sealed secrets cannot be used as they are
│   ├── VaultDamaged            a byte of the vault was changed, or it was sealed with another key
│   ├── VaultExposed            others could read the vault or its key
│   └── VaultKeyUnusable        the key that opens the vault is gone, or is no key
├── StorageError                the agent's own databases cannot be used as they are
│   ├── StorageDamaged          a database is not what was written
│   ├── SnapshotDamaged         a queued snapshot is not what was queued; a fresh one is taken
│   ├── OutboxBegunAnew         a damaged outbox was put aside; what it held is delivered anew
│   ├── StorageUnwritable       no space, no right, or another program holds it
│   └── StorageNewer            written by a newer version of this program
└── CollectionError             the budget could not be read out
    ├── CollectionTimedOut      the database did not answer in time; reading was stopped
    ├── CollectionDied          the reading process ended without a word
    ├── CollectionRunning       a collection is already under way
    ├── PasswordMissing         no password of the database is stored
    ├── TargetNotApproved       nobody on this server has approved where the access leads
    ├── TargetNotNamed          the access leads to this server itself, and nobody has named that
    └── AccessAwaited           no access to the finance database is configured yet
        └── AccessApproved      entered and approved here; DJPK configures it
"""

from __future__ import annotations

from datetime import timedelta

from contract.errors import Busy, ExplainedError
from contract.text import Text


class AgentError(ExplainedError):
    """Something at this node keeps the agent from its work."""

    slug, code = "agent", "SIKD-E400"


class CentreUnreachable(AgentError):
    """No connection to the centre, or it broke off; `sent` says whether the request may have arrived.

    `retry_after` is how much later to come back, where something on the way said so.
    """

    slug, code, retry_helps = "centre-unreachable", "SIKD-E401", True

    def __init__(
        self, problem: Text, *, remedy: Text, sent: bool = True, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.sent, self.retry_after = sent, retry_after


class NameUnknown(CentreUnreachable):
    """This server cannot turn a name into an address."""

    slug, code = "name-unknown", "SIKD-E416"


class ProxyUnreachable(CentreUnreachable):
    """No connection to the proxy, or it gives no answer."""

    slug, code = "proxy-unreachable", "SIKD-E417"


class CentreKeyChanged(AgentError):
    """The centre signs with another key than the one this node trusts."""

    slug, code = "centre-key-changed", "SIKD-E402"


class CentreNotConfirmed(AgentError):
    """Nobody has confirmed the centre's key yet."""

    slug, code = "centre-not-confirmed", "SIKD-E403"


class NotACentre(AgentError):
    """The address answers, but not as a centre does."""

    slug, code, retry_helps = "not-a-centre", "SIKD-E404", True


class CentreCertificateRefused(AgentError):
    """The TLS certificate is not one that this server trusts."""

    slug, code = "centre-certificate-refused", "SIKD-E405"


class ProxyRefused(AgentError):
    """The proxy does not let the agent through."""

    slug, code = "proxy-refused", "SIKD-E406"


class NotInitialised(AgentError):
    """This node has no keys yet."""

    slug, code = "not-initialised", "SIKD-E407"


class NotEnrolled(AgentError):
    """The centre has said nothing about this node yet."""

    slug, code = "not-enrolled", "SIKD-E412"


class WaitingForMapping(AgentError):
    """DJPK has not mapped this node to a Pemda yet, or does not let it deliver."""

    slug, code, retry_helps = "waiting-for-mapping", "SIKD-E408", True


class OtherPemda(AgentError):
    """Mapped to another Pemda than agent.toml expects."""

    slug, code = "other-pemda", "SIKD-E409"


class SnapshotRefused(AgentError):
    """The centre has judged a snapshot and does not accept it."""

    slug, code = "snapshot-refused", "SIKD-E411"


class NotExportable(AgentError):
    """A snapshot cannot be made into an ADK file, or not any more."""

    slug, code = "not-exportable", "SIKD-E413"


class TicketOfAnotherCentre(AgentError):
    """The install ticket leads to another centre than agent.toml."""

    slug, code = "ticket-of-another-centre", "SIKD-E415"


class ScheduleNotUnderstood(AgentError):
    """DJPK has set a schedule that this version cannot read; the former one stays in force."""

    slug, code, retry_helps = "schedule-not-understood", "SIKD-E418", True


class ConfigError(AgentError):
    """agent.toml says something that cannot be; `key` names the setting, for example `centre.url`."""

    slug, code = "config", "SIKD-E410"

    def __init__(self, problem: Text, *, remedy: Text, key: str = "") -> None:
        super().__init__(problem, remedy=remedy)
        self.key = key


class VaultError(AgentError):
    """The sealed secrets cannot be used as they are."""

    slug, code = "vault", "SIKD-E420"


class VaultDamaged(VaultError):
    """A byte of the vault was changed, or it was sealed with another key."""

    slug, code = "vault-damaged", "SIKD-E421"


class VaultExposed(VaultError):
    """Others could read the vault or its key."""

    slug, code = "vault-exposed", "SIKD-E422"


class VaultKeyUnusable(VaultError):
    """The key that opens the vault is gone, or is no key."""

    slug, code = "vault-key-unusable", "SIKD-E423"


class StorageError(AgentError):
    """The agent's own databases cannot be used as they are."""

    slug, code = "storage", "SIKD-E430"


class StorageDamaged(StorageError):
    """A database is not what was written."""

    slug, code = "storage-damaged", "SIKD-E431"


class SnapshotDamaged(StorageError):
    """A queued snapshot is not what was queued; a fresh one is taken."""

    slug, code, retry_helps = "snapshot-damaged", "SIKD-E434", True


class OutboxBegunAnew(StorageError):
    """A damaged outbox was put aside; what it held is delivered anew."""

    slug, code, retry_helps = "outbox-begun-anew", "SIKD-E435", True


class StorageUnwritable(StorageError):
    """No space, no right, or another program holds it."""

    slug, code, retry_helps = "storage-unwritable", "SIKD-E432", True


class StorageNewer(StorageError):
    """Written by a newer version of this program."""

    slug, code = "storage-newer", "SIKD-E433"


class CollectionError(AgentError):
    """The budget could not be read out."""

    slug, code = "collection", "SIKD-E440"


class CollectionTimedOut(CollectionError):
    """The database did not answer in time; reading was stopped."""

    slug, code, retry_helps = "collection-timed-out", "SIKD-E441", True


class CollectionDied(CollectionError):
    """The reading process ended without a word."""

    slug, code, retry_helps = "collection-died", "SIKD-E442", True


class CollectionRunning(CollectionError):
    """A collection is already under way."""

    slug, code, retry_helps = "collection-running", "SIKD-E443", True


class PasswordMissing(CollectionError):
    """No password of the database is stored."""

    slug, code = "password-missing", "SIKD-E444"


class TargetNotApproved(CollectionError):
    """Nobody on this server has approved where the access leads."""

    slug, code = "target-not-approved", "SIKD-E445"


class TargetNotNamed(CollectionError):
    """The access leads to this server itself or its own wire, and nobody has named that."""

    slug, code = "target-not-named", "SIKD-E446"


class AccessAwaited(CollectionError):
    """No access to the finance database is configured yet."""

    slug, code = "access-awaited", "SIKD-E447"


class AccessApproved(AccessAwaited):
    """Entered and approved here; it is DJPK's turn to configure it."""

    slug, code = "access-approved", "SIKD-E448"


class CentreBusy(Busy):
    """The centre asks to come back later; `retry_after` is how much later, where it said so."""

    def __init__(self, problem: Text, *, remedy: Text, retry_after: timedelta | None = None) -> None:
        super().__init__(problem, remedy=remedy)
        self.retry_after = retry_after
