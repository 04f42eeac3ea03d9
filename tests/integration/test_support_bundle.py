"""`sinergi support-bundle`: what is in it, who may read it, and that no secret ever gets in."""

from __future__ import annotations

import gzip
import io
import json
import os
import secrets
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import status
from agent.access.book import RECORD
from agent.checkup.service import unit
from agent.cli.frame import run
from agent.keys import load_keys
from agent.storage.vault import DATABASE_PASSWORD, INSTALL_TICKET, PROXY_PASSWORD, open_vault, secrets_of
from agent.support.archive import packed
from agent.support.parts import Asked, Part, parts, without_secrets
from agent.support.redaction import needles, scrubbed, settings, unit_file
from tests.fakes.agent_world import fake_world
from tests.fakes.examined import ExaminedNode
from tests.fakes.facts import facts
from tests.fakes.source import FakeSource

NAMES = [
    "README.txt",
    "agent.toml.json",
    "doctor.json",
    "log.txt",
    "sinergi.service.txt",
    "state.json",
    "status.json",
    "versions.json",
]
IN_THE_VAULT = ("database", "proxy", "access", "ticket")
ELSEWHERE = ("comment", "unknown", "url", "option", "unit", "kek")
NOW = datetime(2026, 1, 31, 10, tzinfo=UTC)


def canary() -> str:
    """A secret of its own kind, with the signs that are written differently in JSON."""
    return f'kenari-{secrets.token_hex(6)}"\\é'


@dataclass
class Aviary:
    """A node with a secret in every place where people and programs put them."""

    node: ExaminedNode
    canaries: dict[str, str]
    log: Path
    environment: dict[str, str]


@pytest.fixture
def aviary(tmp_path: Path) -> Iterator[Aviary]:
    canaries = {place: canary() for place in (*IN_THE_VAULT, *ELSEWHERE)}
    node = ExaminedNode(tmp_path)
    node.install({"url": "https://sikd.invalid"})
    text = node.paths.config_file.read_text()
    plain = {place: one.replace('"\\é', "") for place, one in canaries.items()}
    node.paths.config_file.write_text(
        f"# dulu: {canaries['comment']}\n{text}\n"
        f'[database]\napplication = "generic"\nengine = "sqlite"\ndatabase = "/x"\n'
        f'password = "{plain["unknown"]}"\n[database.options]\nkata = "{plain["option"]}"\n'
    )
    node.paths.config_file.write_text(
        node.paths.config_file.read_text().replace(
            "[centre]", f'[centre]\nproxy = "http://petugas:{plain["url"]}@proxy.example:3128"'
        )
    )
    vault = open_vault(node.paths, {})
    vault.set(DATABASE_PASSWORD, canaries["database"])
    vault.set(PROXY_PASSWORD, canaries["proxy"])
    vault.set(INSTALL_TICKET, canaries["ticket"])
    vault.set(RECORD, json.dumps({"newest": {"access": {"password": canaries["access"]}}}))
    log = tmp_path / "agent.log"
    log.write_text("".join(f"driver said {canaries[place]}\n" for place in IN_THE_VAULT))
    drop_in = tmp_path / "own.conf"
    drop_in.write_text(
        f"[Service]\nEnvironment=SANDI={plain['unit']} \\\n    LAGI={plain['unit']}\n"
        f"SetCredential=sinergi-kek:{plain['kek']}\n# {plain['unit']}\nNice=5\n"
    )
    node.fake_systemctl(
        LoadState="loaded",
        ActiveState="active",
        FragmentPath=str(drop_in),
        DropInPaths="",
        UnitFileState="enabled",
    )
    with log.open("a") as end, subprocess.Popen(["sleep", "60"], stderr=end) as agent:
        status.write(str(node.paths.status_file), facts(pid=agent.pid))
        yield Aviary(
            node, canaries | {f"plain {place}": one for place, one in plain.items()}, log, node.environment
        )
        agent.kill()


