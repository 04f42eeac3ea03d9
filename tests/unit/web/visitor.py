"""A person with a browser, as far as pages without JavaScript need one: cookies, forms and their tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

_TOKEN = re.compile(r'name="token" value="([0-9a-f]*)"')


@dataclass
class Visitor:
    """One browser; it holds its own cookies, though the line to the centre is shared."""

    client: httpx.Client
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def get(self, address: str, **headers: str) -> httpx.Response:
        """Open a page; redirects are answers, not followed."""
        return self._ask("GET", address, headers=headers)

    def post(self, address: str, **fields: str) -> httpx.Response:
        """Send a form as it is given."""
        return self._ask("POST", address, data=fields)

    def read(self, address: str) -> str:
        """The text of a page that is expected to be there."""
        response = self.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return unescape(response.text)

    def token(self, address: str) -> str:
        """The token that stands in the forms of a page."""
        found = _TOKEN.search(self.get(address).text)
        assert found is not None, f"no form on {address}"
        return found[1]

    def send(self, page: str, address: str, **fields: str) -> httpx.Response:
        """Open a page, then send one of its forms."""
        return self.post(address, token=self.token(page), **fields)

    def sign_in(self, username: str, password: str) -> httpx.Response:
        """Sign in with the form."""
        return self.send("/masuk", "/masuk", username=username, password=password)

    def _ask(self, method: str, address: str, **what: Any) -> httpx.Response:
        self.client.cookies = self.cookies
        response = self.client.request(method, address, **what)
        self.cookies = httpx.Cookies(self.client.cookies)
        self.client.cookies = httpx.Cookies()
        return response
