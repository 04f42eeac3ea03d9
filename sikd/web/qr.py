"""A QR code as the outline of its dark modules, for an SVG that needs neither style nor script."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4
"""The light margin that a scanner needs, in modules."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """`size` modules on each side, margin included; `path` is what is dark (SVG path data)."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The QR code of a text; one of capitals and digits alone takes little more than half the room."""
    matrix = segno.make(text, error="m", micro=False).matrix
    bars = [bar for row, modules in enumerate(matrix) for bar in _bars(row, modules)]
    return QrCode(len(matrix) + 2 * QUIET, "".join(bars))


def _bars(row: int, modules: bytearray) -> list[str]:
    """One rectangle for each run of dark modules in a row."""
    bars, column = [], 0
    for dark, run in groupby(modules):
        length = len(list(run))
        if dark:
            bars.append(f"M{column + QUIET} {row + QUIET}h{length}v1h-{length}z")
        column += length
    return bars
