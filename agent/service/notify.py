"""Telling systemd how the service is (sd_notify): ready, alive, reloading, stopping, and in words.

Without systemd there is no address to tell, and telling does nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta


class Notifier:
    """The line to systemd."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """The service does its work from now on."""
        self._tell("READY=1")

    def alive(self) -> None:
        """A sign of life; where it fails to come, systemd restarts the service."""
        self._tell("WATCHDOG=1")

    def reloading(self, monotonic: timedelta) -> None:
        """The settings are read again; `ready` says when that is done."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={monotonic // timedelta(microseconds=1)}")

    def stopping(self) -> None:
        """The service ends on purpose."""
        self._tell("STOPPING=1")

    def says(self, words: str) -> None:
        """One line for `systemctl status`."""
        self._tell("STATUS=" + " ".join(words.split()))

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # Nothing depends on it: a service that systemd cannot hear still has a budget to deliver.
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line,
        ):
            line.sendto(message.encode(), address)
