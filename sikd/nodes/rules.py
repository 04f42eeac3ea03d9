"""The pure rules about nodes: who still finds room in the list of pending ones, and what a check-in means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Network, IPv6Network, ip_address

from contract.wire.messages import Checkin
from contract.wire.states import NodeState
from sikd.deadlines import DAYS_TO_INTERCONNECT, end_of_working_days, working_days_left
from sikd.nodes.store import Node

MAX_PENDING = 2000
MAX_PENDING_OF_A_NETWORK = 600
"""Every Pemda there is may stand behind one address of a data centre."""
KEPT_FOR_NEWCOMERS = 500
"""The last places of the list are for networks that have nobody in it: one flood never shuts all out."""
MAX_NEW_A_MINUTE = 30
SILENT = timedelta(days=14)
"""A pending node that was silent this long makes room; it registers again when it comes back."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How full the list of pending nodes is: in all, of one network, and of it within a minute."""

    pending: int
    of_network: int
    of_network_just_now: int


def finds_room(crowd: Crowd) -> bool:
    """Whether one more node of a network may wait to be mapped."""
    if crowd.of_network_just_now >= MAX_NEW_A_MINUTE or crowd.of_network >= MAX_PENDING_OF_A_NETWORK:
        return False
    limit = MAX_PENDING - KEPT_FOR_NEWCOMERS if crowd.of_network else MAX_PENDING
    return crowd.pending < limit


def network_of(address: str) -> str:
    """The network that an address belongs to, /24 or /48; text that is no address is a network of its own."""
    try:
        known = ip_address(address)
    except (ValueError, AddressValueError):
        return address[:60]
    if known.version == 4:
        return str(IPv4Network((int(known), 24), strict=False))
    return str(IPv6Network((int(known), 48), strict=False))


def days_left(node: Node, now: datetime) -> int | None:
    """Working days left of the five in which DJPK connects a node; None for one that does not wait."""
    if node.state is not NodeState.PENDING:
        return None
    return working_days_left(end_of_working_days(node.registered_at, DAYS_TO_INTERCONNECT), now)


class Meaning(StrEnum):
    """What a check-in is, judged by its counter, its id and the node's state."""

    NEW = "new"
    REPEATED = "repeated"
    REWOUND = "rewound"
    COPY = "copy"
    WATCHED = "watched"


def meaning(node: Node, message: Checkin) -> Meaning:
    """What a check-in of a known node means.

    1. The id that was answered last: the answer was lost, and is given again.
    2. A node that may not deliver is watched only; one that waits to be mapped is heard.
    3. The counter of the last answer, or a later one, from a centre that was restored since: heard.
    4. An older counter of the very same machine: its state was restored from a backup. Heard, and remembered.
    5. Any other older counter: a second machine has this identity.
    """
    if message.checkin_id == node.checkin_id and message.counter < node.counter:
        return Meaning.REPEATED
    if node.state is NodeState.PENDING:
        return Meaning.NEW
    if node.state is not NodeState.MAPPED:
        return Meaning.WATCHED
    if message.counter >= node.counter:
        return Meaning.NEW
    return Meaning.REWOUND if _is_restored(node, message) else Meaning.COPY


def _is_restored(node: Node, message: Checkin) -> bool:
    """Whether an old counter can be a restored backup, and not a copy of the whole machine.

    After a restore nobody goes on from where the node had been. Where somebody does, two machines run.
    """
    same = (node.machine, node.hostname) == (message.machine, message.hostname)
    others = () if node.rewound_from is None else (node.rewound_from - 1, node.rewound_from)
    return bool(message.machine) and same and message.counter not in others
