"""The bundle in root file systems of three Debian releases, without a network and without systemd running."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sample_pemda import Budget, write_wp_sipd
from tests.world.scene import JEPARA, TAHUN

pytestmark = pytest.mark.timeout(900)
GLIBC = {"bullseye": "2.31", "bookworm": "2.36", "trixie": "2.41"}
FOR_SHELLS = (
    "man/man1/sinergi.1",
    "man/id/man1/sinergi.1",
    "bash-completion/completions/sinergi",
    "zsh/site-functions/_sinergi",
    "fish/vendor_completions.d/sinergi.fish",
)
PAGES = "doc/sinergi"
INIT = (
    "sinergi", "init", "--yes", "--centre-url", "https://sikd.example", "--tahun", str(TAHUN),
    "--application", "wp-sipd", "--engine", "sqlite", "--database", "/srv/contoh/sipd.db",
)  # fmt: skip


@dataclass(frozen=True)
class Root:
    """A root file system, and what happens in it."""

    suite: str
    path: Path

    def run(self, *command: str, fine: tuple[int, ...] = (0,)) -> str:
        """Run one command in it, with no network but an empty one of its own."""
        inside: list[str | Path] = ["unshare", "--net", "--mount", "--fork", "chroot", self.path, "sh", "-c"]
        script = 'mount -t proc proc /proc; exec "$@"'
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
        done = subprocess.run(
            [*inside, script, "sh", *command], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in fine, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=GLIBC)
def root(
    request: pytest.FixtureRequest, bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Root]:
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        pytest.skip("a root file system of another Debian needs root and mmdebstrap")
    suite = request.param
    path = tmp_path_factory.mktemp(suite) / "root"
    mirror = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    mirrors = subprocess.run(mirror, check=True, capture_output=True, text=True).stdout.split()
    bare = ["--variant=minbase", "--include=systemd,dbus", "--dpkgopt=force-unsafe-io"]
    without_docs = [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("doc", "man", "locale")]
    first = next(each for each in mirrors if "security" not in each)
    subprocess.run(["mmdebstrap", "--quiet", *bare, *without_docs, suite, path, first], check=True)
    shutil.copy(bundle, path / "root/sinergi.run")
    (path / "srv/contoh").mkdir()
    with closing(sqlite3.connect(path / "srv/contoh/sipd.db")) as connection:
        write_wp_sipd(connection, Budget(JEPARA, TAHUN))
    yield Root(suite, path)
    shutil.rmtree(path)


def test_it_is_checked_installed_set_up_and_reads_a_budget(root: Root) -> None:
    check = root.run("sh", "/root/sinergi.run", "--check", "--no-start", "--lang", "en")
    before = sorted(path.name for path in (root.path / "opt").iterdir())
    root.run("sh", "/root/sinergi.run", "--yes", "--no-start")
    version = json.loads(root.run("sinergi", "version", "--json"))
    unset = root.run("sh", "-c", "sinergi source preview 2>&1", fine=(5,))
    root.run(*INIT)
    probe = json.loads(root.run("sinergi", "source", "probe", "--json", fine=(0, 1)))
    preview = json.loads(root.run("sinergi", "source", "preview", "--json"))

    assert f"glibc {GLIBC[root.suite]}" in check
    assert "In the way: 0." in check
    assert before == []
    assert all((root.path / "opt/sinergi/current/share/local" / each).is_file() for each in FOR_SHELLS)
    assert all((root.path / "usr/local/share" / each).is_symlink() for each in FOR_SHELLS)
    assert (root.path / "usr/local/share" / PAGES).is_symlink()
    assert (root.path / "opt/sinergi/current/share/doc/errors.md").is_file()
    assert "/opt/sinergi/current/share/doc/errors.md" in unset
    assert version["python"].startswith("3.13.")
    assert {step["result"] for step in probe["steps"]} <= {"ok", "warning", "skipped"}
    assert preview["tahun_anggaran"] == TAHUN


def test_a_second_installation_changes_nothing(root: Root) -> None:
    root.run("sh", "/root/sinergi.run", "--yes", "--no-start")
    settings = (root.path / "etc/sinergi/agent.toml").read_text()
    (current,) = (root.path / "opt/sinergi/versions").iterdir()

    root.run("sh", "/root/sinergi.run", "--yes", "--no-start")

    assert (root.path / "etc/sinergi/agent.toml").read_text() == settings
    assert list((root.path / "opt/sinergi/versions").iterdir()) == [current]


def test_what_was_damaged_is_made_whole(root: Root) -> None:
    (current,) = (root.path / "opt/sinergi/versions").iterdir()
    (current / "lib/sinergi.py").write_text("raise SystemExit(70)\n")

    root.run("sh", "/root/sinergi.run", "--yes", "--no-start")

    assert root.run("sinergi", "version").startswith("sinergi ")


def test_uninstalling_leaves_identity_and_settings_alone(root: Root) -> None:
    setup = "/opt/sinergi/current/share/setup/setup"

    told = root.run("sh", setup, "uninstall", "--yes", "--lang", "en")

    assert "identity and outbox in /var/lib/sinergi, stay" in told
    assert not (root.path / "opt/sinergi").exists()
    assert not any((root.path / "usr/local/share" / each).is_symlink() for each in (*FOR_SHELLS, PAGES))
    assert (root.path / "etc/sinergi/agent.toml").exists()
    assert (root.path / "var/lib/sinergi/vault").exists()


def test_another_prefix_is_remembered(root: Root) -> None:
    root.run("sh", "/root/sinergi.run", "--yes", "--no-start", "--prefix", "/srv/program")
    root.run("sh", "/root/sinergi.run", "--yes", "--no-start")
    unit = (root.path / "etc/systemd/system/sinergi.service").read_text()
    version = root.run("sinergi", "version")
    root.run("sh", "/srv/program/current/share/setup/setup", "uninstall", "--yes")

    assert "ExecStart=/srv/program/current/bin/sinergi run" in unit
    assert version.startswith("sinergi ")
    assert not (root.path / "srv/program").exists()
    assert not (root.path / "opt/sinergi").exists()


def test_the_debian_package_installs_and_purges_without_a_trace(root: Root, bundle: Path) -> None:
    (package,) = bundle.parent.glob("*.deb")
    shutil.copy(package, root.path / "root/sinergi.deb")

    root.run("dpkg", "--install", "/root/sinergi.deb")
    version = root.run("sinergi", "version")
    refused = root.run("sh", "/root/sinergi.run", "--yes", "--no-start", fine=(5,))
    root.run("dpkg", "--purge", "sinergi")

    assert version.startswith("sinergi ")
    assert "dpkg" in refused
    left = [each for each in ("opt/sinergi", "etc/sinergi", "var/lib/sinergi") if (root.path / each).exists()]
    assert left == []
