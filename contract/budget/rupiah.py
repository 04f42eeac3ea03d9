"""Money as a whole number of sen, so that a wrong amount cannot be written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contract.errors import MalformedCode
from contract.text import T

_WIRE = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{2}", re.ASCII)
MAX_SEN = 10**18
"""No budget comes near Rp 10 quadrillion; a larger amount is a mistake."""


@dataclass(frozen=True, order=True, slots=True)
class Rupiah:
    """An amount in whole sen (1/100 rupiah)."""

    sen: int

    def __post_init__(self) -> None:
        if type(self.sen) is not int or abs(self.sen) >= MAX_SEN:
            raise MalformedCode(
                T("{value} is not an amount in whole sen.", value=repr(self.sen)),
                remedy=T("Check the amount in the finance database."),
            )

    @classmethod
    def from_wire(cls, text: str) -> Rupiah:
        """Read `1234.50`: exactly two decimals, no leading zero, no `-0.00`."""
        if not _WIRE.fullmatch(text) or text == "-0.00":
            raise MalformedCode(
                T("{value} is not an amount with exactly two decimals.", value=repr(text[:40])),
                remedy=T("Write amounts like 1234.50, without separators."),
            )
        return cls(int(text.replace(".", "")))

    def to_wire(self) -> str:
        """The amount as the wire carries it, for example `1234.50`."""
        return wire_amount(self.sen)

    def __add__(self, other: Rupiah) -> Rupiah:
        return Rupiah(self.sen + other.sen)

    def __sub__(self, other: Rupiah) -> Rupiah:
        return Rupiah(self.sen - other.sen)

    def __neg__(self) -> Rupiah:
        return Rupiah(-self.sen)

    def __str__(self) -> str:
        """The amount as Indonesians write it: `Rp1.234.567`, with `,50` only where there are sen."""
        rupiah, sen = divmod(abs(self.sen), 100)
        whole = f"{rupiah:,}".replace(",", ".")
        return f"{'-' if self.sen < 0 else ''}Rp{whole}{f',{sen:02d}' if sen else ''}"


def wire_amount(sen: int) -> str:
    """Write whole sen as a decimal string with two decimals (the hot path of `Rupiah.to_wire`)."""
    sign, positive = ("-", -sen) if sen < 0 else ("", sen)
    return f"{sign}{positive // 100}.{positive % 100:02d}"


ZERO = Rupiah(0)
