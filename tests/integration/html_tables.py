"""The tables of a page, as rows of texts."""

from __future__ import annotations

from html.parser import HTMLParser


class _Rows(HTMLParser):
    """Collects the cells of every row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def rows_of(page: str) -> list[list[str]]:
    """Every row of every table, each cell's text with its white space collapsed."""
    found = _Rows()
    found.feed(page)
    return [[" ".join(cell.split()) for cell in row] for row in found.rows]
