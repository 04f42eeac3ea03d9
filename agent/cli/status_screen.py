"""How `sinergi status` looks: a headline, the facts, what is not well, what to do, and whom to ask.

Imported on every call of `sinergi status`, so it loads nothing but the date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent import status
from agent.cli.moments import WIB, ago, moment_of, until, wib
from agent.cli.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agent.status import Facts, ScheduleFacts, Trouble

    Translate = Callable[[str], str]

BEFORE_THE_YEAR = timedelta(days=120)
"""As early as `sinergi init` proposes the next budget year."""


def screen(facts: Facts | None, found: list[str], _: Translate, language: str, now: float) -> str:
    """All that `sinergi status` prints, at `now` (Unix time)."""
    moment = datetime.fromtimestamp(now, UTC)
    lines = [_headline(facts, found, _), ""]
    rows = list(_facts(facts, _, moment)) if facts else []
    width = max((len(label) for label, value in rows), default=0) + 2
    lines += [f"  {label:{width}}{value}" for label, value in rows]
    warned = [*_other_year(facts, _, moment)] if facts else []
    to_do = warned if warned and not found else [*_to_do(facts, found, _, language), *warned]
    lines += ["", *to_do, "", *_whom_to_ask(_)]
    return "\n".join(map(printable, lines)).replace("\n\n\n", "\n\n") + "\n"


def sentences(facts: Facts, found: list[str], _: Translate, language: str) -> str:
    """The headline, and what is to be done, as a command says it at its end."""
    return "\n".join(map(printable, [_headline(facts, found, _), *_to_do(facts, found, _, language)]))


def _headline(facts: Facts | None, found: list[str], _: Translate) -> str:
    version = f" {facts['agent_version']}" if facts else ""
    state = _state(facts, found[0], _) if found else _("connected")
    return f"Agen Sinergi SIKD{version} · {state}"


def _state(facts: Facts | None, situation: str, _: Translate) -> str:
    refused = {
        "suspended": _("suspended: this identity is suspected to be copied"),
        "revoked": _("revoked by DJPK"),
        "replaced": _("replaced by another node"),
        "rejected": _("rejected by DJPK"),
    }
    if situation == status.NODE_REFUSED and facts:
        return refused.get(facts["centre"]["state"] or "", _("not admitted by DJPK"))
    return _states(_)[situation]


def _states(_: Translate) -> dict[str, str]:
    return {
        status.NOT_RUNNING: _("not running"),
        status.NOT_ENROLLED: _("not enrolled"),
        status.WAITING_FOR_MAPPING: _("waiting for DJPK to map this node"),
        status.WAITING_FOR_ACCESS: _("waiting for DJPK to configure the database access"),
        status.CENTRE_DOWN: _("the centre does not answer"),
        status.CENTRE_NEEDS_YOU: _("the connection to the centre needs you"),
        status.DATABASE_DOWN: _("the finance database does not answer"),
        status.DATABASE_NEEDS_YOU: _("the finance database needs you"),
        status.SNAPSHOT_REFUSED: _("the last snapshot was refused"),
        status.AGENT_IMPAIRED: _("impaired"),
        status.AGENT_NEEDS_YOU: _("the agent needs you"),
        status.CLOCK_OFF: _("the clock of this server is off"),
    }


def _facts(facts: Facts, _: Translate, now: datetime) -> Iterator[tuple[str, str]]:
    centre, pemda, database, snapshot = facts["centre"], facts["pemda"], facts["database"], facts["snapshot"]
    yield from _identity(facts, _)
    if pemda:
        yield _("Pemda"), f"{pemda['kode']} {pemda['nama']}"
    if centre["url"]:
        answered = _last(centre["last_answer_at"], _("answered {when}"), _, now)
        yield _("Centre"), f"{centre['url']} · {answered}"
    if database:
        read = _last(database["last_read_at"], _("read {when}"), _, now)
        known = f"{database['application']} ({database['engine']}) · {read}"
        yield _("Database"), known if database["engine"] else _("no access configured yet")
    if snapshot and snapshot["snapshot_id"]:
        state = _snapshot_states(_).get(snapshot["state"], snapshot["state"])
        yield _("Snapshot"), f"{snapshot['snapshot_id'][:12]} · {wib(snapshot['taken_at'], _)} · {state}"
        # A daemon of an older version has not written it.
        if count := snapshot.get("findings"):
            look = _("{count} to look at: `sudo sinergi source preview`").format(count=count)
            yield _("Findings"), look
    yield _("Queue"), _("{count} to deliver").format(count=facts["queued"]) if facts["queued"] else _("empty")
    yield from _reading(facts, _)
    if facts["tahun_anggaran"]:
        yield _("Budget year"), f"APBD {facts['tahun_anggaran']}"
    if facts["next_deadline"]:
        yield _("Deadline"), _deadline(facts["next_deadline"], _, now)


def _reading(facts: Facts, _: Translate) -> Iterator[tuple[str, str]]:
    if facts["next_snapshot_at"] and facts["running"]:
        yield _("Next snapshot"), wib(facts["next_snapshot_at"], _)
    if schedule := facts.get("schedule"):  # a daemon of an older version has not written it
        yield _("Schedule"), _schedule(schedule, _)


def _schedule(schedule: ScheduleFacts, _: Translate) -> str:
    """The schedule, and who says so: it can be changed there."""
    line = _("daily, in the slot of this node") if schedule["snapshot"] == "daily" else schedule["snapshot"]
    origins = {"agent.toml": "agent.toml", "centre": _("set by DJPK on Master SIKD")}
    origin = origins.get(schedule["origin"])
    return f"{line} · {origin}" if origin else line


def _identity(facts: Facts, _: Translate) -> Iterator[tuple[str, str]]:
    # An agent that could not open its state does not know whether it has one.
    if facts["node_id"] or not facts["trouble"]:
        yield _("Node ID"), grouped(facts["node_id"]) if facts["node_id"] else _("none yet")
    if facts["centre"]["state"] == "pending" and facts["match_code"]:
        yield _("Match code"), f"{facts['match_code'][:4]} {facts['match_code'][4:]}"
    # A daemon of an older version has not written these two.
    if facts.get("sealing_key"):
        yield _("Sealing key"), str(facts["sealing_key"])
    if facts.get("access") == "to_approve":
        yield _("Access"), _("entered at the centre; it waits for `sudo sinergi access approve`")


def _snapshot_states(_: Translate) -> dict[str, str]:
    return {
        "queued": _("queued, not yet at the centre"),
        "offered": _("on its way to the centre"),
        "committed": _("the centre knows of it, delivery goes on"),
        "done": _("received by the centre"),
        "refused": _("refused by the centre"),
    }


def _last(moment: str | None, sentence: str, _: Translate, now: datetime) -> str:
    return sentence.format(when=ago(now - moment_of(moment), _)) if moment else _("never yet")


def _deadline(moment: str, _: Translate, now: datetime) -> str:
    left = moment_of(moment) - now
    if left < timedelta(0):
        return _("{when} (past)").format(when=until(moment, _))
    return _("{when} ({days} days left)").format(when=until(moment, _), days=left.days)


def _other_year(facts: Facts, _: Translate, now: datetime) -> Iterator[str]:
    """That the APBD of another year is due next; it is enacted before that year begins."""
    due, own = (now + BEFORE_THE_YEAR).astimezone(WIB).year, facts["tahun_anggaran"]
    if own is None or own >= due:
        return
    when = until(f"{due}-01-31T17:00:00+00:00", _)
    yield "! " + _("APBD {due} is to be at the centre by {when}; this node still reads APBD {own}.").format(
        due=due, when=when, own=own
    )
    yield "  → " + _(
        "Once its Perda is enacted: `tahun`, `nomor_perda` and `tanggal_perda` in agent.toml,"
        " then `sudo systemctl reload sinergi`."
    )


def _to_do(facts: Facts | None, found: list[str], _: Translate, language: str) -> Iterator[str]:
    if not found:
        yield _("Nothing to do. Snapshots are taken and delivered by themselves.")
        return
    for situation in found:
        trouble = _trouble_of(facts, situation) if facts else None
        if trouble:
            yield from told(trouble, language)
        else:
            problem_text, remedy_text = _advice(situation, facts, _)
            yield f"✗ {problem_text}"
            yield f"  → {remedy_text}"


def told(trouble: Trouble, language: str) -> Iterator[str]:
    """What is wrong, with its code, and what to do about it."""
    problem, remedy = trouble["problem"], trouble["remedy"]
    yield f"✗ {problem['en'] if language == 'en' else problem['id']} [{trouble['code']}]"
    yield f"  → {remedy['en'] if language == 'en' else remedy['id']}"


def _trouble_of(facts: Facts, situation: str) -> Trouble | None:
    if situation in {status.CENTRE_DOWN, status.CENTRE_NEEDS_YOU}:
        return facts["centre"]["trouble"]
    of_the_database = {status.DATABASE_DOWN, status.DATABASE_NEEDS_YOU, status.WAITING_FOR_ACCESS}
    if situation in of_the_database and facts["database"]:
        return facts["database"]["trouble"]
    if situation == status.SNAPSHOT_REFUSED and facts["snapshot"]:
        return facts["snapshot"]["trouble"]
    return facts["trouble"] if situation in {status.AGENT_IMPAIRED, status.AGENT_NEEDS_YOU} else None


def _advice(situation: str, facts: Facts | None, _: Translate) -> tuple[str, str]:
    if situation == status.NOT_RUNNING and facts is None:
        return _("The agent is not running."), _("`sudo systemctl start sinergi`")
    if situation == status.NOT_RUNNING and facts and facts["running"] and status.is_alive(facts["pid"]):
        return (
            _("The agent has said nothing for five minutes, though its process is there."),
            _("`sudo systemctl restart sinergi`; `sudo sinergi logs` says what holds it up."),
        )
    if situation == status.NOT_ENROLLED and facts is None:
        return _("This server is not set up as a node."), _("`sudo sinergi init`, then `sudo sinergi enrol`")
    if situation == status.NODE_REFUSED and facts:
        return _refusal(facts, _)
    if situation == status.CLOCK_OFF and facts:
        return _clock(facts["clock_offset"], _)
    advice = {
        status.NOT_RUNNING: (
            _("The agent is not running; what is shown above is what it knew last."),
            _("`sudo systemctl start sinergi`; `sudo sinergi logs` says why it stopped."),
        ),
        status.NOT_ENROLLED: (_("This node is not enrolled at the centre."), _("`sudo sinergi enrol`")),
        status.WAITING_FOR_MAPPING: (
            _("DJPK has not mapped this node to your Pemda yet."),
            _("Read the node ID and the match code out to DJPK, telephone 150420."),
        ),
        status.SNAPSHOT_REFUSED: (
            _("The centre refused the last snapshot."),
            _("`sudo sinergi logs` says why. Correct the finance data, then `sudo sinergi snapshot`."),
        ),
    }
    return advice[situation]


def _clock(offset: int, _: Translate) -> tuple[str, str]:
    apart = _span(abs(offset), _)
    sentence = (
        _("This server's clock is {span} slow by the centre's. [SIKD-E208]")
        if offset > 0
        else _("This server's clock is {span} fast by the centre's. [SIKD-E208]")
    )
    return sentence.format(span=apart), _(
        "Set it (NTP): `sudo timedatectl set-ntp true`. Until then the agent goes by the centre's clock."
    )


def _span(seconds: int, _: Translate) -> str:
    # To the nearest unit: two days less a second are two days.
    minutes, hours, days = (round(seconds / unit) for unit in (60, 3600, 86400))
    if minutes < 120:
        return _("{count} minutes").format(count=minutes)
    return _("{count} hours").format(count=hours) if hours < 48 else _("{count} days").format(count=days)


def _refusal(facts: Facts, _: Translate) -> tuple[str, str]:
    sentences = {
        "suspended": _("DJPK has suspended this node: {reason}"),
        "revoked": _("DJPK has revoked this node: {reason}"),
        "replaced": _("Another node has taken the place of this one: {reason}"),
        "rejected": _("DJPK has rejected the registration of this node: {reason}"),
    }
    state, reason = facts["centre"]["state"] or "", facts["centre"]["reason"] or "-"
    return sentences.get(state, "{reason}").format(reason=reason), remedy_of(state, _)


def remedy_of(state: str, _: Translate) -> str:
    """What a person at a node does that DJPK does not admit."""
    remedies = {
        "suspended": _(
            "Nothing was lost. If this is the server in use: `sudo sinergi identity confirm`, and read the"
            " code out to DJPK, telephone 150420. If it is the copy: `sudo sinergi identity new`."
        ),
        "revoked": _(
            "Nothing was lost. Ask DJPK why, telephone 150420. To begin again: `sudo sinergi identity new`."
        ),
        "replaced": _(
            "If that is right, stop this agent: `sudo systemctl disable --now sinergi`. If it is not, ask"
            " DJPK, telephone 150420. For a node of its own: `sudo sinergi identity new`."
        ),
        "rejected": _(
            "Ask DJPK what is wrong, telephone 150420. To register again: `sudo sinergi identity new`."
        ),
    }
    return remedies.get(state, _("Nothing was lost. Ask DJPK, telephone 150420, and state the node ID."))


def _whom_to_ask(_: Translate) -> Iterator[str]:
    yield _("This service is free of charge. Help and complaints, DJPK:")
    yield "  Telepon 150420 · WhatsApp 08111504207 · callcenter.djpk@kemenkeu.go.id"
    yield "  contact-djpk.kemenkeu.go.id · djpk.kemenkeu.go.id · LAPOR!"


def grouped(node: str) -> str:
    """A node ID in groups of four, as `contract.wire.identity` writes it, without that module's weight."""
    prefix, _, body = node.partition("1")
    return " ".join([prefix + "1", *(body[start : start + 4] for start in range(0, len(body), 4))])
