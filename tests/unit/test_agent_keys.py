"""The node's keys are made once, stay the same, and prove themselves to the centre."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotInitialised, VaultDamaged
from agent.host import Host, this_host
from agent.keys import load_keys, make_keys
from agent.paths import Paths
from agent.storage.vault import NODE_KEYS, Vault, open_vault
from contract.wire import identity
from contract.wire.messages import verify_registration

HOST = Host("db-keuangan-01", "m" * 32, "0.1.0")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return open_vault(Paths(state_dir=tmp_path), {})


def test_before_init_there_are_no_keys(vault: Vault) -> None:
    with pytest.raises(NotInitialised, match="sudo sinergi init"):
        load_keys(vault)


def test_making_keys_twice_gives_the_same_keys(vault: Vault) -> None:
    first = make_keys(vault)

    again, loaded = make_keys(vault), load_keys(vault)

    assert first.signing_der == again.signing_der == loaded.signing_der
    assert first.sealing_der == again.sealing_der == loaded.sealing_der


def test_the_registration_proves_both_keys(vault: Vault) -> None:
    keys = make_keys(vault)

    registered = verify_registration(keys.registration(HOST))

    assert registered.node_id == keys.node_id == identity.node_id(keys.signing_der)
    assert (registered.signing_der, registered.sealing_der) == (keys.signing_der, keys.sealing_der)
    assert registered.says.hostname == "db-keuangan-01"


def test_both_sides_compute_the_same_match_code(vault: Vault) -> None:
    keys = make_keys(vault)
    centre, nonce = b"centre", b"nonce"

    assert keys.match_code(centre, nonce) == identity.match_code(
        keys.signing_der, keys.sealing_der, centre, nonce
    )


def test_private_keys_do_not_show(vault: Vault) -> None:
    keys = make_keys(vault)

    assert repr(keys) == f"NodeKeys({keys.node_id})"


@pytest.mark.parametrize("text", ["", "a b", "YQ== YQ==", "YQ=="])
def test_something_else_in_the_place_of_the_keys_is_refused(vault: Vault, text: str) -> None:
    vault.set(NODE_KEYS, text)

    with pytest.raises(VaultDamaged, match="backup"):
        load_keys(vault)


def test_a_host_is_told_apart_without_giving_its_machine_id_away(tmp_path: Path) -> None:
    machine_id = tmp_path / "machine-id"
    machine_id.write_text("0123456789abcdef0123456789abcdef\n")

    host = this_host(machine_id)

    assert host == this_host(machine_id)
    assert len(host.machine) == 32
    assert "0123456789abcdef" not in host.machine


def test_a_host_without_a_machine_id_has_none(tmp_path: Path) -> None:
    assert this_host(tmp_path / "absent").machine == ""
