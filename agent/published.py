"""A file that others may read at any time: replaced in one step, and readable by everyone."""

from __future__ import annotations

import os


def publish(path: str, data: bytes) -> None:
    """Put these bytes in the place of the file; raises OSError, and then leaves nothing behind."""
    folder, name = os.path.split(path)
    # Hidden, and of another ending: a collector of metrics takes every *.prom in its folder.
    draft = os.path.join(folder, f".{name}.{os.getpid()}")  # noqa: PTH118 - pathlib would cost more than this
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123
            os.fchmod(descriptor, 0o644)  # whatever the umask
            file.write(data)
        os.replace(draft, path)  # noqa: PTH105
    except OSError:
        os.unlink(draft)  # noqa: PTH108
        raise
