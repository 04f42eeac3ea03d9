"""A sentence for people, kept apart from the language it will be read in.

Rooms say what happened with `T`; only the door that shows it (CLI, page, letter) chooses the language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """An English message id and the values that fill its `{placeholders}`."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """The sentence in the language of `gettext`; values that are sentences are translated too."""
        filled = {
            name: value.translated(gettext) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return gettext(self.msgid).format_map(_Lenient(filled))

    def __str__(self) -> str:
        return self.translated(lambda msgid: msgid)


class _Lenient(dict[str, object]):
    """Values of a sentence; one that is missing shows as its own name instead of breaking a page."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def T(msgid: str, /, **values: object) -> Text:  # noqa: N802 - the extraction keyword, short on purpose
    """Mark an English sentence for translation and bind its values."""
    return Text(msgid, values)
