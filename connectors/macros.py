"""The few words in which SQL leaves a choice open: `{{binary(x)}}` is the engine's, others are the source's.

A macro stands for an expression or a table name. It is never filled with data: values are always bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from connectors.engine import Engine
from connectors.interface import UnknownSource
from contract.text import T

Macro = Callable[[str], str]

_CALL = re.compile(r"\{\{\s*(\w+)\s*\(([^{}]*)\)\s*\}\}")


def engine_macros(engine: Engine) -> dict[str, Macro]:
    """The macros that every source may use."""
    return {"sen": engine.sen, "residue": engine.residue, "binary": engine.binary}


def source_macros(templates: Mapping[str, str]) -> dict[str, Macro]:
    """Macros that a source defines for itself, as templates in which `{0}` is what stands in the brackets."""
    return {name: template.format for name, template in templates.items()}


def expanded(sql: str, macros: Mapping[str, Macro]) -> str:
    """SQL with every macro written out, also one within the brackets of another; raises UnknownSource."""
    while True:
        sql, changes = _CALL.subn(lambda call: _written(call, macros), sql)
        if not changes:
            return sql


def _written(call: re.Match[str], macros: Mapping[str, Macro]) -> str:
    if call[1] not in macros:
        raise UnknownSource(
            T("A query of the source uses {{{{{name}(…)}}}}, which does not exist.", name=call[1]),
            remedy=T("Known are: {names}.", names=", ".join(sorted(macros))),
        )
    return macros[call[1]](call[2].strip())
