"""Every error has an entry in docs/errors.md under its code and name, and every entry has an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

from contract.errors import ExplainedError
from tests.architecture.checkout import ROOMS, ROOT, modules

HEADING = re.compile(r"(?m)^### (SIKD-E[0-9]{3}) · ([a-z-]+)$")


def kinds() -> set[type[ExplainedError]]:
    """Every error class of the house."""
    for path in modules(*ROOMS):
        if re.search(r"SIKD-E[0-9]{3}", (ROOT / path).read_text()):
            import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    return {ExplainedError, *descendants(ExplainedError)}


def descendants(kind: type[ExplainedError]) -> Iterator[type[ExplainedError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith(ROOMS):
            yield child
            yield from descendants(child)


def test_every_error_is_explained_under_its_code_and_name() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()

    explained = HEADING.findall(page)

    assert sorted(explained) == sorted({(kind.code, kind.slug) for kind in kinds()})


def test_one_code_means_one_thing() -> None:
    # A class that only carries more than its parent keeps the parent's code and name.
    codes = {(kind.code, kind.slug) for kind in kinds()}

    assert len({code for code, _ in codes}) == len(codes)
