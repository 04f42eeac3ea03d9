"""What real databases do to a budget (dirt), and what breaks one (faults).

Dirt is everyday: a good connector reads the same truth through it. Faults are rare, and must be noticed.
The table of both is in README.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Dirt:
    """Kinds of dirt, each on or off; none of them changes the money of the APBD Murni."""

    inactive_rows: bool = False
    code_prefixed_names: bool = False
    ragged_codes: bool = False
    ragged_names: bool = False
    two_names: bool = False
    blank_sumber_dana: bool = False
    free_text_sumber_dana: bool = False
    several_mappings: bool = False
    unit_income: bool = False
    other_year: bool = False
    later_pergeseran: bool = False
    locked_penetapan: bool = False

    @classmethod
    def none(cls) -> Dirt:
        """A database as its manual describes it."""
        return cls()

    @classmethod
    def typical(cls) -> Dirt:
        """A database as they are: every kind of dirt at once."""
        return cls(**{each.name: True for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults, each off unless asked for."""

    duplicate_kode_sbl: bool = False
    orphan_rincian: bool = False
    pergeseran_in_force: bool = False
    part_sen: bool = False
    header_account: bool = False
    unmapped_skpd: bool = False
    wrong_year: bool = False
    empty_database: bool = False
    missing_table: str = ""
