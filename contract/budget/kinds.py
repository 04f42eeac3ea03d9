"""The findings of a snapshot by kind, as a person reads hundreds of them: each kind once, with its count.

Names move no money and come in hundreds; what does must not be lost among them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from contract.budget.findings import Finding, Level, problem_of, title_of
from contract.text import T, Text

EXAMPLES = 3
"""How many findings of a kind are shown at once."""
_OF_MONEY = frozenset(
    {
        "budget_balances",
        "sumber_dana_is_a_code",
        "amounts_are_whole_sen",
        "rincian_has_sub_kegiatan",
        "sub_kegiatan_is_unique",
        "account_is_in_chart",
    }
)
"""Kinds that say what is counted of the budget, and where."""
_OF_NAMES = frozenset({"names_agree", "code_prefix_was_removed"})
"""Kinds that concern names alone."""
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Kind:
    """The findings of one rule, at least one of them."""

    rule: str
    findings: tuple[Finding, ...]
    unlisted: int = 0
    """How many more there are that were counted and did not travel."""

    @property
    def level(self) -> Level:
        """A warning where one of them is."""
        levels = {finding.level for finding in self.findings}
        return Level.WARNING if Level.WARNING in levels else Level.INFO

    @property
    def count(self) -> int:
        """How many findings there are, each counted once, whatever its own sentence counts."""
        return len(self.findings) + self.unlisted

    @property
    def examples(self) -> tuple[Finding, ...]:
        """Those that are shown at once; none where the heading says it all."""
        return self.findings[:EXAMPLES] if self.count > 1 else ()

    @property
    def others(self) -> tuple[Finding, ...]:
        """Those that travelled and are not shown at once."""
        return self.findings[EXAMPLES:]


def by_kind(findings: Iterable[Finding]) -> tuple[Kind, ...]:
    """Each kind once: warnings before notes, and of either first what is about money, last mere names."""
    noticed = tuple(findings)
    rules = {finding.rule for finding in noticed}
    listed: dict[str, list[Finding]] = {}
    unlisted = Counter[str]()
    for finding in noticed:
        rule, number = _more(finding)
        if number and rule in rules:
            unlisted[rule] += number
        else:
            listed.setdefault(finding.rule, []).append(finding)
    kinds = (Kind(rule, tuple(found), unlisted[rule]) for rule, found in listed.items())
    return tuple(sorted(kinds, key=_place))


def heading_of(kind: Kind) -> Text:
    """The sentence of the only finding, or what the kind is called and how many there are."""
    if kind.count == 1:
        return problem_of(kind.findings[0])
    return T("{title}: {count} findings", title=title_of(kind.rule), count=thousands(kind.count))


def thousands(number: int) -> str:
    """A number as Indonesians write it, for example 1.300."""
    return f"{number:,}".replace(",", ".")


def _place(kind: Kind) -> tuple[bool, bool, bool]:
    return kind.level is not Level.WARNING, kind.rule in _OF_NAMES, kind.rule not in _OF_MONEY


def _more(finding: Finding) -> tuple[str, int]:
    """Of which rule this finding only says that there are more, and how many; ('', 0) for any other."""
    rule, number = finding.values.get("rule", ""), finding.values.get("count", "")
    if finding.rule != "more_of_the_same" or rule == finding.rule or not _NUMBER.fullmatch(number):
        return "", 0
    return rule, int(number)
