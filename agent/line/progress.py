"""How far one request has come, told by the HTTP library: its errors alone do not say whose fault it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.line.broken_line import Leg
from agent.line.proxy_word import ProxyWord, schemes_in


class Progress:
    """Listens to one request (`trace` of httpcore); `leg` stays None where the library tells nothing."""

    def __init__(self, *, through_proxy: bool) -> None:
        self._through_proxy = through_proxy
        self._challenges: list[str] = []
        self.leg: Leg | None = None

    def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Take note of a step, for example `connection.connect_tcp.started`."""
        part, _, step = event.partition(".")
        if step == "connect_tcp.started":
            self.leg = Leg.CONNECTION
        elif step == "start_tls.started":
            self.leg = Leg.PROXY_TLS if self._through_proxy and part == "connection" else Leg.TLS
        elif step == "send_request_headers.started":
            self.leg = Leg.PROXY_WORD if about["request"].method == b"CONNECT" else Leg.REQUEST
        elif step == "receive_response_headers.complete" and self.leg is Leg.PROXY_WORD:
            self._challenges = _challenges(about["return_value"][3])

    def word(self, said: str) -> ProxyWord | None:
        """The proxy's word, of which the library keeps `407 Proxy Authentication Required`."""
        status, _, reason = said.partition(" ")
        return ProxyWord(int(status), reason, schemes_in(self._challenges)) if status.isdecimal() else None


def _challenges(headers: list[tuple[bytes, bytes]]) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name.lower() == b"proxy-authenticate"]
