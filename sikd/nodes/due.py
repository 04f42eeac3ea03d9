"""What the rest of the centre has for a node when it checks in. Nodes come first, so it is handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from contract.wire.messages import Order
from sikd.nodes.store import Node


@dataclass(frozen=True, slots=True)
class Due:
    """The `access`, the `orders` and the `schedule` of a check-in answer."""

    access: str | None = None
    orders: tuple[Order, ...] = ()
    schedule: str | None = None


AskDue = Callable[[Connection, Node], Due]
"""Tells what a node is due; sikd/app.py names who answers."""
NOTHING = Due()
