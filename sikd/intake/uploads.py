"""How much of the centre uploads may take: a few of one node, and never all of the threads.

On the night of the deadline all Pemda send at once; check-ins and pages still have to be answered, and no one
node may fill the memory with frames that it sends over and over.
"""

from __future__ import annotations

from asyncio import Semaphore
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from contract.errors import Busy
from contract.text import T
from sikd.intake.heads import Heads

MOST_OF_A_NODE = 4
"""More than one, because the one before may not have noticed yet that its line has broken."""
MOST_FRAMES_AT_WORK = 8
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Uploads:
    """The uploads that one process has under way; used by its event loop alone."""

    def __init__(self) -> None:
        self.heads = Heads()
        self._of_node = Counter[str]()
        self._at_work = Semaphore(MOST_FRAMES_AT_WORK)

    @contextmanager
    def place(self, node_id: str) -> Iterator[None]:
        """A place for one more upload of a node until the block ends; raises Busy where it has its share."""
        if self._of_node[node_id] >= MOST_OF_A_NODE:
            raise Busy(
                T("Too many uploads of node {node_id} are under way.", node_id=node_id),
                remedy=T("The agent tries again by itself."),
            )
        self._of_node[node_id] += 1
        try:
            yield
        finally:
            self._of_node[node_id] -= 1
            if not self._of_node[node_id]:
                del self._of_node[node_id]

    async def work(
        self, do: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        """The result of the work on one frame, in a thread, once there is one for it."""
        async with self._at_work:
            return await run_in_threadpool(do, *arguments, **options)
