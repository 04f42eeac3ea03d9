"""A thin and bad line to the centre: so many bytes a second, a delay, and cuts in the middle of an upload.

It works on bytes, below HTTP, and counts what is sent up. Lost packets are for TCP to repair: not tried here.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 1024


@dataclass
class ThinLine:
    """Listens at `address` and passes everything on to `port` of this machine, as fast as `rate` lets it."""

    address: str
    port: int = 0
    rate: float = float("inf")
    """Bytes a second, up and down each."""
    delay: float = 0.0
    """Seconds that every byte takes to arrive."""
    cuts: list[int] = field(default_factory=list)
    """After how many bytes sent up, in all, the line breaks; each breaks it once."""
    sent_up: int = 0

    def broken_by(self, more: int) -> bool:
        """Count bytes sent up, and say whether the line breaks with them."""
        self.sent_up += more
        if self.cuts and self.sent_up >= self.cuts[0]:
            self.cuts.pop(0)
            return True
        return False


@contextmanager
def thin_line() -> Iterator[ThinLine]:
    """A line until the block ends; `port` is to be set before anybody calls."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = ThinLine(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, line), daemon=True).start()
        yield line


def _accept(listener: socket.socket, line: ThinLine) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_carry, args=(client, line), daemon=True).start()


def _carry(client: socket.socket, line: ThinLine) -> None:
    # Where nobody listens at the other end, this end breaks off too.
    with (
        client,
        suppress(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", line.port)) as centre,
    ):
        back = threading.Thread(target=_down, args=(centre, client, line), daemon=True)
        back.start()
        with suppress(OSError):
            while chunk := client.recv(_CHUNK):
                time.sleep(len(chunk) / line.rate)
                if line.broken_by(len(chunk)):
                    _reset(client)
                    _reset(centre)
                    return
                centre.sendall(chunk)
            centre.shutdown(socket.SHUT_WR)
        back.join()


def _down(centre: socket.socket, client: socket.socket, line: ThinLine) -> None:
    with suppress(OSError):
        while chunk := centre.recv(_CHUNK):
            time.sleep(len(chunk) / line.rate + line.delay)
            client.sendall(chunk)
        client.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    """Close at once, as a line that breaks does: what was not read is gone."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        end.shutdown(socket.SHUT_RDWR)
