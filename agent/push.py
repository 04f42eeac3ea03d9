"""The last step: bring everything that waits in the outbox to the centre."""

from __future__ import annotations

from datetime import datetime

from agent.deliver import Courier, DeliveryCalls, Pushed, PushResult, deliver
from agent.errors import SnapshotDamaged
from agent.journal import note
from agent.keys import NodeKeys
from agent.storage.outbox import Outbox
from agent.storage.state import State
from contract.errors import ContractError, RefusedByCentre

__all__ = ["PushResult", "Pushed", "push"]


def push(
    outbox: Outbox, centre: DeliveryCalls, state: State, keys: NodeKeys, *, now: datetime
) -> list[Pushed]:
    """Deliver what waits, each snapshot once; an empty list means that nothing waited.

    What the centre refuses does not hold up what comes after it: the first refusal is raised in the end. A
    line that breaks is raised at once. Whatever is raised, the next call goes on where this one ended.
    """
    courier = Courier(outbox, centre, state, keys, now)
    pushed: list[Pushed] = []
    refusals: list[ContractError | RefusedByCentre] = []
    for snapshot in outbox.unfinished():
        try:
            outcome = deliver(courier, snapshot)
        except (ContractError, RefusedByCentre) as error:
            note("snapshot held up", snapshot=snapshot.snapshot_id, error=error.slug)
            refusals.append(error)
            continue
        except SnapshotDamaged:
            # Forgotten first: whatever comes between, the budget is read anew as soon as it may be.
            state.forget_reading()
            outbox.set_aside(snapshot.snapshot_id)
            raise
        pushed += [outcome] if outcome else []
    if refusals:
        raise refusals[0]
    return pushed
