"""An import contract for import-linter: a room is entered through its `__init__` alone."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Only a room itself and the keyholders import a module inside it."""

    type_name = "doors"

    # import-linter puts the lists themselves in place of the fields.
    rooms: Any = fields.ListField(subfield=fields.StringField())
    keyholders: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports that climb in through a window."""
        windows = [
            (importer, imported, room)
            for room in self.rooms
            for imported in sorted(graph.find_descendants(room))
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if not any(_inside(importer, allowed) for allowed in [room, *self.keyholders])
        ]
        return ContractCheck(kept=not windows, metadata={"windows": windows})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import."""
        for importer, imported, room in check.metadata["windows"]:
            output.print_error(f"{importer} imports {imported}; import what it needs from {room}.")


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")
