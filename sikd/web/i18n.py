"""The language a page is read in: Indonesian, or English for whoever asks for it."""

from __future__ import annotations

from sikd.language import Language, say, translations

__all__ = ["Language", "preferred", "say", "translations"]


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
