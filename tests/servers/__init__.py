"""Private database servers for tests: each in a folder of its own, on loopback, gone when the tests end."""

from tests.servers.server import Account, Server

__all__ = ["Account", "Server"]
