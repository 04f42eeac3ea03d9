"""What a running centre is made of, for whoever answers its requests; time and randomness come in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from sikd.config import Settings
from sikd.database import Database
from sikd.keys import CentreKey


@dataclass(frozen=True)
class Centre:
    """Settings, database and key of one centre, its clock (aware UTC), and its source of random bytes."""

    settings: Settings
    database: Database
    key: CentreKey
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]


def centre_of(request: Request) -> Centre:
    """The centre that a request came to."""
    centre: Centre = request.app.state.centre
    return centre
