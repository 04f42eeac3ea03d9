"""The manual of the centre says what the program does: every command, setting, role and address."""

from __future__ import annotations

import re

from sikd.accounts import Role
from sikd.app import PROGRAMS
from sikd.cli.frame import COMMANDS, command
from sikd.config import Settings
from tests.centre_help_blocks import PAGE, refreshed
from tests.help_blocks import BLOCK

MANUAL = PAGE.read_text()


def test_every_help_is_what_the_program_prints() -> None:
    assert refreshed(MANUAL) == MANUAL, "run `python -m tests.centre_help_blocks`"


def test_every_command_has_its_help_and_its_schema_in_the_manual() -> None:
    schemas = {getattr(command(name), "SCHEMA", "") for name in COMMANDS}

    assert [block["verb"] for block in BLOCK.finditer(MANUAL)] == list(COMMANDS)
    assert {schema for schema in schemas if f"`{schema}`" not in MANUAL} == set()


def test_every_setting_and_every_role_is_in_the_manual() -> None:
    words = {*Settings.model_fields, *(role.value for role in Role)}

    assert {word for word in words if f"`{word}`" not in MANUAL} == set()


def test_every_address_that_programs_call_is_in_the_manual() -> None:
    addresses = {re.sub(r":\w+}", "}", route.path) for router in PROGRAMS for route in router.routes}  # type: ignore[attr-defined]

    assert {address for address in addresses if f"`{address}`" not in MANUAL} == set()
