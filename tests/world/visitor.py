"""A person at the centre's pages, without a browser: signs in, opens a page, fills in its form."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Self

import httpx

from tests.world.programs import Person, ProgramFailed


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and the hidden fields it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.found.setdefault(given.get("action", ""), {})
        elif tag == "input" and given.get("type") == "hidden":
            self._fields[given["name"]] = given["value"]


class Visitor:
    """A signed-in person."""

    def __init__(self, address: str, person: Person) -> None:
        self._http = httpx.Client(base_url=address, follow_redirects=True, trust_env=False)
        self.submit("/masuk", "/masuk", username=person.username, password=person.password)

    def submit(self, page: str, ending: str, **fields: str) -> str:
        """Open a page, fill in the form whose address ends so, and return the page that follows."""
        forms = _Forms()
        forms.feed(self.open(page))
        action = next((action for action in forms.found if action.endswith(ending)), None)
        if action is None:
            raise ProgramFailed(f"page {page} has no form {ending}; it has {sorted(forms.found)}")
        answer = self._http.post(action, data=forms.found[action] | fields)
        if answer.is_error:
            raise ProgramFailed(f"form {ending} of {page} was answered with {answer.status_code}")
        return answer.text

    def open(self, page: str) -> str:
        """A page's text."""
        answer = self._http.get(page)
        if answer.is_error:
            raise ProgramFailed(f"page {page} was answered with {answer.status_code}")
        return answer.text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
