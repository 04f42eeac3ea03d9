"""What `sinergi enrol` ends with in each state of a node: its name, and the one step that comes next."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from agent.cli.console import Console
from agent.cli.identity_card import exit_code, show_standing
from agent.i18n import translator
from contract.wire.states import NodeState
from tests.fakes.served_node import service


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (NodeState.PENDING, 4, ["menunggu pemetaan", "150420", "Kode pencocokan"]),
        (NodeState.MAPPED, 0, ["telah dipetakan", "11.10"]),
        (NodeState.SUSPENDED, 5, ["dua server", "sinergi identity confirm"]),
        (NodeState.REJECTED, 5, ["dua server", "sinergi identity new"]),
    ],
)
def test_each_state_says_its_own_next_step(
    state: NodeState, code: int, words: list[str], tmp_path: Path
) -> None:
    served = service(tmp_path, mapped=state is NodeState.MAPPED)
    heard = served.world.node.client.register()
    reason = "dua server" if code == 5 else ""
    said = heard.model_copy(update={"state": state, "reason": reason})
    out = io.StringIO()

    show_standing(served.node, said, Console("id", os.environ, translator("id"), out, out, asks=False))

    assert [word for word in words if word not in out.getvalue()] == []
    assert exit_code(said) == code
    assert ("bacakan ID node" in out.getvalue()) is (state is NodeState.PENDING)
