"""Which stage is read as the APBD Murni: told by the database for certain, or chosen by the operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.interface import Stage, StageToChoose
from connectors.normalise import as_text
from contract.text import T

COLUMNS = ("kode", "nama", "evidence", "certain", "variant")
"""What tahapan.sql returns."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stage that the database holds."""

    stage: Stage
    certain: bool
    """Whether the database itself proves that this is the APBD Murni."""
    variant: str
    """Which variant of the queries reads it."""


def candidates(rows: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    """The stages that the rows of tahapan.sql tell of."""
    return [_candidate(**{column: as_text(row[column]).strip() for column in COLUMNS}) for row in rows]


def _candidate(kode: str, nama: str, evidence: str, certain: str, variant: str) -> Candidate:
    return Candidate(Stage(kode, nama, evidence), certain.lower() in ("1", "true"), variant)


def chosen(found: Sequence[Candidate], choice: str, option: str, tahun: int) -> Candidate:
    """The operator's choice, else the only certain candidate; raises StageToChoose, which lists them all."""
    if choice:
        fitting = [one for one in found if one.stage.kode == choice]
    else:
        fitting = [one for one in found if one.certain]
    if len(fitting) == 1:
        return fitting[0]
    if not found:
        raise StageToChoose(
            T("The database holds no stage of {tahun} that could be the APBD Murni.", tahun=tahun),
            remedy=T(
                "Check tahun in agent.toml; if it is right, lock the penetapan in the finance application, or"
                " restore its history."
            ),
        )
    listed = "; ".join(
        f"{option} = {one.stage.kode}: {one.stage.nama} ({one.stage.evidence})" for one in found
    )
    if choice:
        problem = T(
            "The chosen stage {option} = {choice} is not in the database for {tahun}.",
            option=option,
            choice=choice,
            tahun=tahun,
        )
    else:
        problem = T(
            "The database does not say for certain which stage of {tahun} is the APBD Murni.", tahun=tahun
        )
    raise StageToChoose(
        problem,
        remedy=T(
            "Choose the stage that was enacted as APBD Murni in [database.options] of agent.toml: {stages}.",
            stages=listed,
        ),
    )
