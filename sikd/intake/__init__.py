"""Intake: commitments, segments and receipts; a frame is durable before it is acknowledged."""

from sikd.intake.budget import LinePage, SkpdSum, accounts_of, budget_lines, names_of, posture, skpd_sums
from sikd.intake.store import (
    LIVE,
    Snapshot,
    advance,
    find,
    live_snapshots,
    newest_of_content,
    snapshot,
    snapshots_of,
)

__all__ = [
    "LIVE",
    "LinePage",
    "SkpdSum",
    "Snapshot",
    "accounts_of",
    "advance",
    "budget_lines",
    "find",
    "live_snapshots",
    "names_of",
    "newest_of_content",
    "posture",
    "skpd_sums",
    "snapshot",
    "snapshots_of",
]
