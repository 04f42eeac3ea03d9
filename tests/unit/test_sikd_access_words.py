"""Whatever a node reports, an officer reads what is wrong, what to do, and who can do it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import agent.errors
import connectors.interface
from contract.errors import AccessRefused, ExplainedError
from contract.wire.access import DatabaseEngine, NamedBy, Tls
from contract.wire.access_report import Origin, Outcome, Step, TriedStep
from contract.wire.states import ACCESS_STEPS, AccessEvent, AccessState
from sikd.dbaccess.store import Access
from sikd.dbaccess.words import ACCESS_STATES, ENCRYPTION, ENGINES, NAMED_BY, OUTCOMES, STEPS, advice_for
from sikd.web.words import ACTS

NOW = datetime(2026, 1, 20, tzinfo=UTC)


def access(**changed: Any) -> Access:
    fields: dict[str, Any] = {
        "kode_pemda": "11.10",
        "node_id": "sikd1",
        "version": 1,
        "access_id": "a" * 32,
        "origin": Origin.CENTRE,
        "sealed": b"",
        "state": AccessState.KONFIRMASI,
        "refusal": "",
        "steps": (),
        "entered_by": "admin-1",
        "entered_at": NOW,
        "changed_at": NOW,
        "configured_at": None,
    }
    return Access(**fields | changed)


def failed_at(step: Step, code: str) -> Access:
    tried = [TriedStep(step=each, outcome=Outcome.OK, code="") for each in Step if each is not step]
    return access(steps=(*tried, TriedStep(step=step, outcome=Outcome.FAILED, code=code)))


def below(kind: type[ExplainedError]) -> list[type[ExplainedError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in below(child))]


def test_every_state_step_and_outcome_has_words() -> None:
    assert set(ACCESS_STATES) == set(AccessState)
    assert set(STEPS) == set(Step)
    assert set(OUTCOMES) == set(Outcome)
    assert set(ENCRYPTION) == set(Tls)
    assert set(ENGINES) == set(DatabaseEngine)
    assert set(NAMED_BY) == set(NamedBy) - {NamedBy.DATABASE}


def test_every_act_of_an_access_has_words() -> None:
    by_nodes = {f"access_{event}" for _, event in ACCESS_STEPS} - {
        f"access_{event}"
        for event in (AccessEvent.CHECK_ORDERED, AccessEvent.CONFIGURED_BY_DJPK, AccessEvent.NEWER_ENTERED)
    }

    assert by_nodes | {"access_entered", "access_check_ordered", "access_configured"} <= set(ACTS)


@pytest.mark.parametrize("kind", below(AccessRefused)[1:], ids=lambda kind: kind.slug)
def test_every_refusal_of_a_node_has_advice_of_its_own(kind: type[ExplainedError]) -> None:
    advice = advice_for(access(refusal=kind.slug))

    assert advice is not None
    assert advice != advice_for(access(refusal="something-new"))


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize(
    "kind",
    [*below(connectors.interface.ConnectorError), *below(agent.errors.CollectionError)],
    ids=lambda kind: kind.code,
)
def test_every_failed_step_has_advice(step: Step, kind: type[ExplainedError]) -> None:
    advice = advice_for(failed_at(step, kind.code))

    assert advice is not None
    assert all(str(part) for part in (advice.problem, advice.remedy, advice.contact))


def test_an_access_with_nothing_wrong_needs_no_advice() -> None:
    assert advice_for(access(state=AccessState.VALID)) is None
