"""The `--help` blocks of the centre's manual, as `sikd` prints them; `python -m tests.centre_help_blocks`."""

from __future__ import annotations

import os
from unittest.mock import patch

from sikd.cli.console import Console
from sikd.cli.frame import parser_for
from sikd.language import Language
from tests.help_blocks import BLOCK, ROOT

PAGE = ROOT / "docs" / "operating-the-centre.md"


def help_of(command: str) -> str:
    """What `sikd COMMAND --help` prints in English, on a terminal of 100 columns."""
    with patch.dict(os.environ, {"COLUMNS": "100"}):
        return parser_for(command, Console(Language.EN)).format_help()


def refreshed(page: str) -> str:
    """The page with every block as the program prints it now."""
    return BLOCK.sub(lambda block: f"{block[1]}```text\n{help_of(block['verb'])}```\n", page)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text()))
