"""A request that a node signed: trusted step by step, and read only after that.

1. Its headers state sizes within limits.                       Nothing was read yet.
2. It names a node.                                             A claim, good for finding a key.
3. That node is enrolled; its key comes from the enrolment.
4. The signature is by that key, over method, address, digest and length. The address is built from the
   centre's own public one, never from the Host header.
5. Its time is near the centre's.
6. Its one-time value was not seen before.                      Stored before anything else happens.
7. The body is as long, and has the digest, that was signed.
Only then may anyone parse the body.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from contract.errors import BadRequestSignature
from contract.text import T
from contract.wire import signing
from contract.wire.canonical import too_large
from contract.wire.identity import signing_key
from sikd.centre import centre_of
from sikd.nodes import nonces, store
from sikd.nodes.store import Node

SILENCE_SECONDS = 120.0
"""A server that only reads never learns that the line has broken."""
_LENGTH = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature holds; its body is still to be read, and judged at its end."""

    request: Request
    node: Node
    length: int

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises BadRequestSignature at its end where another was signed."""
        digest, size = hashlib.sha256(), 0
        async for chunk in arriving(self.request):
            size += len(chunk)
            if size > self.length:
                raise too_large(size, self.length)
            digest.update(chunk)
            yield chunk
        signing.require_digest(self.request.headers, digest.digest(), size)

    async def body(self) -> bytes:
        """The whole body, once its digest is the signed one."""
        return b"".join([chunk async for chunk in self.chunks()])


async def signed_request(request: Request, *, max_bytes: int) -> Signed:
    """Who signed a request, by steps 1 to 6; the body follows when the caller reads it (step 7)."""
    length = _stated_length(request.headers, max_bytes)
    claimed = signing.claimed_node_id(request.headers)
    node = await run_in_threadpool(_authenticate, request, claimed)
    return Signed(request, node, length)


def _authenticate(request: Request, claimed: str) -> Node:
    centre = centre_of(request)
    now = centre.clock()
    with centre.database.read() as connection:
        node = store.get(connection, claimed)
    key, address = signing_key(node.signing_der), centre.settings.public_url + target(request)
    by = signing.verify_request(request.method, address, request.headers, key=key, now=now)
    with centre.database.begin() as connection:
        nonces.remember(connection, node.node_id, by.nonce, now)
    return node


def target(request: Request) -> str:
    """Path and query as they were sent, not as a framework understood them."""
    raw: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


def _stated_length(headers: Mapping[str, str], max_bytes: int) -> int:
    # A proxy may drop the length of an empty body, so to say nothing is to say 0.
    stated = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(stated):
        raise BadRequestSignature(
            T("The request was refused: {why}.", why=T("the length of its body is no number")),
            remedy=T("Check proxies that alter requests."),
        )
    length = int(stated)
    if length > max_bytes:
        raise too_large(length, max_bytes)
    return length


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """A body as it arrives; HTTPException 408 where its sender is gone, or silent so long that it must be."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect) as error:
            raise HTTPException(408) from error
        yield chunk


async def bounded_body(request: Request, max_bytes: int) -> bytes:
    """The body of a request that nobody signed; raises TooLarge as soon as it is past the limit."""
    body = bytearray()
    async for chunk in arriving(request):
        body += chunk
        if len(body) > max_bytes:
            raise too_large(len(body), max_bytes)
    return bytes(body)
