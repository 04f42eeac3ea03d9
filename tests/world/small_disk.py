"""A disk of a few megabytes under a folder, for a test to fill up, to make read-only, or to break."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_BLOCK = 4096


@dataclass(frozen=True)
class SmallDisk:
    """A mounted file system that nobody else uses."""

    folder: Path

    def fill(self, *, leaving: int = 0) -> None:
        """Take all room but these bytes."""
        with self._filler.open("ab", buffering=0) as filler:
            with suppress(OSError):  # there is no more room
                while filler.write(bytes(_BLOCK)):
                    pass
            filler.truncate(max(0, self._filler.stat().st_size - leaving))

    def make_room(self) -> None:
        """Let go of what was taken."""
        self._filler.unlink(missing_ok=True)

    def remount(self, mode: str) -> None:
        """`ro` or `rw`."""
        _run("mount", "-o", f"remount,{mode}", str(self.folder))

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk in memory, mounted until the block ends; skips the test where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs to mount a small file system: run it as root, or in `unshare -Urm`")
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


@dataclass(frozen=True)
class FailingDisk:
    """An ext4 file system that turns read-only by itself at its first error, as the kernel has them do."""

    folder: Path
    image: Path
    mounted: list[Path] = field(default_factory=list)

    def fail(self) -> None:
        """The kernel finds an error in it."""
        device = Path(_run("findmnt", "--noheadings", "--output=SOURCE", str(self.folder)).strip()).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("a test\n")

    def repair(self) -> None:
        """Put the checked content over the failed one, which whoever has it open keeps.

        Over it, not instead: what lies beneath both is of another time, and must not be seen for a moment.
        """
        checked = self.image.with_suffix(".checked")
        shutil.copyfile(self.image, checked)
        subprocess.run(["e2fsck", "-f", "-y", str(checked)], capture_output=True, check=False)
        self.mount(checked)

    def mount(self, image: Path, *options: str) -> None:
        """Mount an image on the folder."""
        _run("mount", "-o", ",".join(["loop", *options]), str(image), str(self.folder))
        self.mounted.append(image)


@contextmanager
def failing_disk(folder: Path, image: Path) -> Iterator[FailingDisk]:
    """Such a disk over a folder, with what the folder holds; at the end the folder has what the disk has."""
    with image.open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    _run("mkfs.ext4", "-q", "-O", "^has_journal", "-d", str(folder), str(image))
    disk = FailingDisk(folder, image)
    try:
        disk.mount(image, "errors=remount-ro")
    except subprocess.CalledProcessError:
        pytest.skip("needs a loop device with ext4: run it as root on a machine that has them")
    copy = image.with_suffix(".copy")
    try:
        yield disk
        shutil.copytree(folder, copy)
    finally:
        for _ in disk.mounted:
            _run("umount", "--lazy", str(folder))
    shutil.rmtree(copy / "lost+found")
    shutil.copytree(copy, folder, dirs_exist_ok=True)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
