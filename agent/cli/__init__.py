"""The commands of `sinergi`: one file a verb.

`sinergi status` is asked often and by anyone, so it goes past the frame that all other verbs share.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe went away, as `head` does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return code


def _run(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["status"]:
        from agent.cli.status import answer, plain

        wish = plain(arguments[1:], os.environ)
        if wish is not None:
            return answer(wish, os.environ)
    from agent.cli.frame import run

    return run(arguments, os.environ)
