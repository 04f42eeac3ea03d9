"""A sealed database access opens for one node, one entry and one version, and tells others nothing."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from contract.errors import AccessOfAnotherNode, BadSignature, ContractError, MalformedMessage, SealBroken
from contract.wire import identity
from contract.wire.access import (
    MAX_ACCESS_BYTES,
    DatabaseAccess,
    DatabaseEngine,
    NamedBy,
    SealedAccess,
    is_host,
    seal_access,
    sealed_for,
)
from contract.wire.access_report import AccessReport, Standing, verify_access_report
from contract.wire.sealing import SEAL_BYTES, seal
from tests.contract import samples
from tests.contract.samples import ACCESS_ID, NODE_ID, NODE_KEY, SEALED, SEALING_KEY, STRANGER_KEY

PUBLIC = SEALING_KEY.public_key()


def sealed_again(plain: bytes) -> SealedAccess:
    """Any bytes, sealed as the page would."""
    sealed = seal(plain, PUBLIC, sealed_for(NODE_ID, ACCESS_ID, 2))
    return samples.sealed_access(sealed=identity.to_base64(sealed))


def opened(sealed: SealedAccess) -> DatabaseAccess:
    return sealed.open(SEALING_KEY, node_id=NODE_ID)


def test_what_was_sealed_is_what_opens() -> None:
    sealed = seal_access(samples.access(), PUBLIC, node_id=NODE_ID, access_id=ACCESS_ID, version=2)

    assert opened(samples.sealed_access(sealed=identity.to_base64(sealed))) == samples.access()


def test_every_sealed_access_is_of_one_length() -> None:
    passwords = ["x", "x" * 128, "\u00e9" * 128, '"' * 128]
    accesses = [samples.access(password=SecretStr(password)) for password in passwords]

    made = {
        len(seal_access(access, PUBLIC, node_id=NODE_ID, access_id=ACCESS_ID, version=1))
        for access in accesses
    }

    assert made == {MAX_ACCESS_BYTES + SEAL_BYTES}


def test_the_largest_access_still_fits_a_check_in_answer() -> None:
    largest = samples.sealed_access(version=2**53 - 1)

    assert len(identity.to_base64(largest.to_bytes())) <= 4096


@given(place=st.integers(0, len(SEALED) - 1), change=st.integers(1, 255))
def test_one_changed_byte_does_not_open(place: int, change: int) -> None:
    damaged = bytearray(SEALED)
    damaged[place] ^= change

    with pytest.raises(SealBroken):
        opened(samples.sealed_access(sealed=identity.to_base64(bytes(damaged))))


@pytest.mark.parametrize("changed", [{"version": 3}, {"access_id": "f" * 32}], ids=["version", "access"])
def test_a_seal_moved_to_another_place_does_not_open(changed: dict[str, Any]) -> None:
    with pytest.raises(SealBroken):
        opened(samples.sealed_access(**changed))


def test_the_access_of_another_node_is_refused_by_that_name() -> None:
    other = identity.node_id(identity.spki(STRANGER_KEY.public_key()))

    with pytest.raises(AccessOfAnotherNode):
        opened(samples.sealed_access(node_id=other))


def test_an_access_that_was_relabelled_for_this_node_does_not_open() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    sealed = seal_access(
        samples.access(), stranger.public_key(), node_id=NODE_ID, access_id=ACCESS_ID, version=2
    )

    with pytest.raises(SealBroken):
        opened(samples.sealed_access(sealed=identity.to_base64(sealed)))


@pytest.mark.parametrize("length", [0, 80, 81, MAX_ACCESS_BYTES + SEAL_BYTES - 1, 3000])
def test_another_length_is_refused_before_it_is_opened(length: int) -> None:
    with pytest.raises(SealBroken):
        opened(samples.sealed_access(sealed=identity.to_base64(bytes(length))))


@given(st.binary(max_size=300))
def test_whatever_was_sealed_only_a_contract_error_comes_out(plain: bytes) -> None:
    with pytest.raises(ContractError):
        opened(sealed_again(plain.ljust(MAX_ACCESS_BYTES)))


def test_an_error_about_a_sealed_access_never_repeats_the_password() -> None:
    secret = "kenari-4711"
    plain = samples.access(password=SecretStr(secret)).to_bytes().replace(b'"port":3306', b'"port":"3306"')

    with pytest.raises(MalformedMessage) as refused:
        opened(sealed_again(plain.ljust(MAX_ACCESS_BYTES)))

    assert secret not in "".join(traceback.format_exception(refused.value))


def test_a_password_shows_in_no_repr() -> None:
    access = samples.access(password=SecretStr("kenari-4711"))

    assert "kenari" not in f"{access!r} {access!s} {access.model_copy()!r}"
    assert pickle.loads(pickle.dumps(access)) == access  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "host",
    ["", "/run/postgresql", "a,b", "a b", "fe80::1%eth0", "-a", "a..b", "host=x", "x" * 64, "user@host"],
)
def test_a_host_that_is_more_than_a_host_is_refused(host: str) -> None:
    assert not is_host(host)
    with pytest.raises(ValidationError):
        samples.access(host=host)


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "::1", "2001:db8::7", "localhost", "db-1.keuangan.example", "DB_1"]
)
def test_an_address_and_a_name_are_hosts(host: str) -> None:
    assert samples.access(host=host).host == host


@pytest.mark.parametrize(
    "changed",
    [
        {"database": "host=evil"},
        {"database": "postgresql://evil"},
        {"user": "a b"},
        {"password": SecretStr("")},
        {"password": SecretStr("x\n")},
        {"password": SecretStr("x" * 129)},
        {"port": 0},
        {"engine": DatabaseEngine.ORACLE},
        {"named_by": NamedBy.SID},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_a_driver_could_misread_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        samples.access(**changed)


def test_oracle_is_reached_by_service_or_sid() -> None:
    for named_by in (NamedBy.SERVICE, NamedBy.SID):
        assert samples.access(engine=DatabaseEngine.ORACLE, named_by=named_by).named_by is named_by


# What a node says of it


def test_a_report_is_read_from_the_nodes_own_envelope_alone() -> None:
    report = samples.access_report()
    signed = report.signed(NODE_KEY)

    assert verify_access_report(signed, NODE_KEY.public_key(), NODE_ID) == report
    with pytest.raises(BadSignature):
        verify_access_report(report.signed(STRANGER_KEY), NODE_KEY.public_key(), NODE_ID)


def test_a_report_of_another_node_is_refused() -> None:
    signed = samples.access_report(node_id="sikd1other").signed(NODE_KEY)

    with pytest.raises(BadSignature):
        verify_access_report(signed, NODE_KEY.public_key(), NODE_ID)


def test_a_report_names_the_step_that_failed() -> None:
    failed = samples.access_report().failed

    assert failed is not None
    assert (failed.step, failed.code) == ("login", "SIKD-E302")


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": samples.access_report().steps[:3]},
        {"standing": Standing.TO_APPROVE},
        {"standing": Standing.REFUSED, "steps": ()},
        {"access_id": None},
        {"origin": None},
        {"refusal": "seal-broken"},
    ],
    ids=["steps", "tried", "reason", "name", "origin", "refusal"],
)
def test_a_report_that_contradicts_itself_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        samples.access_report(**changed)


def test_a_report_has_no_room_for_words() -> None:
    texts = {name for name, field in AccessReport.model_fields.items() if field.annotation is str}

    assert texts == {"node_id", "refusal"}
