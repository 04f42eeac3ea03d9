"""`sinergi init`: write agent.toml from questions or options, and make this node's keys."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.answers import QUESTIONS, asked, settings_of
from agent.cli.asking import Answers
from agent.cli.console import Console
from agent.cli.fingerprint import told_fingerprint
from agent.cli.former import Former, former_settings
from agent.cli.next_step import Service, step_after
from agent.cli.secret import add_password_file, password_from
from agent.cli.ticket import add_ticket_file, describe, pasted_ticket, ticket_in
from agent.cli.usage import UsageError
from agent.cli.way_out import add_proxy_password_file, proxy_password, reminder, without_user
from agent.paths import Paths, locate
from contract.text import T, Text

if TYPE_CHECKING:
    from agent.storage.vault import Vault
    from contract.wire.ticket import Ticket

EXAMPLE = "sudo sinergi init"
SCHEMA = "sinergi.init/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Write agent.toml from your answers, and make this node's keys.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    for question in QUESTIONS:
        parser.add_argument(f"--{question.option}", metavar=_(question.metavar), help=_(question.text.msgid))
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar=_("NAME=VALUE"),
        help=_("a setting of the source application"),
    )
    add_password_file(parser, _)
    add_proxy_password_file(parser, _)
    add_ticket_file(parser, _)
    parser.add_argument(
        "--mobile", action="store_true", help=_("the database access is entered in Sinergi Mobile, not here")
    )
    parser.add_argument("--yes", action="store_true", help=_("ask nothing; take options and defaults"))
    parser.add_argument(
        "--force", action="store_true", help=_("write agent.toml anew: what is not given stays as it says")
    )


def execute(options: Namespace, console: Console) -> int:
    """Ask, write, make keys; a second run changes nothing that exists."""
    from agent.cli.places import prepare, write_settings
    from agent.cli.service_user import become_service_user
    from agent.invitation import waiting_ticket
    from agent.keys import make_keys
    from agent.storage.vault import DATABASE_PASSWORD, PROXY_PASSWORD

    without_user(options)
    paths = _places(options, locate(console.environment))
    if paths.config_file.exists() and not options.force:
        raise _exists_already(paths.config_file)
    former = former_settings(paths.config_file) if options.force else Former()
    ticket = _ticket(options, former, console)
    left_out = _left_out(options, former, console)
    answers = asked(options, console, today=datetime.now(UTC), without=left_out, former=former)
    passwords = {
        DATABASE_PASSWORD: _password(options, answers, console),
        PROXY_PASSWORD: proxy_password(options, answers, console),
    }
    prepare(paths)
    write_settings(paths, settings_of(answers, options.option, former))
    become_service_user(console)
    vault = _vault(passwords, ticket, console)
    node_id = make_keys(vault).node_id
    if former.tables and _names_a_database(options):
        _set_here(vault)
    service = Service.of(node_id, paths, datetime.now(UTC))
    next_step = step_after(
        answers,
        service,
        has_password=vault.get(DATABASE_PASSWORD) is not None,
        has_ticket=waiting_ticket(vault) is not None,
    )
    _show(node_id, paths.config_file, next_step, console, as_json=options.json)
    reminder(answers, console, has_password=vault.get(PROXY_PASSWORD) is not None)
    return 0


def _ticket(options: Namespace, former: Former, console: Console) -> Ticket | None:
    """The install ticket; with it nobody has to ask where the centre is, or by which key it is known."""
    from agent.invitation import require_same

    options.centre_key = told_fingerprint(options.centre_key)
    ticket = _given_ticket(options, former, console)
    if ticket is None:
        return None
    describe(ticket, datetime.now(UTC), console)
    named = {"url": options.centre_url, "key": options.centre_key, "kode_pemda": options.kode_pemda}
    require_same(ticket, **named)
    options.centre_url, options.centre_key = ticket.address, ticket.centre_key_id
    return ticket


def _given_ticket(options: Namespace, former: Former, console: Console) -> Ticket | None:
    if options.ticket_file is not None:
        return ticket_in(options.ticket_file)
    is_told_otherwise = options.yes or options.centre_url is not None or former.has("centre")
    return None if is_told_otherwise or not console.asks else pasted_ticket(console)


def _left_out(options: Namespace, former: Former, console: Console) -> str | None:
    had_none = bool(former.tables) and not former.has("database")
    stays_out = had_none and (options.yes or not console.asks) and not _names_a_database(options)
    return "database" if options.mobile or stays_out else None


def _names_a_database(options: Namespace) -> bool:
    names = (each.option.replace("-", "_") for each in QUESTIONS if each.section == "database")
    return any(getattr(options, name) is not None for name in names)


def _set_here(vault: Vault) -> None:
    """From now on what agent.toml says counts, and not what was entered at the centre before."""
    from agent.access.book import keep, set_here

    keep(vault, lambda book: set_here(book, secrets.token_hex(16)))


def _places(options: Namespace, found: Paths) -> Paths:
    """The places that this node will have; those of a file that is written anew stay."""
    for name in ("state_dir", "run_dir"):
        chosen, default = getattr(options, name), getattr(Paths(), name)
        if chosen is None and getattr(found, name) != default:
            setattr(options, name, str(getattr(found, name)))
    return Paths(
        found.config_file, Path(options.state_dir or found.state_dir), Path(options.run_dir or found.run_dir)
    )


def _password(options: Namespace, answers: Answers, console: Console) -> str | None:
    """The database's password, read before this process gives up the right to read the file."""
    if not answers.get("user") or (options.password_file is None and (options.yes or not console.asks)):
        return None
    return password_from(options.password_file, T("Password of the database account"), console)


def _vault(passwords: Mapping[str, str | None], ticket: Ticket | None, console: Console) -> Vault:
    """The vault, with what was given kept in it."""
    from agent.cli.service_user import environment_for_vault
    from agent.invitation import keep
    from agent.storage.vault import open_vault

    vault = open_vault(locate(console.environment), environment_for_vault(console))
    if ticket is not None:
        keep(vault, ticket)
    for name, password in passwords.items():
        if password is not None:
            vault.set(name, password)
    return vault


def _show(node_id: str, config_file: Path, next_step: Text, console: Console, *, as_json: bool) -> None:
    from contract.wire.identity import grouped

    if as_json:
        console.document({"schema": SCHEMA, "node_id": node_id, "config_file": str(config_file)})
        return
    console.say(T("Settings are in {file}.", file=config_file))
    console.facts([(T("Node ID"), grouped(node_id))])
    console.say(next_step)


def _exists_already(config_file: Path) -> UsageError:
    return UsageError(
        T("{file} exists already; nothing was changed.", file=config_file),
        remedy=T(
            "Edit the file, or run the command again with --force to write it anew; keys stay as they are."
        ),
    )
