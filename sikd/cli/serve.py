"""`sikd serve`: answer nodes and people; the address is printed once it answers."""

from __future__ import annotations

import os
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from contract.text import T
from sikd.cli.console import Console
from sikd.errors import BadSettings

if TYPE_CHECKING:
    from sikd.config import Settings

EXAMPLE = "sikd serve --host 127.0.0.1 --port 8000 --public-url https://sikd.example.go.id"
SCHEMA = "sikd.serving/1"
_LAST_PORT = 65535


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Answers nodes and people until it is stopped.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--host",
        metavar=_("HOST"),
        default="127.0.0.1",
        help=_("address to listen on; 127.0.0.1 unless said"),
    )
    parser.add_argument(
        "--port", type=int, metavar=_("PORT"), default=8000, help=_("port to listen on; 0 takes a free one")
    )
    parser.add_argument("--public-url", metavar=_("URL"), help=_("address that nodes and people use, by TLS"))
    parser.add_argument(
        "--ready-fd", type=int, metavar=_("FD"), help=_("also write the address to this open file")
    )


def execute(options: Namespace, console: Console) -> int:
    """Serve until a signal ends it."""
    import secrets

    from sikd import keys
    from sikd.app import Centre, create_app
    from sikd.cli import centre
    from sikd.cli.server import run

    of = _settings(options)
    key = keys.load(of.centre_key)
    with centre.centre_database(of) as database, _listener(options.host, options.port) as listener:
        if not of.public_url:
            of = of.model_copy(update={"public_url": _own_address(listener)})
        app = create_app(Centre(of, database, key, clock=centre.now, random=secrets.token_bytes))
        run(app, listener, lambda: _announce(options, console, of.public_url), proxies=of.proxies)
    return 0


def _settings(options: Namespace) -> Settings:
    from sikd.cli import centre
    from sikd.config import is_loopback

    of = centre.settings(options, public_url=options.public_url)
    if not 0 <= options.port <= _LAST_PORT:
        # The system would take the number modulo 65536, and listen where nobody looks.
        raise BadSettings(
            T("There is no port {port}.", port=options.port),
            remedy=T("Choose a port from 0 to {last}; 0 takes a free one.", last=_LAST_PORT),
        )
    if not is_loopback(options.host) and not of.public_url.startswith("https://"):
        raise BadSettings(
            T("Plain HTTP is for this machine alone."),
            remedy=T("Let a proxy with TLS stand in front, and give its address with --public-url https://…"),
        )
    return of


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        raise BadSettings(
            T("{host}:{port} cannot be listened on: {why}.", host=host, port=port, why=str(error)),
            remedy=T("Choose another port, or stop the program that uses it."),
        ) from error
    return listener


def _own_address(listener: socket.socket) -> str:
    """This machine's own address, good for nodes and people on this machine."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(options: Namespace, console: Console, address: str) -> None:
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w") as told:
            told.write(address + "\n")
    if options.json:
        console.document(SCHEMA, {"public_url": address})
    else:
        console.say(T("SIKD answers at {address}; Ctrl-C stops it.", address=address))
