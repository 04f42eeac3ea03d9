"""What is in the bundle: for every server since glibc 2.17, the same from every build, and accounted for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT
from tests.system import bundles

pytestmark = pytest.mark.timeout(1500)
OLDEST = (2, 17)
ELF = b"\x7fELF"
NEEDED_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")


def locked() -> set[str]:
    """The names in the lock, for Python 3.13 on Linux."""
    lines = (ROOT / "requirements/agent.lock").read_text().splitlines()
    elsewhere = re.compile(r"python_full_version < '3.1[0-3]'|sys_platform == 'win32'")
    return {
        line.split("==")[0] for line in lines if re.match(r"[\w.-]+==", line) and not elsewhere.search(line)
    }


def newest_glibc(file: Path) -> tuple[int, int]:
    """The newest glibc that a program or library asks for."""
    told = subprocess.run(["objdump", "-T", file], check=True, capture_output=True, text=True).stdout
    return max(((int(major), int(minor)) for major, minor in NEEDED_GLIBC.findall(told)), default=(2, 0))


def test_nothing_in_it_needs_a_newer_glibc(tree: Path) -> None:
    programs = [file for file in tree.rglob("*") if file.is_file() and file.read_bytes()[:4] == ELF]

    newer = {str(file.relative_to(tree)): newest_glibc(file) for file in programs}

    assert len(programs) > 80
    assert {file: version for file, version in newer.items() if version > OLDEST} == {}


def test_two_builds_of_one_commit_are_the_same_bytes(checkout: Path, bundle: Path, tmp_path: Path) -> None:
    again = bundles.build(checkout, tmp_path)

    sums, other = ((run.parent / "SHA256SUMS").read_text() for run in (bundle, again))

    assert sums == other


def test_its_inventory_names_the_lock_and_what_python_was_built_from(bundle: Path) -> None:
    (file,) = bundle.parent.glob("*.cdx.json")
    inventory = json.loads(file.read_text())

    names = {part["name"] for part in inventory["components"]}

    assert inventory["bomFormat"] == "CycloneDX"
    assert inventory["metadata"]["component"]["name"] == "sinergi"
    assert names == locked() | {"python", "openssl", "sqlite", "zlib", "libffi"}
    assert [part["name"] for part in inventory["components"] if "licenses" not in part] == []


def test_a_release_is_signed_and_a_changed_one_is_refused(bundle: Path, tmp_path: Path) -> None:
    release, key, public = tmp_path / "release", tmp_path / "key.pem", tmp_path / "public.pem"
    shutil.copytree(bundle.parent, release)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    sign = [ROOT / "installer/sign", release]
    subprocess.run(sign, check=True, env={**os.environ, "SINERGI_RELEASE_KEY": str(key)})
    verify = [ROOT / "installer/verify", release, public]

    whole = subprocess.run(verify, capture_output=True, check=False)
    with next(release.glob("*.run")).open("ab") as file:
        file.write(b"x")
    changed = subprocess.run(verify, capture_output=True, check=False)

    assert (whole.returncode, changed.returncode) == (0, 1)


@pytest.mark.parametrize("place", [-1, -40_000_000])
def test_a_bundle_with_one_changed_byte_installs_nothing(bundle: Path, tmp_path: Path, place: int) -> None:
    data = bytearray(bundle.read_bytes())
    data[place] ^= 1
    broken = tmp_path / "broken.run"
    broken.write_bytes(data)

    done = subprocess.run(["sh", broken, "--yes"], capture_output=True, text=True, check=False)

    assert done.returncode == 5
    assert "berkas ini tidak utuh" in done.stderr


def test_the_interpreter_hears_nothing_of_the_server_it_is_on(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("raise SystemExit('the wrong agent')")
    astray = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path)}

    told = subprocess.run(
        [tree / "bin/sinergi", "version"],
        env=astray,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.startswith("sinergi ")
