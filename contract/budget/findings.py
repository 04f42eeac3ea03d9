"""What was noticed about a snapshot and does not stop it: a rule's name, and the values that explain it.

A finding travels as data. Its sentence is made by whoever shows it, so that an auditor and a Pemda read the
same fact in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contract.text import T, Text


class Level(StrEnum):
    """How much a finding weighs."""

    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about a snapshot; `values` are short strings, never item details."""

    rule: str
    level: Level = Level.WARNING
    values: Mapping[str, str] = field(default_factory=dict)


_SENTENCES: dict[str, tuple[Text, Text]] = {
    "budget_balances": (
        T("Pendapatan, belanja and pembiayaan leave a SILPA of {silpa}, where an APBD Murni leaves none."),
        T("Check accounts that were not mapped; where the SILPA is meant, state the reason when verifying."),
    ),
    "perda_is_stated": (
        T("Number and date of the Perda APBD are not stated."),
        T("Fill in [apbd] in agent.toml."),
    ),
    "sumber_dana_is_a_code": (
        T("Sumber dana {text} is not a code; {rows} rows worth {nilai} are sent without sumber dana."),
        T("Map these rows to a sumber dana in the finance application."),
    ),
    "names_agree": (
        T("{kind} {kode} has {count} different names: {names}."),
        T("Make the name the same everywhere in the finance application."),
    ),
    "amounts_are_whole_sen": (
        T("{rows} rows hold parts of a sen; {residue} rupiah were rounded in all."),
        T("Correct these amounts in the finance application."),
    ),
    "consistency_is_guaranteed": (
        T("Tables {tables} cannot be read at one instant; they were read twice and agreed."),
        T("Ask the database administrator to convert these tables to InnoDB."),
    ),
    "rincian_has_sub_kegiatan": (
        T("{rows} rincian worth {nilai} belong to no active sub kegiatan and are not part of the budget."),
        T("Delete these rows or restore their sub kegiatan in the finance application."),
    ),
    "sub_kegiatan_is_unique": (
        T("{count} sub kegiatan are stored more than once ({kode}); each was counted once."),
        T("Deactivate the duplicates in the finance application."),
    ),
    "murni_columns_are_not_murni": (
        T("Columns {columns} differ from the APBD Murni; they hold the value before the current stage."),
        T("Nothing to do: the agent does not read these columns."),
    ),
    "account_writes": (
        T("The database account may write to {tables}."),
        T("Give the agent an account that can only read; `sudo sinergi source grants` prints the script."),
    ),
    "code_prefix_was_removed": (
        T("{rows} names began with their own code; the code was removed."),
        T("Nothing to do."),
    ),
    "code_was_normalised": (
        T("{rows} codes were written in another form, for example {example}."),
        T("Nothing to do."),
    ),
    "more_of_the_same": (
        T("{rule}: {count} more findings of this kind."),
        T("Correct those that are shown, then take the snapshot again."),
    ),
    "account_is_in_chart": (
        T("{count} accounts are not in the chart of {tahun}, for example {kode_rekening}."),
        T("Check these accounts against the chart of the budget year."),
    ),
}

NAMES = ("nama", "nama_2", "nama_3")
"""The values of `names_agree` that each hold one of the names; there may be more names than these."""
_KINDS = {"skpd": "SKPD", "unit_skpd": "unit SKPD"}
"""Kinds of code that people write otherwise than with a space for each underscore."""
_TITLES = {
    "budget_balances": T("SILPA of an APBD Murni"),
    "perda_is_stated": T("Perda APBD that is not stated"),
    "sumber_dana_is_a_code": T("Sumber dana that are no codes"),
    "names_agree": T("Codes with several names"),
    "amounts_are_whole_sen": T("Amounts with parts of a sen"),
    "consistency_is_guaranteed": T("Tables that cannot be read at one instant"),
    "rincian_has_sub_kegiatan": T("Rincian without an active sub kegiatan"),
    "sub_kegiatan_is_unique": T("Sub kegiatan that are stored more than once"),
    "murni_columns_are_not_murni": T("Columns that differ from the APBD Murni"),
    "account_writes": T("Tables that the database account may write to"),
    "code_prefix_was_removed": T("Names that began with their own code"),
    "code_was_normalised": T("Codes that were written in another form"),
    "more_of_the_same": T("Findings that were only counted"),
    "account_is_in_chart": T("Accounts that are not in the chart"),
}
"""What a kind is called where a snapshot has several findings of it."""

RULES: frozenset[str] = frozenset(_SENTENCES)
"""The names of all rules that this version can put into words."""


def problem_of(finding: Finding) -> Text:
    """What was noticed, as a sentence; an unknown rule (of a newer agent) shows its name and values."""
    if finding.rule not in _SENTENCES:
        listed = ", ".join(f"{name}={value}" for name, value in sorted(finding.values.items()))
        return T("{rule}: {values}", rule=finding.rule, values=listed)
    return Text(_SENTENCES[finding.rule][0].msgid, _in_words(finding))


def _in_words(finding: Finding) -> dict[str, object]:
    """The values as a sentence says them: no identifiers, and all names that travelled."""
    words: dict[str, object] = dict(finding.values)
    if kind := finding.values.get("kind"):
        words["kind"] = _KINDS.get(kind, kind.replace("_", " "))
    if rule := finding.values.get("rule"):
        words["rule"] = title_of(rule)
    names = [f'"{finding.values[name]}"' for name in NAMES if name in finding.values]
    if names:
        shown = ", ".join(names)
        are_all = finding.values.get("count") == str(len(names))
        words["names"] = shown if are_all else T("{names} and others", names=shown)
    return words


def title_of(rule: str) -> Text:
    """What the findings of a rule are called together; an unknown rule shows its name."""
    return _TITLES.get(rule, Text(rule.replace("_", " ")))


def remedy_of(finding: Finding) -> Text:
    """The sentence that says what to do about it."""
    if finding.rule not in _SENTENCES:
        return T("Update this program to see this finding in words.")
    return _SENTENCES[finding.rule][1]
