"""The names of a budget's codes: clean, one a code, and what was wrong with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from connectors.interface import UnknownSource
from connectors.normalise import Normaliser, Raw, as_text, within_bidang
from connectors.session import Row
from contract.budget.codes import has_shape
from contract.budget.findings import NAMES, Finding, Level
from contract.budget.names import Name, NameKind, cleaned
from contract.text import T

Key = tuple[NameKind, str]


class Names:
    """The names that rows of (kind, bidang urusan, kode, nama, how many) tell of."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._codes = Normaliser()
        self._found: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._prefixed: set[Key] = set()
        for kind, bidang, kode, nama, count in rows:
            self._add(_kind(as_text(kind)), as_text(bidang).strip(), kode, as_text(nama), int(count))

    def __iter__(self) -> Iterator[Name]:
        for (kind, kode), names in sorted(self._found.items()):
            # The most frequent travels; among equals the first by its bytes, whatever order the database has.
            yield Name(kind, kode, min(names, key=lambda nama: (-names[nama], nama)))

    def findings(self) -> Iterator[Finding]:
        """Codes with several names, and names that began with their own code."""
        for (kind, kode), names in sorted(self._found.items()):
            if len(names) > 1:
                # The rarest is most likely the mistake; whoever mends it must see another one beside it.
                rarest = sorted(names, key=lambda nama: (names[nama], nama))[: len(NAMES)]
                shown = dict(zip(NAMES, (nama[:200] for nama in rarest), strict=False))
                values = {"kind": str(kind), "kode": kode, "count": str(len(names)), **shown}
                yield Finding("names_agree", values=values)
        if self._prefixed:
            yield Finding("code_prefix_was_removed", Level.INFO, {"rows": str(len(self._prefixed))})

    def _add(self, kind: NameKind, bidang: str, raw: Raw, nama: str, count: int) -> None:
        written = self._codes.by_kind[f"kode_{kind}"][raw]
        kode = within_bidang(written, bidang)
        if not has_shape(f"kode_{kind}", kode):
            return
        plain = cleaned(nama)
        short = cleaned(cleaned(plain, written), kode)
        if short != plain:
            self._prefixed.add((kind, kode))
        if short:
            self._found[kind, kode][short] += count


def _kind(text: str) -> NameKind:
    try:
        return NameKind(text.strip())
    except ValueError as error:
        raise UnknownSource(
            T("names.sql returns the kind {kind}, which does not exist.", kind=repr(text[:40])),
            remedy=T("Known are: {names}.", names=", ".join(NameKind)),
        ) from error
