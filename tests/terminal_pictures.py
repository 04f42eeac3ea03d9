"""The pictures of the terminal in the agent's manual; `python -m tests.terminal_pictures` draws them.

Each shows what a command prints for sample facts, so that no picture tells what the program does not.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from html import escape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from agent import status
from agent.cli import source_preview
from agent.cli.console import Console
from agent.cli.status_screen import screen
from agent.i18n import translator
from agent.line.broken_line import Leg, explained
from agent.service.facts import trouble
from agent.settings import Centre
from connectors.failures import login_refused
from connectors.interface import Access
from contract.wire import identity
from tests.fakes.facts import facts
from tests.fakes.noticed import preview

if TYPE_CHECKING:
    from agent.status import Facts

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
LANGUAGES = ("en", "id")
PREVIEW = "preview"
LINE, LETTER, EDGE = 20, 8.43, 16
"""Pixels: the height of a line, the width of a letter in the fonts below, and what is left free around."""
COLUMNS = 100
_HARD_SPACE = "\u00a0"
_ACCESS = Access("wp-sipd", "mysql", "sipd", "10.0.0.5", 3306, "sinergi_baca")
_FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def scenes() -> dict[str, Facts]:
    """What is shown, by the name of the picture."""
    away = trouble(explained(Leg.CONNECTION, TimeoutError(), Centre(url="https://sikd.example")))
    refused = trouble(login_refused(_ACCESS, "Access denied for user 'sinergi_baca'"))
    shown = {
        "waiting": facts(state="pending"),
        "connected": facts(snapshot="done"),
        "centre-down": facts(snapshot="queued", queued=1, centre_trouble=away),
        "password-refused": facts(snapshot="done", database_trouble=refused),
    }
    return {name: _named(one) for name, one in shown.items()}


def _named(shown: Facts) -> Facts:
    return {**shown, "node_id": identity.node_id(b"CONTOH")}


def drawn() -> Iterator[tuple[Path, str]]:
    """Every picture: its file, and what belongs into it."""
    for language in LANGUAGES:
        for name, shown in scenes().items():
            drawing = picture("sinergi status", said(shown, language), language)
            yield FOLDER / language / f"{name}.svg", drawing
        drawing = picture("sudo sinergi source preview", previewed(language), language)
        yield FOLDER / language / f"{PREVIEW}.svg", drawing


def said(shown: Facts, language: str) -> list[str]:
    """The lines that `sinergi status` prints half a minute after the agent wrote these facts."""
    now = datetime.fromisoformat(shown["written_at"]).timestamp() + 30
    found = status.situations(shown, alive=True)
    return screen(shown, found, translator(language, ["sinergi"]), language, now).rstrip("\n").split("\n")


def previewed(language: str) -> list[str]:
    """The lines that `sinergi source preview` prints of a budget with findings of several kinds."""
    out = StringIO()
    source_preview.show(preview(), Console(language, {}, translator(language), out, out, asks=False))
    return out.getvalue().rstrip("\n").split("\n")


def picture(command: str, lines: list[str], language: str) -> str:
    """A terminal with this command and these lines, as SVG."""
    rows = [row for line in [f"$ {command}", *lines] for row in _wrapped(line)]
    width = round(2 * EDGE + LETTER * max(map(len, rows)))
    height = 2 * EDGE + LINE * (len(rows) + 1)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" lang="{language}" role="img" aria-labelledby="said"'
            f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            f'<title id="said">{escape(" ".join(" ".join(rows).split()))}</title>',
            f'<rect width="{width}" height="{height}" rx="8" fill="#10242b"/>',
            f'<g font-family="{_FONTS}" font-size="14" fill="#e6eef0">',
            f'<text x="{width - EDGE}" y="{EDGE + 10}" text-anchor="end" fill="#8fb3bd">CONTOH</text>',
            *_texts(rows),
            "</g>",
            "</svg>\n",
        ]
    )


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, COLUMNS, subsequent_indent="    ", break_on_hyphens=False) or [""]


def _texts(rows: list[str]) -> Iterator[str]:
    colour = ""
    for number, row in enumerate(rows, 1):
        if row:
            if not row.startswith("    "):
                colour = ' fill="#ffd479"' if row.startswith(("✗", "!", "  →")) else ""
            text = escape(row, quote=False).replace(" ", _HARD_SPACE)
            yield f'<text x="{EDGE}" y="{EDGE + LINE * number + 10}"{colour}>{text}</text>'


def write() -> None:
    """Draw them all anew."""
    for path, content in drawn():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    write()
