"""What the documentation takes from the program: help and manual pages; `python -m tests.help_blocks`.

A block stands below a line `<!-- help: VERB -->`, with the language of its page.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout, suppress
from pathlib import Path
from unittest.mock import patch

from agent.cli import main

ROOT = Path(__file__).parents[1]
GUIDES = {"en": ROOT / "docs" / "operating-the-agent.md", "id": ROOT / "docs" / "operating-the-agent.id.md"}
"""How the agent is installed and operated."""
PAGES = {"en": ROOT / "docs" / "agent-commands.md", "id": ROOT / "docs" / "agent-commands.id.md"}
"""Every command, for looking up."""
BLOCK = re.compile(r"(<!-- help: (?P<verb>[a-z -]+) -->\n)```text\n.*?```\n", re.DOTALL)
MANUALS = {language: ROOT / "docs" / "man" / language / "sinergi.1" for language in PAGES}
_WIDTH = "100"


def help_of(verb: str, language: str) -> str:
    """What `sinergi VERB --help` prints in a language, on a terminal of 100 columns."""
    return printed(*verb.split(), "--help", "--lang", language)


def manual_of(language: str) -> str:
    """What `sinergi manual` prints in a language."""
    return printed("manual", "--lang", language)


def printed(*arguments: str) -> str:
    """What a command prints on a terminal of 100 columns."""
    said = io.StringIO()
    with patch.dict("os.environ", {"COLUMNS": _WIDTH}), redirect_stdout(said), suppress(SystemExit):
        main([*arguments])
    return said.getvalue()


def refreshed(page: str, language: str) -> str:
    """The page with every block as the program prints it now."""
    return BLOCK.sub(lambda block: f"{block[1]}```text\n{help_of(block['verb'], language)}```\n", page)


def write() -> None:
    """Bring the manuals of both languages up to date."""
    for language, path in PAGES.items():
        path.write_text(refreshed(path.read_text(), language))
        MANUALS[language].write_text(manual_of(language))


if __name__ == "__main__":
    write()
