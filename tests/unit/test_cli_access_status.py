"""`sinergi access status`: an access that is known not to work is never called well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent import status
from agent.cli import main
from agent.keys import load_keys
from agent.paths import locate
from agent.storage.vault import DATABASE_PASSWORD, Vault, open_vault
from tests.fakes.facts import PASSING, STAYING, facts

if TYPE_CHECKING:
    from agent.status import Trouble


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """That of a node whose agent.toml names a database account, without its password yet."""
    monkeypatch.setenv("SINERGI_CONFIG", str(tmp_path / "agent.toml"))
    main(
        [
            "init", "--yes", "--centre-url", "https://sikd.example", "--tahun", "2026", "--engine", "mysql",
            "--application", "wp-sipd", "--host", "127.0.0.1", "--database", "sipd", "--user", "sinergi_baca",
            "--state-dir", str(tmp_path / "state"), "--run-dir", str(tmp_path / "run"),
        ]
    )  # fmt: skip
    return open_vault(locate({"SINERGI_CONFIG": str(tmp_path / "agent.toml")}), {})


def tell(vault: Vault, folder: Path, trouble: Trouble | None) -> None:
    told = {**facts(database_trouble=trouble), "node_id": load_keys(vault).node_id}
    (folder / "run").mkdir(exist_ok=True)
    status.write(str(folder / "run/status.json"), told)  # type: ignore[arg-type]  # one field of it is replaced


def test_an_access_without_its_password_waits_for_you(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    code = main(["access", "status", "--lang", "en"])

    said = capsys.readouterr().out
    assert (code, vault.get(DATABASE_PASSWORD)) == (5, None)
    assert "✗ No password is stored for the database account sinergi_baca. [SIKD-E444]" in said
    assert "sudo sinergi access set" in said


@pytest.mark.parametrize(("trouble", "code"), [(None, 0), (PASSING, 1), (STAYING, 5)])
def test_what_the_last_reading_met_is_said(
    trouble: Trouble | None, code: int, vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.set(DATABASE_PASSWORD, "rahasia")
    tell(vault, tmp_path, trouble)
    capsys.readouterr()

    ended = main(["access", "status", "--lang", "en"]), main(["access", "status", "--json"])

    said, _, document = capsys.readouterr().out.partition("{")
    assert ended == (code, code)
    assert (trouble is None) or (trouble["problem"]["en"] in said)
    assert json.loads("{" + document)["trouble"] == (trouble["code"] if trouble else None)
