"""What the centre's error answers mean for this node, in words of this node's own language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from agent.errors import CentreBusy, CentreUnreachable
from agent.line.broken_line import not_a_centre
from agent.line.transport import Reply
from contract import errors
from contract.errors import ExplainedError
from contract.text import T, Text
from contract.wire.documents import format_time
from contract.wire.messages import MAX_MESSAGE_BYTES, Problem

_REFUSALS: dict[type[ExplainedError], tuple[Text, Text]] = {
    errors.UnknownNode: (
        T("The centre does not know this node."),
        T("Run `sudo sinergi enrol`; a running agent registers itself."),
    ),
    errors.NodeNotMapped: (
        T("The centre does not let this node deliver yet."),
        T("See `sinergi status`: it names the state, the reason and who can help."),
    ),
    errors.ForeignPemda: (
        T("The snapshot is of another Pemda than the one this node is mapped to."),
        T("Run `sudo sinergi snapshot`; a new snapshot is of the Pemda that holds now."),
    ),
    errors.StaleSequence: (
        T("The centre has a later snapshot of this node already."),
        T("Nothing to do: the agent signs again under a later number."),
    ),
    errors.UnknownSnapshot: (
        T("The centre does not know this snapshot."),
        T("Nothing to do: the agent commits it again."),
    ),
    errors.SnapshotNotOpen: (
        T("The centre takes no more segments for this snapshot."),
        T("Run `sudo sinergi push` again; if that fails, run `sudo sinergi snapshot`."),
    ),
    errors.SuccessionRefused: (
        T("The centre does not let a new key take the place of this one."),
        T("See `sudo sinergi identity show`. Another machine may have a copy of this identity."),
    ),
    errors.UnknownTicket: (
        T("The centre has issued no such install ticket."),
        T("Ask DJPK for a new ticket, telephone 150420, and run `sudo sinergi enrol` with it."),
    ),
    errors.TicketExpired: (
        T("The time of the install ticket is over."),
        T("Ask DJPK for a new ticket, telephone 150420, and run `sudo sinergi enrol` with it."),
    ),
    errors.TicketWithdrawn: (
        T("DJPK has withdrawn the install ticket."),
        T("Ask DJPK for the ticket that holds, telephone 150420, and run `sudo sinergi enrol` with it."),
    ),
    errors.TicketUsed: (
        T("Another server has used the install ticket before this one; DJPK has been warned."),
        T("If it was not you, call DJPK at once, telephone 150420. Each server needs a ticket of its own."),
    ),
    errors.Replayed: (
        T("The centre has seen this very request before."),
        T(
            "Check for proxies that send requests twice. A running agent tries again by itself; a command has"
            " to be run again."
        ),
    ),
    errors.BadRequestSignature: (
        T("The centre could not confirm the signature of this node's request."),
        T(
            "Check for proxies that alter requests; run `sudo sinergi enrol` if the"
            " centre's address has changed."
        ),
    ),
}
_OTHERS = (
    T("The centre refuses what was sent ({code})."),
    T("Update the older of the two programs; if both are current, report this code to DJPK."),
)
_BY_SLUG = {
    kind.slug: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ContractError | errors.RefusedByCentre)
}
_AWAY = {502, 503, 504}


def refusal(reply: Reply, host: str) -> ExplainedError:
    """The error that an answer other than success stands for."""
    try:
        problem = Problem.from_bytes(reply.body, max_bytes=MAX_MESSAGE_BYTES)
    except errors.ContractError:
        return _without_words(reply, host)
    kind = _BY_SLUG.get(problem.slug)
    if kind is None:
        return _without_words(reply, host)
    if issubclass(kind, errors.Busy):
        return _busy(reply)
    if issubclass(kind, errors.ClockSkew):
        return _clock_skew(problem)
    sentence, remedy = _REFUSALS.get(kind, _OTHERS)
    return kind(Text(sentence.msgid, {"code": kind.code}), remedy=remedy)


def _without_words(reply: Reply, host: str) -> ExplainedError:
    """An answer of something between: a gateway, a web filter, another program."""
    if reply.status == errors.Busy.status:
        return _busy(reply)
    if reply.status in _AWAY:
        return CentreUnreachable(
            T("{host} answers that the centre is away ({status}).", host=host, status=reply.status),
            remedy=T("A running agent tries again by itself; run a command again in a few minutes."),
            retry_after=_asked_to_wait(reply.headers),
        )
    return not_a_centre(host, f"HTTP {reply.status}")


def _busy(reply: Reply) -> CentreBusy:
    return CentreBusy(
        T("The centre has too many requests just now."),
        remedy=T("A running agent tries again by itself; run a command again in a few minutes."),
        retry_after=_asked_to_wait(reply.headers),
    )


def _asked_to_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After in either of its forms; a date is measured by the answer's own clock, not by ours."""
    from email.utils import parsedate_to_datetime

    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 7:
        return timedelta(seconds=int(asked))
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(wait, timedelta())


def _clock_skew(problem: Problem) -> errors.ClockSkew:
    at = format_time(problem.server_time) if problem.server_time else "?"
    return errors.ClockSkew(
        T("This server's clock is off; the centre's time is {server_time}.", server_time=at),
        remedy=T("Set the clock of this server (NTP); nothing was lost."),
    )
