"""`sinergi support-bundle`: what a helpdesk needs, in one file without secrets, listed before writing."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.support.parts import Part

EXAMPLE = "sudo sinergi support-bundle"
SCHEMA = "sinergi.support-bundle/1"
_CONTENTS: dict[str, Text] = {
    "README.txt": T("this list"),
    "agent.toml.json": T("the settings, without comments and passwords"),
    "doctor.json": T("what `sinergi doctor` finds"),
    "log.txt": T("the last lines of the agent's log"),
    "sinergi.service.txt": T("the unit of systemd, without environment and commands of others"),
    "state.json": T("where the node stands, its last snapshots and receipts"),
    "status.json": T("what anyone on this server may know already"),
    "versions.json": T("versions of sinergi, Python and the system"),
}


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Gather what the helpdesk needs in one file, without any secret.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "file", metavar=_("FILE"), nargs="?", type=Path, help=_("where to write; must not exist yet")
    )
    parser.add_argument(
        "--log-lines", metavar=_("N"), type=int, default=500, help=_("how many of the last lines of the log")
    )
    parser.add_argument("--with-amounts", action="store_true", help=_("also the totals of the budget"))
    parser.add_argument("--yes", action="store_true", help=_("write without a question"))


def execute(options: Namespace, console: Console) -> int:
    """Gather, show what was gathered, ask, and write; 0 also where the person said no."""
    from agent.cli.on_behalf import person
    from agent.cli.opened import clock
    from agent.cli.service_user import require_service_user
    from agent.storage.files import draft_in, write_all
    from agent.support.archive import packed

    # Only who can open the vault can make sure that nothing of it is in the bundle.
    require_service_user(console)
    now = clock()
    file = options.file or Path(f"sinergi-support-{now:%Y%m%dT%H%M%SZ}.tar.gz")
    parts = _gathered(options, console)
    _show(parts, console)
    if not options.yes and not console.asks:
        raise UsageError(
            T("Nobody is here to say yes."), remedy=T("Look at the list on a terminal, or add --yes.")
        )
    if not options.yes and not console.confirms(T("Write {file}?", file=file)):
        console.note(T("Nothing was written."))
        return 0
    with draft_in(file.parent, person()) as draft:
        write_all(draft.file, [packed(parts, now)], path=file)
        if not draft.take_place(file, force=False):
            raise _exists(file)
    if options.json:
        contents = [{"name": part.name, "bytes": len(part.text.encode())} for part in parts]
        console.document({"schema": SCHEMA, "file": str(file), "contents": contents})
    else:
        console.say(
            T("Written: {file}. Look at it before you send it: `tar -xOzf {file} | less`.", file=file)
        )
    return 0


def _gathered(options: Namespace, console: Console) -> list[Part]:
    """The parts as the service user sees them; this process keeps its own rights, to write where it may."""
    from agent.cli.on_behalf import on_behalf
    from agent.support.parts import Part, log_text

    # Before this: only root and its owner may read the log.
    log = log_text(options.log_lines, console.environment)
    said = on_behalf(
        console,
        T("Gathering; the finance database and the centre are tried too"),
        lambda ours: _told(options, ours, log),
    )
    return [Part(name, text) for name, text in json.loads(said)]


def _told(options: Namespace, console: Console, log: str) -> str:
    from agent.cli.service_user import become_service_user

    become_service_user(console)
    return json.dumps([(part.name, part.text) for part in _parts(options, console, log)])


def _parts(options: Namespace, console: Console, log: str) -> list[Part]:
    from agent.checkup.examination import examine
    from agent.checkup.service import unit
    from agent.cli.doctor import document
    from agent.cli.opened import clock
    from agent.cli.service_user import environment_for_vault
    from agent.paths import locate
    from agent.storage.vault import secrets_of
    from agent.support.parts import Asked, Part, parts, without_secrets
    from agent.support.redaction import needles

    environment = environment_for_vault(console)
    asked = Asked(locate(environment), environment, log, options.with_amounts)
    found = [
        Part("README.txt", _readme(console)),
        *parts(asked, unit(environment), document(list(examine(environment, clock)), console)),
    ]
    return without_secrets(found, list(needles(secrets_of(asked.paths, environment))))


def _readme(console: Console) -> str:
    rows = [f"{name:20} {console.words(about)}" for name, about in sorted(_CONTENTS.items())]
    return "\n".join([console.words(T("Support bundle of Agen Sinergi SIKD")), "", *rows, ""])


def _show(parts: Sequence[Part], console: Console) -> None:
    console.note(T("The bundle holds no password and no key. In it are:"))
    for part in parts:
        about = console.words(_CONTENTS[part.name])
        console.note(f"  {part.name:20} {len(part.text.encode()):8,} B  {about}")


def _exists(file: Path) -> UsageError:
    return UsageError(
        T("{file} exists already.", file=file),
        remedy=T("Name another file, in a folder that you may write; nothing is ever overwritten."),
    )
