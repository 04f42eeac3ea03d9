"""No access leads anywhere that a person at this node has not agreed to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.access.target import Approval, Target, is_close, require_approved
from agent.errors import TargetNotApproved, TargetNotNamed

TARGET = Target("wp-sipd", "mysql", "db.example", 3306, "sipd", "database", "verify")
ELSEWHERE = {"db.example": ["192.0.2.7"], "10.1.2.3": ["10.1.2.3"]}


def resolve(host: str) -> list[str]:
    return ELSEWHERE.get(host, [])


def judge(target: Target, *approvals: Approval, allowed: tuple[str, ...] = (), **hosts: list[str]) -> None:
    require_approved(target, approvals, allowed, lambda host: hosts.get("to") or resolve(host))


def test_a_target_that_nobody_approved_is_refused() -> None:
    with pytest.raises(TargetNotApproved):
        judge(TARGET)


def test_an_approved_target_may_be_used() -> None:
    judge(TARGET, Approval(TARGET))


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "other.example"},
        {"port": 3307},
        {"database": "mysql"},
        {"application": "generic"},
        {"engine": "postgresql"},
        {"tls": "disable"},
        {"named_by": "sid"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_changed_target_needs_approval_again(changed: dict[str, Any]) -> None:
    with pytest.raises(TargetNotApproved):
        judge(replace(TARGET, **changed), Approval(TARGET))


@pytest.mark.parametrize("allowed", ["db.example", "DB.example", "*.example", "*.EXAMPLE"])
def test_an_allowed_host_needs_no_approval(allowed: str) -> None:
    judge(TARGET, allowed=(allowed,))


def test_an_allowed_network_covers_its_addresses_and_no_others() -> None:
    judge(replace(TARGET, host="10.1.2.3"), allowed=("10.1.0.0/16",))

    for host in ("10.2.0.1", "db.example"):
        with pytest.raises(TargetNotApproved):
            judge(replace(TARGET, host=host), allowed=("10.1.0.0/16",))


@pytest.mark.parametrize("trick", ["evil-example", "db.example.evil", "xexample"])
def test_a_name_that_only_looks_alike_is_not_allowed(trick: str) -> None:
    with pytest.raises(TargetNotApproved):
        judge(replace(TARGET, host=trick), allowed=("*.example", "db.example"))


CLOSE = [
    "127.0.0.1", "127.8.9.1", "::1", "169.254.169.254", "fe80::1", "::", "::ffff:127.0.0.1", "224.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", CLOSE)
def test_an_address_of_this_server_itself_must_be_named(address: str) -> None:
    host = replace(TARGET, host=address)

    with pytest.raises(TargetNotNamed):
        judge(host, Approval(host), to=[address])
    with pytest.raises(TargetNotNamed):
        judge(host, allowed=("0.0.0.0/0", "::/0"), to=[address])
    judge(host, Approval(host, named=True), to=[address])
    judge(host, allowed=(address,), to=[address])


def test_a_name_that_leads_to_this_server_is_found_out() -> None:
    with pytest.raises(TargetNotNamed):
        judge(TARGET, Approval(TARGET), to=["192.0.2.7", "127.0.0.1"])


def test_a_host_nobody_knows_is_not_close() -> None:
    assert not is_close("unknown.example", resolve)
