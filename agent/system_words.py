"""What the operating system says of a file, in the reader's language; what it says rarely stays as it is."""

from __future__ import annotations

import errno

from contract.text import T, Text

_NO_RIGHT = T("this user has no right to it")
_NO_ROOM = T("no space is left on its disk")
_BY_NUMBER = {
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOENT: T("it is not there"),
    errno.EISDIR: T("it is a folder"),
    errno.ENOTDIR: T("a part of its path is no folder"),
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EROFS: T("its disk is read-only"),
    errno.EIO: T("its disk reports errors"),
}


def why(error: OSError) -> Text | str:
    """The reason that stands behind "cannot be read" or "cannot be written"."""
    return _BY_NUMBER.get(error.errno or 0) or error.strerror or type(error).__name__
