"""A private squid, as many an office has one; its users sign in with Basic, or with NTLM."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.servers import process
from tests.servers.forward_proxy import ForwardProxy

_HELPERS = ("/usr/lib/squid", "/usr/lib64/squid", "/usr/libexec/squid")


def server_program() -> Path | None:
    """Where squid is, if it is installed."""
    return process.program("squid", "/usr/sbin")


class Squid(ForwardProxy):
    """A running squid; `scheme` is how it wants its users to sign in: `basic`, or `ntlm`."""

    scheme = "basic"

    def _command(self, settings: Path) -> list[str | Path]:
        return [server_program() or "squid", "-N", "-f", settings]

    def _settings(self, folder: Path) -> list[str]:
        lines = [
            f"http_port {self.host}:{self.port}",
            "pid_filename none",
            "cache deny all",
            f"cache_log {folder}/cache.log",
            f"access_log stdio:{folder}/access.log",
            f"coredump_dir {folder}",
            "netdb_filename none",
            "pinger_enable off",
            "shutdown_lifetime 0 seconds",
            "visible_hostname localhost",
        ]
        if not self.opens:
            return [*lines, "http_access deny all"]
        return [*lines, *self._users(folder), "http_access allow all"]

    def _users(self, folder: Path) -> list[str]:
        if self.account is None:
            return []
        # Of all forms that the helper reads, this one needs no further program.
        digest = hashlib.md5(self.account.password.encode(), usedforsecurity=False).hexdigest()
        (folder / "users").write_text(f"{self.account.user}:{digest}\n")
        program = {
            "basic": f"{_helper('basic_ncsa_auth')} {folder / 'users'}",
            "ntlm": _helper("ntlm_fake_auth"),
        }
        return [
            f"auth_param {self.scheme} program {program[self.scheme]}",
            f"auth_param {self.scheme} children 1",
            "acl known proxy_auth REQUIRED",
            "http_access deny !known",
        ]


class NtlmSquid(Squid):
    """A squid that knows no Basic."""

    scheme = "ntlm"


def _helper(name: str) -> Path:
    return process.program(name, *_HELPERS) or Path(name)
