"""The few places that a person goes to often, by what their role may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.text import T, Text
from sikd.web.permissions import PERMISSIONS

if TYPE_CHECKING:
    from sikd.web.page import Page


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the navigation, and the pages that belong to it."""

    label: Text
    route: str
    pages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as one visitor sees it; `current` is `page` there, `true` on a page below it, else empty."""

    label: Text
    address: str
    current: str


_OF_A_PEMDA = frozenset(
    {"pemda", "access", "access_form", "snapshot", "snapshot_skpd", "snapshot_lines", "snapshot_trail"}
)
_PLACES = (
    Place(T("Home"), "home"),
    Place(T("Board"), "board", _OF_A_PEMDA),
    Place(T("Tickets"), "tickets", frozenset({"ticket", "ticket_form", "submit_ticket"})),
    Place(T("Nodes"), "nodes", frozenset({"node"})),
    Place(T("Accounts"), "accounts", frozenset({"account", "submit_account", "submit_first_password"})),
    Place(T("Audit trail"), "audit_trail"),
    Place(T("Service"), "service"),
)


def entries(page: Page) -> tuple[Entry, ...]:
    """The navigation of this visitor."""
    role = page.user.role if page.user else None
    return tuple(_entry(page, place) for place in _PLACES if role in PERMISSIONS[place.route])


def _entry(page: Page, place: Place) -> Entry:
    here = getattr(page.request.scope.get("route"), "name", "")
    current = "page" if here == place.route else "true" if here in place.pages else ""
    return Entry(place.label, page.address(place.route), current)
