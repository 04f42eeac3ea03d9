"""A person in front of a real browser, and an inspector who looks over their shoulder at every page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

WIDTHS = (1280, 390)
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS_BETWEEN = (768, 1024, 1366)
"""Where only the room is looked at."""
_OVERFLOWS = "() => document.documentElement.scrollWidth > window.innerWidth"
_STICKS_OUT = """() => [...document.querySelectorAll('.sheet table')].some(
    table => table.getBoundingClientRect().right > table.closest('.sheet').getBoundingClientRect().right)"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine, which asks nobody else for anything."""
    program = shutil.which("chromium")
    assert program is not None, "chromium is not installed; `make setup-test` does it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody with a browser window of their own."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    expects_errors: bool = False

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def open(self, path: str) -> None:
        """Go to a page of the centre."""
        self.page.goto(self.address + path)

    def sign_in(self, username: str, password: str) -> None:
        """Sign in with the form."""
        self.open("/masuk")
        self.page.get_by_label("Nama pengguna").fill(username)
        self.page.get_by_label("Kata sandi").fill(password)
        self.press("Masuk")

    def press(self, name: str) -> None:
        """Press a button of the page itself, and wait for what follows."""
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def says(self, text: str) -> bool:
        """Whether the page shows this text."""
        return self.page.get_by_text(text).first.is_visible()

    def _note(self, message: ConsoleMessage) -> None:
        # A page that answers 404 is reported as an error by the browser itself.
        if message.type in {"error", "warning"} and not self.expects_errors:
            self.complaints.append(f"{self.page.url}: {message.text}")


def faults_of(person: Person, path: str) -> list[str]:
    """What is wrong with a page at any width: barriers, sideways scrolling, complaints of the browser."""
    faults = []
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        person.open(path)
        faults += [f"{path} at {width}: {barrier}" for barrier in barriers_of(person)]
        faults += _without_room(person, path, width)
    for width in WIDTHS_BETWEEN:
        person.page.set_viewport_size({"width": width, "height": 900})
        faults += _without_room(person, path, width)
    return faults + person.complaints


def barriers_of(person: Person) -> list[str]:
    """What keeps somebody from using the page as it stands."""
    return [f"{each['id']}: {each['help']}" for each in Axe().run(person.page).response["violations"]]


def _without_room(person: Person, path: str, width: int) -> list[str]:
    found = {
        "wider than the window": person.page.evaluate(_OVERFLOWS),
        "a table sticks out of its card": person.page.evaluate(_STICKS_OUT),
    }
    return [f"{path} at {width}: {what}" for what, holds in found.items() if holds]
