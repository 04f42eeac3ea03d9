"""The languages that the centre speaks: Indonesian and English; the code's own sentences are English.

Loads nothing but the catalogues, because every command and every page begins here.
"""

from __future__ import annotations

import gettext
from enum import StrEnum
from functools import cache
from pathlib import Path

import contract
import sikd
from contract.text import Text

_HOMES = (("sikd", sikd), ("contract", contract))


class Language(StrEnum):
    """The languages that answers exist in."""

    ID = "id"
    EN = "en"


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """The catalogues of centre and contract as one; sentences in the code are English already."""
    joined = gettext.NullTranslations()
    if language is Language.ID:
        for domain, room in _HOMES:
            folder = Path(room.__path__[0]) / "locale"
            joined.add_fallback(gettext.translation(domain, folder, ["id"], fallback=True))
    return joined


def say(text: Text, language: Language) -> str:
    """A sentence in a language."""
    return text.translated(translations(language).gettext)
