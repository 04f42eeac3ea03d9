"""What the centre has ordered and nobody has done yet."""

from __future__ import annotations

from collections.abc import Mapping

from agent.storage.state import State
from contract.wire.messages import Order


class Orders:
    """The open orders of a node, in its memory: neither a restart nor a reload loses one."""

    def __init__(self, state: State) -> None:
        self._state = state

    def open(self) -> Mapping[Order, int]:
        """What is to be done, each with the counter of the answer that ordered it."""
        kept = self._state.open_orders()
        return {order: kept[order] for order in Order if order in kept}

    def done(self, orders: Mapping[Order, int], *which: Order) -> None:
        """Strike out those of `orders` that were done; what was ordered again since then stays open."""
        for order in which:
            if order in orders:
                self._state.finish_order(order, orders[order])

    def __contains__(self, order: Order) -> bool:
        return order in self._state.open_orders()
