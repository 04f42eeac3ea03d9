"""What an access and its check are called on a page, in words that somebody who is no engineer can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.text import T, Text
from contract.wire.access import DatabaseEngine, NamedBy, Tls
from contract.wire.access_report import Outcome, Step
from contract.wire.states import AccessState
from sikd.dbaccess.store import Access
from sikd.web.words import Label

ACCESS_STATES: Mapping[AccessState, Label] = {
    AccessState.ENTERED: Label(T("waits for the node"), "wait"),
    AccessState.TO_APPROVE: Label(T("waits for approval at the node"), "wait"),
    AccessState.APPROVED: Label(T("waits for the check by DJPK"), "wait"),
    AccessState.CHECKING: Label(T("being checked")),
    AccessState.KONFIRMASI: Label(T("confirmation needed"), "bad"),
    AccessState.VALID: Label(T("valid, waits to be configured"), "wait"),
    AccessState.CONFIGURED: Label(T("configured on Master SIKD"), "good"),
    AccessState.REPLACED: Label(T("replaced by a newer entry"), "plain"),
}

STEPS: Mapping[Step, Text] = {
    Step.TCP: T("The database server answers"),
    Step.TLS: T("The connection is encrypted"),
    Step.LOGIN: T("The account is let in"),
    Step.VERSION: T("The database is one that the agent can read"),
    Step.GRANTS: T("The account may read, and no more"),
    Step.TABLES: T("The tables of the application are there"),
    Step.ROWS: T("There is a budget of this year"),
    Step.STAGE: T("The stage of the APBD Murni is certain"),
}

OUTCOMES: Mapping[Outcome, Label] = {
    Outcome.OK: Label(T("passed"), "good"),
    Outcome.WARNING: Label(T("passed, with advice"), "wait"),
    Outcome.FAILED: Label(T("failed"), "bad"),
    Outcome.SKIPPED: Label(T("not tried"), "plain"),
}

ENGINES: Mapping[DatabaseEngine, str] = {
    DatabaseEngine.MYSQL: "MySQL / MariaDB",
    DatabaseEngine.POSTGRESQL: "PostgreSQL",
    DatabaseEngine.ORACLE: "Oracle",
}

ENCRYPTION: Mapping[Tls, Text] = {
    Tls.PREFER: T("Encrypted where the server can"),
    Tls.REQUIRE: T("Always encrypted"),
    Tls.VERIFY: T("Always encrypted, and the certificate is checked"),
    Tls.DISABLE: T("Not encrypted"),
}

NAMED_BY: Mapping[NamedBy, Text] = {NamedBy.SERVICE: T("Service name"), NamedBy.SID: T("SID")}


@dataclass(frozen=True, slots=True)
class Advice:
    """Why an access is not valid, what to do about it, and who at the Pemda can."""

    problem: Text
    remedy: Text
    contact: Text


ADMIN = T("The admin of the Pemda, who enters the access")
SERVER = T("The Pemda's staff who look after servers and network")
DATABASE = T("The Pemda's staff who look after the finance database")
FINANCE = T("The Pemda's staff who run the finance application")
_AGAIN = T("Enter the access once more in Sinergi Mobile.")

_BY_REFUSAL: Mapping[str, Advice] = {
    "access-outdated": Advice(T("The node has seen a newer entry than this one."), _AGAIN, ADMIN),
    "access-replayed": Advice(T("The node has seen another entry under this number."), _AGAIN, ADMIN),
    "access-of-another-node": Advice(T("The access was sealed for another node."), _AGAIN, ADMIN),
    "seal-broken": Advice(
        T("The node cannot open the sealed access: it was changed on its way, or sealed for another key."),
        _AGAIN,
        ADMIN,
    ),
}
_UNREADABLE = Advice(T("The node does not understand what was entered."), _AGAIN, ADMIN)

_BY_CODE: Mapping[str, Advice] = {
    "SIKD-E301": Advice(
        T("The agent's server cannot reach the database server at the address that was entered."),
        T(
            "Check that the database runs, that host and port are right, and that the firewall lets the "
            "agent's server through. Where the address was wrong, enter the access once more."
        ),
        SERVER,
    ),
    "SIKD-E302": Advice(
        T("The database does not let the account in: its name or its password is not right."),
        T("Ask for the right account and password of the database, and enter the access once more."),
        ADMIN,
    ),
    "SIKD-E303": Advice(
        T("The account may do much more than read, so the agent does not use it."),
        T("Make an account that may only read; `sudo sinergi source grants` prints the statements for it."),
        DATABASE,
    ),
    "SIKD-E304": Advice(
        T("Tables of the finance application are missing, or the account may not read them."),
        T(
            "Check the name of the database, and let the account read its tables"
            " (`sudo sinergi source grants`)."
        ),
        DATABASE,
    ),
    "SIKD-E305": Advice(
        T("The database holds no budget of the year that the agent is set to."),
        T("Check that this is the database of the running year, and the year in the agent's settings."),
        FINANCE,
    ),
    "SIKD-E306": Advice(
        T("More than one stage could be the APBD Murni, so a person has to say which one it is."),
        T("Run `sudo sinergi source probe` on the agent's server; it shows the stages and how to choose."),
        FINANCE,
    ),
    "SIKD-E307": Advice(
        T("The budget in the database contradicts itself."),
        T("Run `sudo sinergi source probe` on the agent's server; it names the place to correct."),
        FINANCE,
    ),
    "SIKD-E309": Advice(
        T("The database server does not offer the encryption asked for, or its certificate is not trusted."),
        T("Set up TLS on the database server, or enter the access once more with another encryption."),
        DATABASE,
    ),
    "SIKD-E441": Advice(
        T("The database did not answer within two minutes."),
        T("Check whether the database server is overloaded, and have it checked again."),
        DATABASE,
    ),
}


def advice_for(access: Access) -> Advice | None:
    """Why an access is not valid; None where nothing is known to be wrong."""
    if access.refusal:
        return _BY_REFUSAL.get(access.refusal, _UNREADABLE)
    failed = next((tried for tried in access.steps if tried.outcome is Outcome.FAILED), None)
    if failed is None:
        return None
    other = Advice(
        T("This step failed: {step} ({code}).", step=STEPS[failed.step], code=failed.code),
        T("Run `sinergi access test` on the agent's server; it says what to do."),
        SERVER,
    )
    return _BY_CODE.get(failed.code, other)
