"""What the centre has ordered and nobody has done yet."""

from __future__ import annotations

from threading import Lock

from contract.wire.messages import Order


class Orders:
    """What the centre has ordered and nobody has done yet; they outlive a reload of the settings."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[Order] = set()

    def add(self, *orders: Order) -> None:
        """Note what was ordered."""
        with self._lock:
            self._open.update(orders)

    def done(self, *orders: Order) -> None:
        """Strike out what was done."""
        with self._lock:
            self._open.difference_update(orders)

    def __contains__(self, order: Order) -> bool:
        with self._lock:
            return order in self._open
