"""Which accesses a node takes, in any order in which a centre, or somebody in its place, may send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from agent.access.book import RECORD, AccessBook, approve, keep, read_book, refused, set_here, take
from agent.errors import VaultDamaged
from agent.storage.vault import Vault
from contract.errors import (
    AccessOfAnotherNode,
    AccessOutdated,
    AccessReplayed,
    ContractError,
    SealBroken,
)
from contract.text import T
from contract.wire.access import SealedAccess, seal_access
from contract.wire.identity import to_base64
from tests.contract import samples
from tests.contract.samples import NODE_ID, SEALING_KEY

ID = "a" * 32
LATE = AccessOutdated(T("An older one."), remedy=T("Enter it again."))


def sealed(version: int, *, access_id: str = ID, configured: bool = False, **changed: Any) -> SealedAccess:
    access = samples.access(**changed)
    data = seal_access(
        access, SEALING_KEY.public_key(), node_id=NODE_ID, access_id=access_id, version=version
    )
    return SealedAccess(
        node_id=NODE_ID, access_id=access_id, version=version, configured=configured, sealed=to_base64(data)
    )


def taken(book: AccessBook, entry: SealedAccess) -> AccessBook:
    return take(book, entry, SEALING_KEY, node_id=NODE_ID)


def test_a_new_access_is_known_and_not_in_use() -> None:
    book = taken(AccessBook(), sealed(1))

    assert book.newest
    assert book.newest.access == samples.access()
    assert (book.version, book.in_use) == (1, None)


def test_a_configured_access_is_in_use_until_another_one_is() -> None:
    first, second = sealed(1), sealed(2, access_id="b" * 32, user="lain")
    book = taken(taken(AccessBook(), first), first.model_copy(update={"configured": True}))

    later = taken(book, second)

    assert book.in_use == book.newest == later.in_use
    assert taken(later, second.model_copy(update={"configured": True})).in_use == later.newest


def test_an_older_version_is_refused_by_that_name() -> None:
    with pytest.raises(AccessOutdated):
        taken(taken(AccessBook(), sealed(3)), sealed(2, access_id="b" * 32))


def test_a_version_seen_before_with_another_content_is_refused_as_a_replay() -> None:
    with pytest.raises(AccessReplayed):
        taken(taken(AccessBook(), sealed(3)), sealed(3))


def test_what_does_not_open_uses_up_no_number() -> None:
    broken = sealed(2).model_copy(update={"access_id": "c" * 32})
    book = taken(AccessBook(), sealed(1))

    with pytest.raises(SealBroken):
        taken(book, broken)
    assert taken(book, sealed(2)).version == 2


def test_another_nodes_access_is_refused_by_that_name_whatever_its_number() -> None:
    foreign = sealed(1).model_copy(update={"node_id": "sikd1other"})

    with pytest.raises(AccessOfAnotherNode):
        taken(taken(AccessBook(), sealed(5)), foreign)


def test_a_refusal_is_kept_until_something_is_taken() -> None:
    book = refused(taken(AccessBook(), sealed(2)), sealed(1), LATE)

    assert book.refusal
    assert book.refusal.reason == "access-outdated"
    assert taken(book, sealed(3)).refusal is None


def test_what_is_set_on_this_server_takes_the_place_of_what_came_before() -> None:
    entered = sealed(2)
    book = taken(taken(AccessBook(), entered), entered.model_copy(update={"configured": True}))

    here = set_here(book, "f" * 32)

    assert (here.in_use, here.newest, here.own, here.version) == (None, None, "f" * 32, 3)
    # The centre goes on sending the entry that was replaced until it has heard; that is no attack.
    assert refused(here, entered, LATE) == here
    assert taken(here, sealed(4)).own is None


def test_an_approval_is_of_a_target_and_not_of_a_password() -> None:
    book = taken(AccessBook(), sealed(1))
    assert book.newest
    approved = approve(book, book.newest.target, named=False)

    later = taken(approved, sealed(2, password=SecretStr("another"), user="lain"))

    assert later.newest
    assert [each.target for each in later.approvals] == [later.newest.target]


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=12))
def test_whatever_is_sent_the_version_never_goes_back(sent: list[tuple[int, bool]]) -> None:
    book, entries = (
        AccessBook(),
        {version: sealed(version, access_id=f"{version:032x}") for version in range(1, 7)},
    )
    for version, configured in sent:
        before = book
        try:
            book = taken(book, entries[version].model_copy(update={"configured": configured}))
        except ContractError:
            assert version < before.version

        assert book.version >= before.version
        assert book.in_use is None or book.in_use.version <= book.version


def test_a_book_is_written_and_read_back() -> None:
    book = taken(AccessBook(), sealed(1))
    assert book.newest
    full = approve(book, book.newest.target, named=True)

    assert AccessBook.model_validate_json(full.model_dump_json(by_alias=True)) == full


def test_a_record_that_is_no_book_is_refused_in_words(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", bytes(32))
    vault.set(RECORD, '{"newest": "kenari-4711"}')

    with pytest.raises(VaultDamaged) as refused:
        read_book(vault)

    assert "kenari" not in str(refused.value) + str(refused.value.__cause__)


def test_two_changes_at_once_are_both_kept(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", bytes(32))

    def count(_: int) -> None:
        keep(vault, lambda book: book.model_copy(update={"version": book.version + 1}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(12)))

    assert read_book(vault).version == 12


def test_a_book_shows_no_password() -> None:
    book = taken(AccessBook(), sealed(1, password=SecretStr("kenari-4711")))

    assert "kenari" not in f"{book!r} {book}"
