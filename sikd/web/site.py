"""What all pages of one running centre share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from contract.wire.identity import fingerprint
from sikd.database import Database
from sikd.web.cookies import Cookies


@dataclass(frozen=True)
class Site:
    """The parts that pages are served from; `sample` marks every page as CONTOH."""

    database: Database
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    cookies: Cookies
    sample: bool
    centre_der: bytes
    """The centre's public key (SPKI DER)."""

    @property
    def centre_key(self) -> str:
        """The fingerprint of the centre's key, in groups, as people compare it."""
        return fingerprint(self.centre_der)


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site
