"""A socket that refuses to exist, for the kinds of test that need no network."""

from __future__ import annotations

import socket

import pytest

LOCAL = {socket.AF_UNIX}


class ClosedSocket(socket.socket):
    """Only a socket between programs of this machine can be made; event loops wake themselves with one."""

    def __init__(self, family: int = -1, kind: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        if fileno is None and family not in LOCAL:
            raise AssertionError(
                "this kind of test opens no socket; a test that needs one goes to tests/integration"
            )
        super().__init__(family, kind, proto, fileno)


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test in this folder reaches a network."""
    monkeypatch.setattr(socket, "socket", ClosedSocket)
