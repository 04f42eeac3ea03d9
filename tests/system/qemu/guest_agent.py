"""Speaking with the agent of QEMU that runs in a guest: one command at a time, over a virtual serial line."""

from __future__ import annotations

import json
import socket
import time
from base64 import b64decode, b64encode
from itertools import count
from typing import Any

from tests.world.programs import Done

BOOT_SECONDS = 240
"""An emulated processor on a busy machine takes its time."""
COMMAND_SECONDS = 300
_KNOCK_SECONDS = 1.0


class GuestSilent(Exception):
    """The guest did not answer in time, or in a way that cannot be used."""


class GuestAgent:
    """One guest's agent; its protocol is JSON, one message a line."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._pending = b""

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def meet(self) -> None:
        """Knock until somebody answers the last knock: while the guest boots, nobody does."""
        deadline = time.monotonic() + BOOT_SECONDS
        self._line.settimeout(_KNOCK_SECONDS)
        for number in count(1):
            self._send("guest-sync", id=number)
            try:
                while self._heard() != {"return": number}:
                    pass
            except TimeoutError as error:
                if time.monotonic() > deadline:
                    raise GuestSilent("the guest does not boot") from error
            else:
                self._line.settimeout(COMMAND_SECONDS)
                return

    def tried(self, *command: str, typed: str = "") -> Done:
        """Run one command in the guest, however it ends."""
        wanted: dict[str, Any] = {"path": command[0], "arg": command[1:], "capture-output": True}
        if typed:
            wanted["input-data"] = b64encode(typed.encode()).decode()
        process = self._asked("guest-exec", **wanted)["pid"]
        deadline = time.monotonic() + COMMAND_SECONDS
        while time.monotonic() < deadline:
            if (seen := self._asked("guest-exec-status", pid=process))["exited"]:
                # What a signal ended has no exit code.
                return Done(seen.get("exitcode", -1), _text(seen, "out-data"), _text(seen, "err-data"))
            time.sleep(0.2)
        raise GuestSilent(f"{' '.join(command)} does not end")

    def _asked(self, what: str, **arguments: Any) -> Any:
        self._send(what, **arguments)
        answer = self._heard()
        if "return" not in answer:
            raise GuestSilent(f"{what}: {answer}")
        return answer["return"]

    def _send(self, what: str, **arguments: Any) -> None:
        message = {"execute": what, "arguments": arguments}
        self._line.sendall(json.dumps(message).encode() + b"\n")

    def _heard(self) -> dict[str, Any]:
        while b"\n" not in self._pending:
            if not (more := self._line.recv(65536)):
                raise GuestSilent("the guest is gone")
            self._pending += more
        line, _, self._pending = self._pending.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _text(seen: dict[str, Any], stream: str) -> str:
    return b64decode(seen.get(stream, "")).decode(errors="replace")
