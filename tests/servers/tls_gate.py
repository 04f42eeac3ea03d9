"""TLS in front of a port of this machine: before the centre, before a proxy, or between the two."""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import trustme

_PIECE = 16 * 1024
_PATIENCE_SECONDS = 1.0


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


class TlsGate:
    """Takes TLS off and passes everything on to `port`; what it shows may change, its own port stays."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._server: asyncio.Server | None = None
        self.port = 0
        self.own_port = 0
        self.rate = float("inf")
        """Bytes a second, upward."""
        self.sent_up = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.own_port}"

    def show(self, context: ssl.SSLContext) -> None:
        """From now on this certificate is shown."""
        asyncio.run_coroutine_threadsafe(self._listen(context), self._loop).result()

    async def _listen(self, context: ssl.SSLContext) -> None:
        await self.close()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.own_port, ssl=context)
        self.own_port = self._server.sockets[0].getsockname()[1]

    def hide(self) -> None:
        """Listen no more, until something is shown again."""
        asyncio.run_coroutine_threadsafe(self.close(), self._loop).result()

    async def close(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            onward, back = await asyncio.open_connection("127.0.0.1", self.port)
            ends.append(back)
            await asyncio.gather(_pump(reader, back, self._slowly), _pump(onward, writer))
        except OSError:
            writer.close()
        except asyncio.CancelledError:  # the gate ends, and nobody waits for this task
            for end in ends:
                end.transport.abort()

    async def _slowly(self, length: int) -> None:
        self.sent_up += length
        await asyncio.sleep(length / self.rate)


async def _at_once(_: int) -> None:
    """What comes down is not held up."""


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    pace: Callable[[int], Awaitable[None]] = _at_once,
) -> None:
    with suppress(OSError):
        while data := await reader.read(_PIECE):
            await pace(len(data))
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def tls_gate(context: ssl.SSLContext) -> Iterator[TlsGate]:
    """A gate until the block ends; `port` is to be set before anybody calls."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    gate = TlsGate(loop)
    gate.show(context)
    try:
        yield gate
    finally:
        asyncio.run_coroutine_threadsafe(_ended(gate), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        with warnings.catch_warnings():
            # Whoever was still shaking hands is let go of here, and not in the midst of another test.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


async def _ended(gate: TlsGate) -> None:
    await gate.close()
    # Whoever called has hung up by now, so nearly all of them end by themselves.
    for insisting in (False, True):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            if insisting:
                task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=_PATIENCE_SECONDS)
    await asyncio.sleep(0.05)  # the loop closes what these have let go of
