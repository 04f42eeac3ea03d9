"""The agent as a process that has to outlive whatever happens around it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent import status
from tests.world.patience import until
from tests.world.programs import Done, Node

_PARTING_SECONDS = 20


@dataclass(frozen=True)
class AgentAtWork:
    """`sinergi run`, and what `sinergi status` says of it meanwhile; any death of it fails the test."""

    node: Node
    process: subprocess.Popen[str]
    log: Path

    def says(self, situation: str, *words: str) -> Done:
        """Wait until the status finds this, and says all these words to a person; what it says then."""
        seen: list[Done] = []

        def holds() -> bool:
            self.lives()
            if situation not in self._situations():
                return False
            seen[:] = [self.node.tried("status"), self.node.tried("status", "--json")]
            told = situation in seen[1].document()["situations"] and seen[0].code == seen[1].code
            return told and all(word in seen[0].out for word in words)

        try:
            until(holds, f"the status is {situation} with {words}")
        except AssertionError as error:
            error.add_note("\n".join(each.out + each.err for each in seen) + self.log.read_text())
            raise
        return seen[0]

    def _situations(self) -> list[str]:
        """What the status will find, looked at without starting a program."""
        facts = status.read(str(self.node.status_file))
        return status.situations(facts, alive=bool(facts and facts["running"])) or ["healthy"]

    def is_well(self) -> None:
        """Wait until nothing is wrong any more, and everything that was read is at the centre."""
        assert self.says("healthy", "kosong", "· diterima pusat\n").code == 0

    def lives(self) -> None:
        """The very process that was started is still there."""
        assert self.process.poll() is None, self.log.read_text()


@contextmanager
def at_work(node: Node, log: Path | None = None) -> Iterator[AgentAtWork]:
    """The agent until the block ends; then it is told to stop, and must have logged no traceback."""
    file = log or node.folder / "log"
    with file.open("w") as lines, node.begin("run", log=lines) as process:
        agent = AgentAtWork(node, process, file)
        try:
            yield agent
            agent.lives()
            process.terminate()
            assert process.wait(_PARTING_SECONDS) == 0
        finally:
            process.kill()
    assert "Traceback" not in file.read_text()
