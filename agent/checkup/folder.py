"""The folder of the agent's state: whose it is, who else could read it, and whether there is room."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from agent.checkup.check import Check, failed, in_turn, not_allowed, ok, skipped, warned
from agent.errors import NotInitialised, StorageUnwritable, VaultExposed
from contract.text import T, Text

NEEDED_BYTES, COMFORTABLE_BYTES = 64 * 1024**2, 512 * 1024**2
"""The frames of the largest Pemda, and as much again for a later snapshot; ten times that."""
NEEDED_INODES, COMFORTABLE_INODES = 100, 2000


def folder_checks(folder: Path, service_user: str) -> Iterator[Check]:
    """Folder, disk and inodes; `service_user` is empty where no service is installed."""
    yield from in_turn([("folder", lambda: _folder(folder, service_user))])
    yield _room("disk", folder)
    yield _room("inodes", folder)


def _folder(folder: Path, service_user: str) -> Check:
    try:
        found = folder.stat()
    except FileNotFoundError as error:
        raise NotInitialised(
            T("There is no folder {folder}.", folder=folder), remedy=T("Run `sudo sinergi init`.")
        ) from error
    except PermissionError:
        return not_allowed("folder", folder)
    owner = _name(found.st_uid)
    wrong = _what_is_wrong(folder, found, service_user or owner)
    if wrong is not None:
        raise _unusable(folder, wrong, service_user or owner)
    if found.st_mode & 0o022:
        raise _open_to_others(folder, found.st_mode)
    if found.st_mode & 0o055:
        return warned("folder", _open_to_others(folder, found.st_mode))
    return ok("folder", T("{folder} belongs to {owner} alone", folder=folder, owner=owner))


def _what_is_wrong(folder: Path, found: os.stat_result, expected: str) -> Text | None:
    if not stat.S_ISDIR(found.st_mode):
        return T("it is no folder")
    if (owner := _name(found.st_uid)) != expected:
        return T("it belongs to {owner}", owner=owner)
    if found.st_mode & stat.S_IRWXU != stat.S_IRWXU or _is_read_only(folder):
        return T("it is read-only")
    if (stranger := _not_of_the_owner(folder, found.st_uid)) is not None:
        return T("{file} in it belongs to somebody else", file=stranger.name)
    return None


def _not_of_the_owner(folder: Path, owner: int) -> Path | None:
    """A file that root left behind, for example: the service can neither read nor replace it."""
    try:
        return next((path for path in sorted(folder.iterdir()) if path.lstat().st_uid != owner), None)
    except OSError:
        return None  # another user's folder; or a file went while it was looked at


def _is_read_only(folder: Path) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _room(name: str, folder: Path) -> Check:
    try:
        system = os.statvfs(folder)
    except FileNotFoundError:
        return skipped(name, T("There is no folder {folder}.", folder=folder))
    except PermissionError:
        return not_allowed(name, folder)
    return _space(system, folder) if name == "disk" else _inodes(system, folder)


def _space(system: os.statvfs_result, folder: Path) -> Check:
    free = system.f_bavail * system.f_frsize
    said = T("{free} MB free in {folder}", free=free // 1_000_000, folder=folder)
    return _judged("disk", said, free, NEEDED_BYTES, COMFORTABLE_BYTES)


def _inodes(system: os.statvfs_result, folder: Path) -> Check:
    if not system.f_files:
        return ok("inodes", T("this file system has no fixed number of files"))
    said = T("room for {count} more files in {folder}", count=system.f_favail, folder=folder)
    return _judged("inodes", said, system.f_favail, NEEDED_INODES, COMFORTABLE_INODES)


def _judged(name: str, said: Text, free: int, needed: int, comfortable: int) -> Check:
    if free >= comfortable:
        return ok(name, said)
    error = StorageUnwritable(
        T("Little room is left: {said}.", said=said),
        remedy=T("Free some space. Nothing that was queued is lost; it is delivered from there."),
    )
    return failed(name, error) if free < needed else warned(name, error)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _unusable(folder: Path, why: Text, owner: str) -> StorageUnwritable:
    return StorageUnwritable(
        T("The agent cannot use {folder}: {why}.", folder=folder, why=why),
        remedy=T(
            "`sudo chown -R {owner}: {folder}` and `sudo chmod 700 {folder}`; is its disk mounted writable?",
            owner=owner,
            folder=folder,
        ),
    )


def _open_to_others(folder: Path, mode: int) -> VaultExposed:
    return VaultExposed(
        T("Others may look into {folder}: its rights are {mode}.", folder=folder, mode=f"{mode & 0o777:04o}"),
        remedy=T("`sudo chmod 700 {folder}`", folder=folder),
    )
