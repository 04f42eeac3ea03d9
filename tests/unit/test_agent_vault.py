"""Secrets at rest: sealed, private, and answered by our own back end whatever else is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest
from keyring.errors import PasswordDeleteError

from agent.errors import VaultDamaged, VaultError, VaultExposed, VaultKeyUnusable
from agent.paths import Paths
from agent.storage.vault import DATABASE_PASSWORD, SERVICE, Vault, open_vault

SECRET = "rahasia-sekali"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(state_dir=tmp_path)


@pytest.fixture
def vault(paths: Paths) -> Vault:
    return open_vault(paths, {})


def test_a_secret_is_there_after_a_restart(paths: Paths, vault: Vault) -> None:
    vault.set(DATABASE_PASSWORD, SECRET)

    assert open_vault(paths, {}).get(DATABASE_PASSWORD) == SECRET


def test_what_was_never_kept_is_none(vault: Vault) -> None:
    assert vault.get(DATABASE_PASSWORD) is None


def test_any_text_is_a_secret(paths: Paths, vault: Vault) -> None:
    odd = 'é\n\t"\x00 ' + "x" * 10_000

    vault.set(DATABASE_PASSWORD, odd)

    assert open_vault(paths, {}).get(DATABASE_PASSWORD) == odd


def test_no_secret_is_readable_on_the_disk(paths: Paths, vault: Vault) -> None:
    vault.set(DATABASE_PASSWORD, SECRET)

    files = [file.read_bytes() for file in paths.state_dir.iterdir() if file.is_file()]
    assert not any(SECRET.encode() in data or DATABASE_PASSWORD.encode() in data for data in files)
    assert SECRET not in repr(vault) + str(vars(vault))


def test_the_first_value_stays(vault: Vault) -> None:
    assert vault.setdefault("name", "first") == "first"

    assert vault.setdefault("name", "second") == "first"


def test_a_secret_can_be_forgotten(vault: Vault) -> None:
    vault.set("a", SECRET)

    vault.delete_password(SERVICE, "a")

    assert vault.get("a") is None
    with pytest.raises(PasswordDeleteError):
        vault.delete_password(SERVICE, "a")


@pytest.mark.parametrize("records", [0, 2])
def test_a_file_with_any_byte_changed_is_refused(paths: Paths, vault: Vault, records: int) -> None:
    for number in range(2):
        vault.set(str(number), SECRET)
    for number in range(records, 2):
        vault.delete_password(SERVICE, str(number))
    whole = paths.vault_file.read_bytes()

    accepted = []
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        paths.vault_file.write_bytes(changed)
        try:
            vault.get("0")
            accepted.append(place)
        except VaultDamaged:
            pass

    assert accepted == []


def test_a_file_cut_at_any_length_is_refused(paths: Paths, vault: Vault) -> None:
    vault.set("a", SECRET)
    whole = paths.vault_file.read_bytes()

    for length in range(len(whole)):
        paths.vault_file.write_bytes(whole[:length])
        with pytest.raises(VaultDamaged):
            vault.get("a")


def test_records_of_an_older_file_do_not_fit_into_a_newer_one(paths: Paths, vault: Vault) -> None:
    vault.set("a", "old")
    old = paths.vault_file.read_text().splitlines(keepends=True)
    vault.set("a", "new")
    new = paths.vault_file.read_text().splitlines(keepends=True)

    paths.vault_file.write_text(new[0] + old[1] + new[2])

    with pytest.raises(VaultDamaged, match="backup"):
        vault.get("a")


def test_a_vault_of_another_key_is_refused(paths: Paths, vault: Vault) -> None:
    vault.set("a", SECRET)

    with pytest.raises(VaultDamaged):
        Vault(paths.vault_file, os.urandom(32)).get("a")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_vault_that_others_may_read_is_refused(paths: Paths, vault: Vault, mode: int) -> None:
    vault.set("a", SECRET)
    paths.vault_file.chmod(mode)

    with pytest.raises(VaultExposed, match=f"{mode:04o}"):
        vault.get("a")


def test_a_key_that_others_may_read_is_refused(paths: Paths, vault: Vault) -> None:
    paths.vault_key_file.chmod(0o440)

    with pytest.raises(VaultExposed, match="0440"):
        open_vault(paths, {})


def test_a_link_in_the_place_of_the_vault_is_refused(paths: Paths, vault: Vault) -> None:
    vault.set("a", SECRET)
    paths.vault_file.rename(paths.state_dir / "elsewhere")
    paths.vault_file.symlink_to(paths.state_dir / "elsewhere")

    with pytest.raises(VaultExposed, match="no plain file"):
        vault.get("a")


def test_vault_and_key_are_private_from_the_start(paths: Paths) -> None:
    before = os.umask(0)
    try:
        open_vault(paths, {}).set("a", SECRET)
    finally:
        os.umask(before)

    assert paths.vault_file.stat().st_mode & 0o777 == 0o600
    assert paths.vault_key_file.stat().st_mode & 0o777 == 0o400


def test_a_vault_without_its_key_gets_no_new_one(paths: Paths, vault: Vault) -> None:
    vault.set("a", SECRET)
    paths.vault_key_file.unlink()

    with pytest.raises(VaultKeyUnusable, match="not there"):
        open_vault(paths, {})

    assert not paths.vault_key_file.exists()


def test_a_key_of_another_length_is_refused(paths: Paths, vault: Vault) -> None:
    paths.vault_key_file.chmod(0o600)
    paths.vault_key_file.write_bytes(b"short")

    with pytest.raises(VaultKeyUnusable, match="5 bytes, not 32"):
        open_vault(paths, {})


def test_the_key_that_systemd_hands_in_is_used(paths: Paths, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "sinergi-kek").write_bytes(os.urandom(32))
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}

    open_vault(paths, environment).set("a", SECRET)

    assert open_vault(paths, environment).get("a") == SECRET
    assert not paths.vault_key_file.exists()


def test_a_folder_of_credentials_without_ours_changes_nothing(paths: Paths, tmp_path: Path) -> None:
    open_vault(paths, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).set("a", SECRET)

    assert open_vault(paths, {}).get("a") == SECRET


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="There is no state folder"):
        open_vault(Paths(state_dir=tmp_path / "absent"), {})
    with pytest.raises(VaultError, match="There is no state folder"):
        Vault(tmp_path / "absent" / "vault", os.urandom(32)).set("a", SECRET)


def test_what_a_killed_writer_left_behind_goes_with_the_next_writing(paths: Paths, vault: Vault) -> None:
    leftover = paths.vault_file.with_name(".vault.draft")
    leftover.write_bytes(b"half")
    leftover.chmod(0o400)

    vault.set("a", SECRET)

    assert vault.get("a") == SECRET
    assert not leftover.exists()


def test_two_first_uses_make_one_key(paths: Paths) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: open_vault(paths, {}).set(str(number), SECRET), range(16)))

    assert all(open_vault(paths, {}).get(str(number)) == SECRET for number in range(16))


def test_nothing_is_lost_when_many_write_at_once(paths: Paths, vault: Vault) -> None:
    names = [str(number) for number in range(24)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: open_vault(paths, {}).set(name, name), names))

    assert [vault.get(name) for name in names] == names


OTHER_BACK_END = """
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username):
        return "in plain text"
    def set_password(self, service, username, password):
        print("kept in plain text")
    def delete_password(self, service, username):
        pass
