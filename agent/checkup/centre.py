"""The centre at the end of the road: whether it is one, by which key and clock, and what it says of us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent import status
from agent.checkup.check import FOR_THE_CENTRE, FOR_YOU, Check, failed, not_allowed, ok, skipped, warned
from agent.errors import CentreKeyChanged, CentreNotConfirmed, WaitingForMapping
from agent.line.broken_line import not_a_centre
from agent.line.refusals import refusal
from agent.line.transport import Transport, body_of
from agent.line.trust import SeenCentre, Trust, recognise
from agent.settings import Centre
from contract.errors import ClockSkew, ContractError, ExplainedError, UnknownNode
from contract.text import T
from contract.wire.messages import verify_centre

NOTICEABLE = timedelta(seconds=60)
_NOTHING = body_of(lambda: ())
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Known:
    """What this node knows of the centre, as far as this user may see it."""

    trusted: bytes | None
    """The key (SPKI DER) that is trusted."""
    fingerprint: str | None
    """The same as status.json shows it to everybody."""
    is_complete: bool
    """Whether this user could look at what the node trusts."""


class Answer:
    """One answer of the centre, fetched once, and each thing that it shows."""

    def __init__(self, centre: Centre, proxy_password: str | None, known: Known, clock: Clock) -> None:
        self._settings, self._known, self._clock = centre, known, clock
        self._proxy_password = proxy_password
        self._body, self._took, self._came = b"", timedelta(), clock()

    def centre(self) -> Check:
        """What answers is a centre; raises an ExplainedError."""
        began = self._clock()
        line = Transport(self._settings, proxy_password=self._proxy_password)
        try:
            reply = line.send("GET", "/v1/centre", {}, _NOTHING)
        finally:
            line.close()
        if reply.status != 200:
            raise refusal(reply, self._settings.url)
        try:
            verify_centre(reply.body, None)
        except ContractError as error:
            raise not_a_centre(self._settings.url, error.slug) from error
        self._came = self._clock()
        self._body, self._took = reply.body, self._came - began
        milliseconds = round(self._took.total_seconds() * 1000)
        return ok("centre", T("{url} answers in {count} ms", url=self._settings.url, count=milliseconds))

    def key(self) -> Check:
        """It is the very centre that this node trusts."""
        seen = recognise(self._body, configured=self._settings.key, trusted=self._known.trusted)
        said = T("the centre's key is {fingerprint}", fingerprint=seen.fingerprint)
        if seen.trust is not Trust.UNCONFIRMED:
            return ok("key", said)
        return self._unconfirmed(seen)

    def _unconfirmed(self, seen: SeenCentre) -> Check:
        shown = self._known.fingerprint
        if self._known.is_complete:
            raise CentreNotConfirmed(
                T("Nobody has confirmed the key of the centre yet: {found}.", found=seen.fingerprint),
                remedy=T("Run `sudo sinergi enrol` and compare the fingerprint, or set `key` in [centre]."),
            )
        if shown is None:
            return not_allowed("key", T("the key that is trusted"))
        if shown != seen.fingerprint:
            raise CentreKeyChanged(
                T("The centre shows another key: {found}, not {expected}.",
                  found=seen.fingerprint, expected=shown),
                remedy=T("Ask DJPK by telephone for the fingerprint, 150420, before anything is sent."),
            )  # fmt: skip
        return ok("key", T("the centre's key is the one that status.json names"))

    def clock(self) -> Check:
        """Its clock and this server's agree."""
        theirs = verify_centre(self._body, None).server_time
        apart = theirs - self._came + self._took / 2
        seconds = round(abs(apart.total_seconds()))
        said = T("{count} seconds from the centre's", count=seconds)
        if seconds <= NOTICEABLE.total_seconds():
            return ok("clock", said)
        error = ClockSkew(
            T("This server's clock is {count} seconds {way} the centre's, {time}.",
              count=seconds, way=T("behind") if apart > timedelta() else T("ahead of"),
              time=f"{theirs:%Y-%m-%d %H:%M:%S} UTC"),
            remedy=T("Set it (NTP): `sudo timedatectl set-ntp true`. Until then the centre's clock counts."),
        )  # fmt: skip
        too_far = seconds > status.CLOCK_TOLERANCE_SECONDS
        return failed("clock", error) if too_far else warned("clock", error)


def enrolment(state: str | None, reason: str, *, is_known: bool) -> Check:
    """Where this node stands by the centre's last word."""
    if state == "mapped":
        return ok("enrolment", T("DJPK has mapped this node"))
    if state is None and not is_known:
        return skipped("enrolment", T("Nothing here that this user may read says where the node stands."))
    if state == "pending":
        return failed("enrolment", _waits(), FOR_THE_CENTRE)
    return failed("enrolment", _not_enrolled() if state is None else _held_up(state, reason), FOR_YOU)


def _waits() -> ExplainedError:
    return WaitingForMapping(
        T("DJPK has not mapped this node to a Pemda yet."),
        remedy=T("Read out the node ID and the match code of `sinergi status` to DJPK."),
    )


def _not_enrolled() -> ExplainedError:
    return UnknownNode(T("This node is not enrolled at the centre."), remedy=T("Run `sudo sinergi enrol`."))


def _held_up(state: str, reason: str) -> ExplainedError:
    return WaitingForMapping(
        T(
            "The centre does not let this node deliver: {state} ({reason}).",
            state=state,
            reason=reason or "-",
        ),
        remedy=T("Nothing was lost. `sinergi status` says what to do; DJPK helps, telephone 150420."),
    )
