"""The language a page is read in: Indonesian, or English for whoever asks for it."""

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
    """The languages that pages exist in."""

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


def preferred(accept_language: str) -> Language:
    """The language that a browser prefers by its Accept-Language; Indonesian where it has no wish."""
    wishes = [_wish(part) for part in accept_language[:500].split(",")]
    known = [(weight, language) for weight, language in wishes if language is not None and weight > 0]
    return max(known, key=lambda wish: wish[0])[1] if known else Language.ID


def _wish(part: str) -> tuple[float, Language | None]:
    tag, _, quality = part.strip().partition(";q=")
    try:
        weight = float(quality or 1)
        return weight, Language(tag.partition("-")[0].lower())
    except ValueError:
        return 0.0, None