def bundle(aviary: Aviary, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", "support-bundle", "--lang", "en", *more],
        env={**os.environ, **aviary.environment, "KENARI": aviary.canaries["database"]},
        cwd=aviary.node.folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def texts(file: Path) -> dict[str, str]:
    with tarfile.open(file) as archive:
        return {
            member.name.removeprefix("sinergi-support/"): (archive.extractfile(member) or io.BytesIO())
            .read()
            .decode()
            for member in archive
        }


def leaks(text: str, aviary: Aviary) -> set[str]:
    """The places whose secret is in a text, as it is or as JSON writes it."""
    return {
        place
        for place, one in aviary.canaries.items()
        if one in text or json.dumps(one)[1:-1] in text or one.split('"')[0] in text
    }


def test_no_canary_sings_in_the_bundle_nor_on_the_screen(aviary: Aviary, tmp_path: Path) -> None:
    file = tmp_path / "out.tar.gz"

    done = bundle(aviary, str(file), "--yes")

    assert done.returncode == 0, done.stderr
    found = texts(file)
    assert {name: leaks(text, aviary) for name, text in found.items()} == {name: set() for name in NAMES}
    assert leaks(done.stdout + done.stderr, aviary) == set()
    # That they were in reach at all: what hides them would otherwise prove nothing.
    assert "driver said (removed)" in found["log.txt"]
    assert leaks(aviary.log.read_text(), aviary) >= set(IN_THE_VAULT)


def test_the_keys_of_the_node_are_not_in_it(aviary: Aviary, tmp_path: Path) -> None:
    private = load_keys(open_vault(aviary.node.paths, {})).written().split()
    aviary.log.write_text(f"dump {private[0]} and {private[1]}\n")

    bundle(aviary, str(tmp_path / "out.tar.gz"), "--yes")

    found = "".join(texts(tmp_path / "out.tar.gz").values())
    assert not any(key in found for key in private)


def test_a_unit_shows_its_directives_and_hides_what_may_carry_a_secret(aviary: Aviary) -> None:
    node = aviary.node
    booted = node.folder / "booted"
    asked = Asked(node.paths, node.environment, "", with_amounts=False)

    found = parts(asked, unit(node.environment, booted), {})
    shown = next(part.text for part in found if part.name == "sinergi.service.txt")

    assert "Nice=5" in shown
    assert "Environment=(not shown)" in shown
    assert leaks(shown, aviary) == set()


def test_it_is_for_its_owner_alone_and_never_overwrites(aviary: Aviary, tmp_path: Path) -> None:
    file = tmp_path / "out.tar.gz"
    first = bundle(aviary, str(file), "--yes")
    before = file.read_bytes()
    again = bundle(aviary, str(file), "--yes")

    assert (first.returncode, again.returncode) == (0, 2)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == before
    assert "SIKD-E450" in again.stderr


def test_a_link_that_somebody_has_laid_is_not_followed(aviary: Aviary, tmp_path: Path) -> None:
    (tmp_path / "out.tar.gz").symlink_to(tmp_path / "elsewhere")

    assert bundle(aviary, str(tmp_path / "out.tar.gz"), "--yes").returncode == 2
    assert not (tmp_path / "elsewhere").exists()


def test_without_anybody_to_ask_nothing_is_written(aviary: Aviary, tmp_path: Path) -> None:
    done = bundle(aviary, str(tmp_path / "out.tar.gz"))

    assert done.returncode == 2
    assert not (tmp_path / "out.tar.gz").exists()
    assert all(name in done.stderr.partition("Nobody is here")[0] for name in NAMES)


def test_a_user_who_cannot_open_the_vault_is_told_to_use_sudo(
    aviary: Aviary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234567)

    code = run(["support-bundle", "--yes", str(tmp_path / "coba.zip")], aviary.environment)

    said = capsys.readouterr().err
    assert (code, "SIKD-E451" in said, "dengan sudo" in said) == (5, True, True)
    assert not (tmp_path / "coba.zip").exists()


def test_what_is_in_it_is_listed_before_it_is_written(aviary: Aviary, tmp_path: Path) -> None:
    done = bundle(aviary, str(tmp_path / "out.tar.gz"), "--yes", "--json")

    answer = json.loads(done.stdout)
    assert [part["name"] for part in answer["contents"]] == NAMES
    assert all(name in done.stderr for name in NAMES)


@pytest.mark.parametrize("with_amounts", [True, False])
def test_amounts_of_the_budget_are_in_it_only_where_they_were_asked_for(
    tmp_path: Path, *, with_amounts: bool
) -> None:
    world = fake_world(tmp_path)
    world.node.snapshot(FakeSource.of(7_654_321))
    world.node.close()

    found = list(parts(Asked(world.node.paths, {}, "", with_amounts=with_amounts), None, {}))

    state = next(part.text for part in found if part.name == "state.json")
    assert json.loads(state)["snapshots"][0]["state"] == "queued"
    assert ["7654321" in part.text for part in found].count(True) == int(with_amounts)


def test_the_same_parts_at_the_same_time_are_the_same_bytes() -> None:
    found = without_secrets([Part("b", "two"), Part("a", "one")], [])

    assert packed(found, NOW) == packed(found, NOW)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed(found, NOW)))) as archive:
        assert archive.getnames() == ["sinergi-support/a", "sinergi-support/b"]


def test_settings_are_shown_by_those_that_exist() -> None:
    shown = settings(
        '[centre]\nurl = "https://a.example"\nkunci = "x"\n[lain]\na = 1\n[paths]\nstate_dir = "/s"\n'
    )

    assert shown == {"centre": {"url": "https://a.example"}, "paths": {"state_dir": "/s"}}


def test_the_units_own_lines_are_shown() -> None:
    own = "ExecStart=/opt/sinergi/current/bin/sinergi run"
    text = f"[Service]\n{own}\nExecStartPre=/bin/x --sandi y\nUser=sinergi\n"

    assert unit_file(text).splitlines() == [
        "[Service]",
        own,
        "ExecStartPre=(not shown)",
        "User=sinergi",
    ]


def test_a_password_that_is_called_one_is_removed_though_nobody_knows_it() -> None:
    assert (
        scrubbed("user=a password=apaSaja http://a:b@host/", [])
        == "user=a password=(removed) http://(removed)@host/"
    )


def test_every_secret_of_the_vault_is_looked_for(aviary: Aviary) -> None:
    wanted = set(needles(secrets_of(aviary.node.paths, {})))

    assert {aviary.canaries[place] for place in IN_THE_VAULT} <= wanted
