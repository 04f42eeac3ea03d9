"""A forward proxy on loopback that wants a name and a password, as many an office has one."""

from __future__ import annotations

import base64
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Where it listens, and where it was asked to connect to."""

    url: str
    asked_for: list[str] = field(default_factory=list)


@contextmanager
def proxy(user: str, password: str) -> Iterator[Proxy]:
    """A proxy that tunnels for this user until the block ends."""
    right = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Proxy(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, right, running), daemon=True).start()
        yield running


def _accept(listener: socket.socket, right: str, running: Proxy) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, right, running), daemon=True).start()


def _serve(client: socket.socket, right: str, running: Proxy) -> None:
    with client:
        head = b""
        while b"\r\n\r\n" not in head and (chunk := client.recv(4096)):
            head += chunk
        if not head:
            return  # somebody who only wanted to know whether anybody listens
        lines = head.decode("latin-1").split("\r\n")
        target = lines[0].split(" ")[1]
        running.asked_for.append(target)
        if f"proxy-authorization: {right}".lower() not in [line.lower() for line in lines]:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            return
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _tunnel(client, server)


def _tunnel(client: socket.socket, server: socket.socket) -> None:
    while True:
        for ready in select.select([client, server], [], [])[0]:
            try:
                data = ready.recv(65536)
            except ConnectionResetError:
                return
            if not data:
                return
            (server if ready is client else client).sendall(data)
