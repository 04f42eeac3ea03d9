"""Intake: commitments, segments and receipts; a frame is durable before it is acknowledged."""

from sikd.intake.adk import Loaded, load_adk
from sikd.intake.budget import (
    LinePage,
    SkpdSum,
    accounts_of,
    all_lines,
    budget_lines,
    names_of,
    posture,
    skpd_sums,
    sums_of,
)
from sikd.intake.finish import finish_all, lapse_old
from sikd.intake.judging import Judge, Known, Verdict
from sikd.intake.overview import Standing, standings, years
from sikd.intake.parts import Part, Stated, parts_of, stored_segments
from sikd.intake.store import (
    LIVE,
    Snapshot,
    advance,
    counts_by_state,
    find,
    live_snapshots,
    newest_of_content,
    snapshot,
    snapshots_of,
)
from sikd.intake.uploads import Uploads

__all__ = [
    "LIVE",
    "Judge",
    "Known",
    "LinePage",
    "Loaded",
    "Part",
    "SkpdSum",
    "Snapshot",
    "Standing",
    "Stated",
    "Uploads",
    "Verdict",
    "accounts_of",
    "advance",
    "all_lines",
    "budget_lines",
    "counts_by_state",
    "find",
    "finish_all",
    "lapse_old",
    "live_snapshots",
    "load_adk",
    "names_of",
    "newest_of_content",
    "parts_of",
    "posture",
    "skpd_sums",
    "snapshot",
    "snapshots_of",
    "standings",
    "stored_segments",
    "sums_of",
    "years",
]