"""
PROGRAM = """
import keyring, pathlib, sys
from agent.paths import Paths
from agent.storage.vault import DATABASE_PASSWORD, SERVICE, open_vault
open_vault(Paths(state_dir=pathlib.Path(sys.argv[1])), {})
keyring.set_password(SERVICE, DATABASE_PASSWORD, sys.argv[2])
print(type(keyring.get_keyring()).__qualname__, keyring.get_password(SERVICE, DATABASE_PASSWORD))
"""


@pytest.mark.parametrize("wish", [{}, {"PYTHON_KEYRING_BACKEND": "trap.PlaintextKeyring"}])
def test_ours_answers_although_another_back_end_could_be_found(
    paths: Paths, tmp_path: Path, wish: dict[str, str]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "trap.py").write_text(OTHER_BACK_END)
    info = site / "trap-5.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trap\nVersion: 5.0\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nfile = trap\n")

    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, paths.state_dir, SECRET],
        env={**os.environ, "PYTHONPATH": f"{site}:{Path.cwd()}", **wish},
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert answer.stdout == f"Vault {SECRET}\n"


REAL = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}


@pytest.mark.parametrize("wish", [{}, REAL], ids=["found", "asked for"])
def test_ours_answers_where_keyrings_alt_is_installed(
    paths: Paths, tmp_path: Path, wish: dict[str, str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    own = {"PYTHONPATH": str(Path.cwd()), "HOME": str(home), "XDG_DATA_HOME": str(home)}

    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, paths.state_dir, SECRET],
        env={**os.environ, **own, **wish}, check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert answer.stdout == f"Vault {SECRET}\n"
    assert list(home.rglob("*")) == []


def test_keyrings_alt_would_have_kept_it_in_plain_text(tmp_path: Path) -> None:
    program = "import keyring; keyring.set_password('sinergi', 'x', 'y')"

    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **REAL, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}, check=True,
    )  # fmt: skip

    assert [file.name for file in tmp_path.rglob("*.cfg")] == ["keyring_pass.cfg"]


def test_the_other_back_end_of_these_tests_would_have_been_found(tmp_path: Path) -> None:
    # Without this, the test above could pass because its trap is no trap.
    (tmp_path / "trap.py").write_text(OTHER_BACK_END)
    program = "import trap, keyring; print(keyring.get_password('sinergi', 'x'))"

    answer = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert answer.stdout == "in plain text\n"


def test_opening_installs_it_for_this_process(vault: Vault) -> None:
    assert keyring.get_keyring() is vault
