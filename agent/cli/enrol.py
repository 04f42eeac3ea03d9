"""`sinergi enrol`: recognise the centre, register this node, and show what to read out to DJPK."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.fingerprint import told_fingerprint
from agent.cli.ticket import add_ticket_file, describe, pasted_ticket, ticket_in
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from agent.line.centre import CentreClient
    from agent.line.trust import SeenCentre
    from agent.node import Node
    from contract.wire.messages import CheckinAnswer
    from contract.wire.ticket import Ticket

EXAMPLE = "sudo sinergi enrol"
SCHEMA = "sinergi.enrol/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Confirm the centre's key, register this node, and show what to read out to DJPK.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    ticket = parser.add_mutually_exclusive_group()
    add_ticket_file(ticket, _)
    ticket.add_argument(
        "--without-ticket", action="store_true", help=_("forget a ticket that was given before")
    )
    parser.add_argument(
        "--centre-key", metavar=_("FINGERPRINT"), help=_("trust only a centre whose key has this SHA-256")
    )
    parser.add_argument(
        "--yes", action="store_true", help=_("trust the key that is shown, without a question")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("say what would be done and sent; change nothing")
    )


def execute(options: Namespace, console: Console) -> int:
    """Enrol; 0 once mapped, 4 while DJPK has not mapped the node yet, 5 where a person here has to act."""
    from agent.cli.identity_card import exit_code
    from agent.cli.opened import telling
    from agent.standing import require_expected

    options.centre_key = told_fingerprint(options.centre_key)
    # Before this process gives up the right to read the file, and to write agent.toml.
    given = ticket_in(options.ticket_file) if options.ticket_file else None
    if options.dry_run:
        from agent.cli.enrol_rehearsal import rehearse

        return rehearse(given, options, console)
    if given is not None:
        _name_centre(given, console)
    with telling(console) as node:
        ticket = given or _ticket_of(node, options, console)
        if ticket is not None:
            _take(ticket, node, console)
        with _pinned(node, ticket.centre_key_id if ticket else options.centre_key).centre() as centre:
            seen = centre.who()
            _confirm(seen, centre, options, console)
            answer = node.register(centre)
            _show(node, seen, answer, ticket, console, as_json=options.json)
            if answer.kode_pemda is not None:
                require_expected(node.config, answer.kode_pemda)
    return exit_code(answer)


def _name_centre(ticket: Ticket, console: Console) -> None:
    """Let agent.toml name the ticket's centre, where it names none."""
    from agent.cli.places import add_centre
    from agent.config import load
    from agent.paths import locate

    paths = locate(console.environment)
    if load(paths.config_file).centre is None:
        add_centre(paths, ticket.address, ticket.centre_key_id)


def _ticket_of(node: Node, options: Namespace, console: Console) -> Ticket | None:
    """The ticket that waits from before, or that the person in front pastes; None where there is none."""
    from agent.invitation import forget, waiting_ticket

    if options.without_ticket:
        forget(node.vault)
        return None
    if waiting := waiting_ticket(node.vault):
        return waiting
    is_known = options.yes or options.centre_key or node.state.trusted_centre() is not None
    return None if is_known or not console.asks else pasted_ticket(console)


def _take(ticket: Ticket, node: Node, console: Console) -> None:
    """Keep the ticket until the centre has answered, if it fits what this node is set up for."""
    from agent.invitation import keep, require_fitting

    describe(ticket, node.clock(), console)
    require_fitting(ticket, node.config)
    keep(node.vault, ticket)


def _pinned(node: Node, fingerprint: str | None) -> Node:
    """The node, believing in a centre of this fingerprint alone, as if agent.toml named it."""
    if fingerprint is None or node.config.centre is None:
        return node
    centre = node.config.centre.model_copy(update={"key": fingerprint})
    return replace(node, config=node.config.model_copy(update={"centre": centre}))


def _confirm(seen: SeenCentre, centre: CentreClient, options: Namespace, console: Console) -> None:
    from agent.line.trust import Trust

    if seen.trust is not Trust.UNCONFIRMED:
        return
    console.note(T("The centre's key has this fingerprint (SHA-256):"))
    console.note(f"  {seen.fingerprint}")
    if not options.yes:
        _ask(console)
    centre.trust(seen)


def _ask(console: Console) -> None:
    if not console.asks:
        raise UsageError(
            T("The centre's key must be confirmed, and nobody is here to do it."),
            remedy=T(
                "Give the install ticket with --ticket-file, or the fingerprint with --centre-key;"
                " DJPK has both, telephone 150420."
            ),
        )
    if not console.confirms(T("Is this the fingerprint that DJPK has told you?")):
        raise UsageError(
            T("The centre's key was not confirmed; this node was not registered."),
            remedy=T("Ask DJPK for the fingerprint, telephone 150420, and run the command again."),
        )


def _show(
    node: Node,
    seen: SeenCentre,
    answer: CheckinAnswer,
    ticket: Ticket | None,
    console: Console,
    *,
    as_json: bool,
) -> None:
    from agent.cli.identity_card import show_standing
    from contract.wire import identity

    code = node.keys.match_code(seen.key_der, identity.from_base64(answer.match_nonce))
    if as_json:
        console.document(
            {
                "schema": SCHEMA,
                "node_id": node.keys.node_id,
                "match_code": code,
                "state": answer.state,
                "kode_pemda": answer.kode_pemda,
                "centre_key": seen.key_id,
                "ticket": ticket.ticket_id if ticket else None,
            }
        )
        return
    console.say(T("This node is registered at {url}.", url=seen.centre.public_url))
    show_standing(node, answer, console)
