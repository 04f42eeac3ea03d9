"""What the system says of a file reaches an operator in his language."""

from __future__ import annotations

import errno
import os

import pytest

from agent import system_words
from agent.i18n import translator

INDONESIAN = translator("id", ["sinergi"])


def test_the_usual_refusals_are_said_in_indonesian() -> None:
    usual = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC, errno.EROFS)

    said = [str(system_words.why(OSError(number, os.strerror(number)))) for number in usual]

    assert [each for each in said if INDONESIAN(each) == each] == []


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(errno.ENAMETOOLONG, "File name too long"), "File name too long"), (OSError(), "OSError")],
)
def test_what_is_rare_stays_as_the_system_says_it(error: OSError, said: str) -> None:
    assert str(system_words.why(error)) == said
