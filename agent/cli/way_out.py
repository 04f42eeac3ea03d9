"""How `sinergi init` is told of a proxy: its user may stand in its address, its password never."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from urllib.parse import unquote

from agent.cli.asking import Answers
from agent.cli.console import Console
from agent.cli.secret import password_from
from agent.cli.usage import UsageError
from contract.text import T


def add_proxy_password_file(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """The option that names where the proxy's password is read from."""
    parser.add_argument(
        "--proxy-password-file",
        metavar=_("FILE"),
        help=_("read the proxy's password from this file's first line; - is standard input"),
    )


def without_user(options: Namespace) -> None:
    """`--proxy http://user@host` becomes address and `--proxy-user`; raises UsageError for a password."""
    before, at, host = (options.proxy or "").rpartition("@")
    if not at:
        return
    scheme, _, user = before.rpartition("//")
    if ":" in user:
        raise UsageError(
            T("A password on the command line can be seen by every user of this server."),
            remedy=T(
                "Change that password; leave it out of --proxy, and name a file that holds the new one with"
                " --proxy-password-file."
            ),
        )
    options.proxy = f"{scheme}//{host}"
    options.proxy_user = options.proxy_user or unquote(user)


def proxy_password(options: Namespace, answers: Answers, console: Console) -> str | None:
    """The proxy's password, from its file or typed; None where there is none to ask for."""
    file = options.proxy_password_file
    if not answers["proxy-user"] or (file is None and (options.yes or not console.asks)):
        return None
    return password_from(file, T("Password of the proxy"), console)


def reminder(answers: Answers, console: Console, *, has_password: bool) -> None:
    """Say that the proxy's password is missing, where it is."""
    if answers["proxy-user"] and not has_password:
        console.note(T("The password of the proxy is not stored yet: `sudo sinergi access set --proxy`."))
