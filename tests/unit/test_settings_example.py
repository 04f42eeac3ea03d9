"""agent.toml.example is right as it is, and in every line that a reader may bring to life."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from agent.config import load
from agent.settings import Config
from tests.architecture.checkout import ROOT

EXAMPLE = (ROOT / "agent.toml.example").read_text()
SETTING = re.compile(r"(?m)^# (\[[a-z.]+\]|[a-z_]+ = .+)$")


def loaded(folder: Path, text: str) -> Config:
    file = folder / "agent.toml"
    file.write_text(text)
    return load(file)


def test_the_example_is_right_as_it_is(tmp_path: Path) -> None:
    config = loaded(tmp_path, EXAMPLE)

    assert config.centre is not None
    assert config.database is not None


def test_every_line_that_may_be_brought_to_life_is_right(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.touch()

    config = loaded(tmp_path, SETTING.sub(r"\1", EXAMPLE).replace("/etc/sinergi/ca.pem", str(certificates)))

    assert config.apbd is not None
    assert config.apbd.kode_pemda == "11.10"


def test_the_example_shows_every_setting() -> None:
    shown = tomllib.loads(SETTING.sub(r"\1", EXAMPLE))

    schema = Config.model_json_schema()
    sections = {
        name: schema["$defs"][name.capitalize()]
        for name in ("centre", "apbd", "database", "schedule", "log", "metrics")
    }
    sections["paths"] = schema["$defs"]["Places"]
    assert {name: set(section["properties"]) for name, section in sections.items()} == {
        name: set(shown[name]) for name in sections
    }


def test_what_is_shown_as_a_default_is_the_default(tmp_path: Path) -> None:
    bare = loaded(tmp_path, EXAMPLE)
    sections = "(?ms)^\\[(schedule|paths|log)\\].*?(?=^\\[|\\Z)"
    defaults = "\n".join(match[0] for match in re.finditer(sections, EXAMPLE))

    examples = re.sub("(?m)^# (quiet_hours|snapshot) =", r"# (example) \1 =", defaults)
    named = SETTING.sub(r"\1", examples)
    other = EXAMPLE.partition("[schedule]")[0]

    assert loaded(tmp_path, other + named) == bare
