"""A file is whole or not there, is for its owner alone, and replaces nothing that nobody named."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from agent.errors import StorageUnwritable
from agent.storage.files import Written, draft_in, write_all


def test_a_draft_takes_its_place_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "adk.zip"

    with draft_in(tmp_path) as draft:
        written = write_all(draft.file, [b"AB", b"CD"], path=target)
        assert not target.exists()
        assert draft.take_place(target, force=False)

    assert written == Written(4, hashlib.sha256(b"ABCD").hexdigest())
    assert target.read_bytes() == b"ABCD"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_exists_stays_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "adk.zip"
    target.write_bytes(b"old")

    with draft_in(tmp_path) as draft:
        write_all(draft.file, [b"new"], path=target)
        taken = draft.take_place(target, force=False)
        kept = target.read_bytes()
        forced = draft.take_place(target, force=True)

    assert (taken, kept, forced) == (False, b"old", True)
    assert target.read_bytes() == b"new"


def test_what_fails_on_its_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), draft_in(tmp_path) as draft:
        write_all(draft.file, (bytes(1 // number) for number in (1, 0)), path=draft.path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="none"), draft_in(tmp_path / "none"):
        pass


def test_a_full_disk_is_explained() -> None:
    with pytest.raises(StorageUnwritable, match="no space is left"), Path("/dev/full").open("wb") as full:
        write_all(full, [bytes(8192)] * 2, path=Path("/dev/full"))
