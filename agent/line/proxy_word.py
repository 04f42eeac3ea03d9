"""What a proxy says when it does not open the way to the centre: whom it means, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.errors import AgentError, CentreUnreachable, ProxyRefused
from agent.settings import Centre
from contract.text import T

_WHO_ARE_YOU = {401, 407}  # some proxies answer 401 to a wrong password
_LONGEST_REASON = 80


@dataclass(frozen=True, slots=True)
class ProxyWord:
    """A proxy's answer to CONNECT."""

    status: int
    reason: str = ""
    schemes: tuple[str, ...] = ()
    """The ways to sign in that it offers, for example `Basic` and `NTLM`."""

    def __str__(self) -> str:
        return f"{self.status} {self.reason[:_LONGEST_REASON]}".rstrip()


def schemes_in(challenges: list[str]) -> tuple[str, ...]:
    """The first word of each Proxy-Authenticate field."""
    return tuple(words[0] for field in challenges if (words := field.split()))


def not_opened(word: ProxyWord, centre: Centre, *, has_password: bool) -> AgentError:
    """The error for a word other than yes: of the proxy, or of the centre that the proxy does not reach."""
    if word.status in _WHO_ARE_YOU:
        return _not_let_in(word, centre, has_password=has_password)
    if word.status >= 500:
        return _no_way_on(word, centre)
    place = _place(centre.url)
    return ProxyRefused(
        T("The proxy {proxy} does not allow connections to {place}: {word}.",
          proxy=centre.proxy, place=place, word=str(word)),
        remedy=T("Ask the network's administrator to allow CONNECT to {place}.", place=place),
    )  # fmt: skip


def _not_let_in(word: ProxyWord, centre: Centre, *, has_password: bool) -> ProxyRefused:
    proxy = centre.proxy
    if word.schemes and "basic" not in map(str.lower, word.schemes):
        return ProxyRefused(
            T("The proxy {proxy} wants {schemes}, and the agent can sign in with Basic only ({word}).",
              proxy=proxy, schemes=", ".join(word.schemes), word=str(word)),
            remedy=T("Ask the network's administrator to let this server in by its address, or with Basic."),
        )  # fmt: skip
    if not centre.proxy_user:
        return ProxyRefused(
            T("The proxy {proxy} wants a user and a password, and none is set ({word}).",
              proxy=proxy, word=str(word)),
            remedy=T(
                "Ask the network's administrator for both; write proxy_user into [centre], then run"
                " `sudo sinergi access set --proxy`."
            ),
        )  # fmt: skip
    if not has_password:
        return ProxyRefused(
            T(
                "The proxy {proxy} wants a password, and none is stored ({word}).",
                proxy=proxy,
                word=str(word),
            ),
            remedy=T("Run `sudo sinergi access set --proxy`."),
        )
    return ProxyRefused(
        T("The proxy {proxy} does not accept proxy_user with the stored password ({word}).",
          proxy=proxy, word=str(word)),
        remedy=T(
            "Check proxy_user in [centre], and store the password anew: `sudo sinergi access set --proxy`."
        ),
    )  # fmt: skip


def _no_way_on(word: ProxyWord, centre: Centre) -> CentreUnreachable:
    return CentreUnreachable(
        T("The proxy {proxy} answers, but does not reach the centre at {url}: {word}.",
          proxy=centre.proxy, url=centre.url, word=str(word)),
        remedy=T(
            "The centre is away, or closed to the proxy. A running agent tries again by itself; a command has"
            " to be run again. If it stays, ask the network's administrator."
        ),
        sent=False,
    )  # fmt: skip


def _place(url: str) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or 443}"
