"""The columns of wp-sipd's tables, as `data/wp_sipd_columns.csv` lists them."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from tests.sample_pemda.database import Column


@cache
def schema() -> dict[str, tuple[Column, ...]]:
    """The columns of every table of wp-sipd that matters, with MySQL's types."""
    text = (files("tests.sample_pemda") / "data" / "wp_sipd_columns.csv").read_text(encoding="utf-8")
    tables: dict[str, list[Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        tables.setdefault(row["table"], []).append(Column(row["column"], row["type"]))
    return {table: tuple(columns) for table, columns in tables.items()}
