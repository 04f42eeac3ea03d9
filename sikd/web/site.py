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
    random: Callable[[int], bytes]
    cookies: Cookies
    sample: bool
    centre_der: bytes
    """The centre's public key (SPKI DER)."""
    public_url: str
    """The address that nodes and people use."""

    def new_token(self) -> str:
        """A random value for a visitor's cookie, of 256 bits."""
        return self.random(32).hex()

    @property
    def centre_key(self) -> str:
        """The fingerprint of the centre's key, in groups, as people compare it."""
        return fingerprint(self.centre_der)


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site
