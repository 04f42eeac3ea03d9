"""A running centre and a browser, once for each module."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Person, chromium
from tests.e2e.running_centre import RunningCentre, running_centre

Somebody = Callable[..., Person]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """A centre with sample data."""
    with running_centre(tmp_path_factory.mktemp("centre"), sample=True) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser; each person gets a profile of their own."""
    with chromium() as started:
        yield started


@pytest.fixture
def somebody(browser: Browser, centre: RunningCentre) -> Iterator[Somebody]:
    """A person at a new browser profile, signed in where a name is given."""
    opened = []

    def sit_down(username: str = "", *, javascript: bool = True) -> Person:
        context = browser.new_context(locale="id-ID", java_script_enabled=javascript)
        opened.append(context)
        person = Person(context.new_page(), centre.url)
        if username:
            person.sign_in(username, centre.password)
        return person

    yield sit_down
    for context in opened:
        context.close()
