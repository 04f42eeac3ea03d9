"""The bytes of a support bundle."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Sequence
from datetime import datetime

from agent.support.parts import Part


def packed(parts: Sequence[Part], now: datetime) -> bytes:
    """A .tar.gz whose bytes depend on the parts, their order and the time alone."""
    seconds, tarred = int(now.timestamp()), io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for part in parts:
            data = part.text.encode()
            member = tarfile.TarInfo(f"sinergi-support/{part.name}")
            member.size, member.mtime, member.mode = len(data), seconds, 0o600
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(tarred.getvalue(), mtime=seconds)
