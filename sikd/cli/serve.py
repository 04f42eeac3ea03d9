"""`sikd serve`: answer nodes and people; the address is printed once it answers."""

from __future__ import annotations

import os
import secrets
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import uvicorn

from contract.text import T
from sikd import keys
from sikd.app import Centre, create_app
from sikd.cli import centre
from sikd.cli.console import Console
from sikd.config import Settings, is_loopback
from sikd.errors import BadSettings

EXAMPLE = "sikd serve --host 127.0.0.1 --port 8443 --public-url https://sikd.example.go.id"
SCHEMA = "sikd.serving/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Answers nodes and people until it is stopped.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on; 127.0.0.1 unless said"))
    parser.add_argument("--port", type=int, default=8000, help=_("port to listen on; 0 takes a free one"))
    parser.add_argument(
        "--public-url", metavar="URL", help=_("address that nodes and people use, through the proxy")
    )
    parser.add_argument(
        "--ready-fd", type=int, metavar="FD", help=_("also write the address to this open file")
    )


def execute(options: Namespace, console: Console) -> int:
    """Serve until a signal ends it."""
    listener = _listen(options.host, options.port)
    of = _settings(options, listener)
    key = keys.load(of.centre_key)
    with centre.centre_database(of) as database:
        app = create_app(Centre(of, database, key, clock=centre.now, random=secrets.token_bytes))
        server = _Server(
            uvicorn.Config(
                app,
                log_level="warning",
                server_header=False,
                proxy_headers=True,
                h11_max_incomplete_event_size=64 * 1024,
            ),
            lambda: _announce(options, console, of),
        )
        server.run(sockets=[listener])
    return 0


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        self._ready()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise BadSettings(
            T("{host}:{port} cannot be listened on: {why}.", host=host, port=port, why=error.strerror),
            remedy=T("Choose another port, or stop the program that uses it."),
        ) from error
    return listener


def _settings(options: Namespace, listener: socket.socket) -> Settings:
    """The settings, with this machine's own address as the public one where none is given."""
    of = centre.settings(options, public_url=options.public_url)
    if not is_loopback(options.host) and not of.public_url.startswith("https://"):
        raise BadSettings(
            T("Plain HTTP is for this machine alone."),
            remedy=T("Let a proxy with TLS stand in front, and give its address with --public-url https://…"),
        )
    if of.public_url:
        return of
    host = f"[{options.host}]" if ":" in options.host else options.host
    return of.model_copy(update={"public_url": f"http://{host}:{listener.getsockname()[1]}"})


def _announce(options: Namespace, console: Console, of: Settings) -> None:
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w") as told:
            told.write(of.public_url + "\n")
    if options.json:
        console.document(SCHEMA, {"public_url": of.public_url})
    else:
        console.say(T("SIKD answers at {address}; Ctrl-C stops it.", address=of.public_url))
