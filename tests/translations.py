"""The Indonesian catalogues: what the code says, what the catalogue answers, and how both are joined.

`make translations` runs this. The code speaks English; a person writes each Indonesian answer into the
.po file. Entries carry no place and no date, so that two people who add sentences do not meet in every line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
METHODS = [("**/templates/**", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**": {"silent": "false", "trimmed": "true"}}
KEYWORDS: dict[str, Any] = {"T": None, "_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
HEADER = """\
# Indonesian sentences of {domain}. `make translations` adds what the code says; write each answer by hand.
# An entry behind "#~" is one that the code no longer says, and may be removed.
#"""


class IndonesianCatalog(Catalog):
    """A catalogue without dates and tool versions, so that its bytes depend on its sentences alone."""

    # Indonesian has one form for one and for many; the library's own table does not know.
    num_plurals = 1
    plural_expr = "0"
    mime_headers = property(
        lambda self: [
            ("Language", "id"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", self.plural_forms),
        ]
    )


@dataclass(frozen=True)
class Domain:
    """One catalogue, and the rooms whose sentences it answers."""

    name: str
    home: str
    rooms: tuple[str, ...]
    root: Path = ROOT

    @property
    def po(self) -> Path:
        """Where the catalogue is kept as text."""
        return self.root / self.home / "locale" / "id" / "LC_MESSAGES" / f"{self.name}.po"

    @property
    def mo(self) -> Path:
        """Where the compiled catalogue is kept."""
        return self.po.with_suffix(".mo")

    def said(self) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
        """Each sentence in the code: its file, its English (with plural), its context."""
        for room in self.rooms:
            for found in extract_from_dir(self.root / room, METHODS, OPTIONS, KEYWORDS):
                file, _, english, _, context = found
                yield f"{room}/{file}", english, context

    def answered(self) -> Catalog:
        """The catalogue as it is kept; empty where there is none yet."""
        if not self.po.exists():
            return Catalog(locale="id", domain=self.name)
        with self.po.open("rb") as file:
            return read_po(file, locale="id", domain=self.name, abort_invalid=True)


DOMAINS = (
    Domain("sinergi", home="agent", rooms=("agent", "connectors")),
    Domain("contract", home="contract", rooms=("contract",)),
    Domain("sikd", home="sikd", rooms=("sikd",)),
)


def joined(domain: Domain) -> Catalog:
    """What the code says, with the answers that were kept, also those of sentences once removed."""
    kept = domain.answered()
    new = IndonesianCatalog(
        locale="id", domain=domain.name, header_comment=HEADER.format(domain=domain.name), fuzzy=False
    )
    answers = {(m.id, m.context): m for m in [*kept.obsolete.values(), *kept] if m.id and _has_answer(m)}
    for _, english, context in domain.said():
        new.add(english, context=context)
    for message in new:
        answer = answers.pop((message.id, message.context), None)
        if answer and message.id:
            message.string, message.flags = answer.string, message.flags | answer.flags
    new.obsolete.update({new._key_for(m.id, m.context): m for m in answers.values()})  # noqa: SLF001
    return new


def as_text(catalog: Catalog) -> bytes:
    """The .po file of a catalogue, its sentences in alphabetical order."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, no_location=True, sort_output=True)
    return buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    clean = IndonesianCatalog(locale="id", domain=catalog.domain, fuzzy=False)
    for message in catalog:
        if message.id:
            clean.add(message.id, message.string, flags=message.flags, context=message.context)
    buffer = BytesIO()
    write_mo(buffer, clean)
    return buffer.getvalue()


def _has_answer(message: Message) -> bool:
    return any(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def _replace(path: Path, content: bytes) -> None:
    # Another worker may read the file at this moment, so it changes in one step.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def main() -> None:
    """Bring every catalogue up to date, and say what still waits for an answer."""
    for domain in DOMAINS:
        catalog = joined(domain)
        _replace(domain.po, as_text(catalog))
        _replace(domain.mo, compiled(catalog))
        waiting = [message.id for message in catalog if message.id and not _has_answer(message)]
        print(f"{domain.po.relative_to(ROOT)}: {len(catalog)} sentences, {len(waiting)} without an answer")  # noqa: T201


if __name__ == "__main__":
    main()
