"""Do one piece of work in a short-lived process: a hanging driver can be killed, and its memory returns.

The request and the answer are pickles between this program and itself, over pipes that nobody else holds; a
password in them is in no argument list and no environment.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import IO, NoReturn, ParamSpec, TypeVar, cast

from agent.errors import CollectionDied, CollectionError, CollectionTimedOut
from contract.errors import ExplainedError
from contract.text import T, Text

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
MAX_MEMORY_BYTES = 1536 * 1024 * 1024
"""Far above the largest SKPD (400,000 lines take near 300 MB), far below what starves a finance server."""
_PARTING_SECONDS = 5.0
_CHUNK = 64 * 1024
_Answer = tuple[object, tuple[type[ExplainedError], Text, Text] | None]


def run_in_child(
    work: Callable[Arguments, Result],
    timeout: timedelta,
    *arguments: Arguments.args,
    **options: Arguments.kwargs,
) -> Result:
    """The result of `work`, done in a process of its own; what it raises is raised here.

    Work, arguments and result must be picklable. Raises CollectionTimedOut or CollectionDied; either way the
    process is gone when this returns.
    """
    # -P: a folder `agent` where someone happens to stand must not be taken for this program.
    program = [sys.executable, "-P", "-m", "agent.child"]
    with subprocess.Popen(  # noqa: S603 - this very program
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            answer = _answer(process, (work, arguments, options), time.monotonic() + timeout.total_seconds())
        finally:
            process.kill()
    if not answer:
        raise _died(process.returncode)
    result, error = cast(_Answer, pickle.loads(answer))  # noqa: S301 - written by our own child
    if error is not None:
        raise _rebuilt(*error)
    return cast(Result, result)


def _answer(process: subprocess.Popen[bytes], request: object, deadline: float) -> bytes:
    """Everything the child writes; its input stays open, because the child ends when that is closed."""
    stdin, stdout = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    try:
        stdin.write(pickle.dumps(request))
        stdin.flush()
    except BrokenPipeError:
        return b""
    chunks: list[bytes] = []
    while select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if not (chunk := os.read(stdout.fileno(), _CHUNK)):
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PARTING_SECONDS)
            return b"".join(chunks)
        chunks.append(chunk)
    raise CollectionTimedOut(
        T("The database did not answer in time; reading it was stopped."),
        remedy=T(
            "Check the database's load and locks. A running agent tries again by itself; a command has to"
            " be run again."
        ),
    )


def _died(code: int) -> CollectionDied:
    return CollectionDied(
        T("The process that reads the database ended without an answer (code {code}).", code=code),
        remedy=T(
            "Check free memory and the agent's log. A running agent tries again by itself; a command has to"
            " be run again."
        ),
    )


def _rebuilt(kind: type[ExplainedError], problem: Text, remedy: Text) -> ExplainedError:
    # Past the constructors of subclasses: an error crosses as its class and its two sentences.
    error = kind.__new__(kind)
    ExplainedError.__init__(error, problem, remedy=remedy)
    return error


def _main() -> None:
    """The child: read the request, do the work, write the answer."""
    # A driver that prints must not write into the answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work, arguments, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with answers:
        pickle.dump(_done(work, arguments, options), answers)


def _done(work: Callable[..., object], arguments: tuple[object, ...], options: dict[str, object]) -> _Answer:
    try:
        return work(*arguments, **options), None
    except ExplainedError as error:
        return None, (type(error), error.problem, error.remedy)
    except MemoryError:
        problem = T("Reading the database took more memory than the agent may use.")
        return None, (
            CollectionError,
            problem,
            T("Report this to the helpdesk, with the size of the largest SKPD."),
        )


def _end_with_parent() -> NoReturn:
    # The parent never writes again: reading ends when it is gone, and an orphan must not go on reading.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    _main()
