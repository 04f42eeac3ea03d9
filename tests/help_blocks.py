"""The `--help` blocks of the operating manuals, as the program prints them; `python -m tests.help_blocks`.

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
PAGES = {"en": ROOT / "docs" / "operating-the-agent.md", "id": ROOT / "docs" / "operating-the-agent.id.md"}
BLOCK = re.compile(r"(<!-- help: (?P<verb>[a-z -]+) -->\n)```text\n.*?```\n", re.DOTALL)
_WIDTH = "100"


def help_of(verb: str, language: str) -> str:
    """What `sinergi VERB --help` prints in a language, on a terminal of 100 columns."""
    printed = io.StringIO()
    with patch.dict("os.environ", {"COLUMNS": _WIDTH}), redirect_stdout(printed), suppress(SystemExit):
        main([*verb.split(), "--help", "--lang", language])
    return printed.getvalue()


def refreshed(page: str, language: str) -> str:
    """The page with every block as the program prints it now."""
    return BLOCK.sub(lambda block: f"{block[1]}```text\n{help_of(block['verb'], language)}```\n", page)


def write() -> None:
    """Bring both manuals up to date."""
    for language, path in PAGES.items():
        path.write_text(refreshed(path.read_text(), language))


if __name__ == "__main__":
    write()
