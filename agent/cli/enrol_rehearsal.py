"""`sinergi enrol --dry-run`: what would be done and what the centre would see; nothing is kept or sent.

The one request that is made asks the centre who it is, as anybody may.
"""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.ticket import describe
from contract.text import T, Text

if TYPE_CHECKING:
    from agent.host import Host
    from agent.keys import NodeKeys
    from agent.line.trust import SeenCentre
    from agent.settings import Config
    from agent.storage.vault import Vault
    from contract.wire.ticket import Ticket

SCHEMA = "sinergi.enrol-rehearsal/1"


def rehearse(given: Ticket | None, options: Namespace, console: Console) -> int:
    """Say what `sinergi enrol` with the same options would do; 0 where nothing stands in its way."""
    from agent.cli.opened import clock
    from agent.cli.service_user import become_service_user, environment_for_vault
    from agent.config import load
    from agent.host import this_host
    from agent.invitation import require_fitting, waiting_ticket
    from agent.keys import load_keys
    from agent.paths import locate
    from agent.storage.vault import open_vault

    become_service_user(console)
    paths = locate(console.environment)
    config = load(paths.config_file)
    _require_vault(paths.vault_file.exists())
    vault = open_vault(paths, environment_for_vault(console))
    keys = load_keys(vault)
    ticket = given or (None if options.without_ticket else waiting_ticket(vault))
    if ticket is not None:
        describe(ticket, clock(), console)
        require_fitting(ticket, config)
    seen = _meet(_with_centre(config, ticket, options.centre_key), vault)
    _show(seen, ticket, keys, this_host(), console, as_json=options.json)
    return 0


def _require_vault(is_there: bool) -> None:
    # To open a vault that is not there would make one.
    from agent.errors import NotInitialised

    if not is_there:
        raise NotInitialised(
            T("This node has no keys yet."),
            remedy=T("Run `sudo sinergi init` on this server."),
        )


def _with_centre(config: Config, ticket: Ticket | None, fingerprint: str | None) -> Config:
    """The settings with the centre that would be called, and the key that it would have to show."""
    from agent.config import required_centre
    from agent.settings import Centre

    pin = fingerprint or (ticket.centre_key_id if ticket else None)
    centre = Centre(url=ticket.address) if config.centre is None and ticket else required_centre(config)
    return config.model_copy(update={"centre": centre.model_copy(update={"key": pin or centre.key})})


def _meet(config: Config, vault: Vault) -> SeenCentre:
    """Ask the centre who it is; raises CentreKeyChanged where it is not the one that it has to be."""
    from agent.config import required_centre
    from agent.line.refusals import refusal
    from agent.line.transport import Transport, body_of
    from agent.line.trust import recognise
    from agent.storage.vault import PROXY_PASSWORD

    centre = required_centre(config)
    line = Transport(centre, proxy_password=vault.get(PROXY_PASSWORD))
    try:
        reply = line.send("GET", "/v1/centre", {}, body_of(lambda: ()))
    finally:
        line.close()
    if reply.status != 200:
        raise refusal(reply, centre.url)
    return recognise(reply.body, configured=centre.key, trusted=None)


def _show(
    seen: SeenCentre,
    ticket: Ticket | None,
    keys: NodeKeys,
    host: Host,
    console: Console,
    *,
    as_json: bool,
) -> None:
    from agent.line.trust import Trust

    is_pinned = seen.trust is Trust.CONFIGURED
    sent = {
        "node_id": keys.node_id,
        "hostname": host.hostname,
        "machine": host.machine,
        "agent_version": host.version,
        "ticket": ticket.ticket_id if ticket else None,
    }
    if as_json:
        console.document(
            {
                "schema": SCHEMA,
                "centre": seen.centre.public_url,
                "centre_key": seen.key_id,
                "asks_for_confirmation": not is_pinned,
                "would_send": sent,
            }
        )
        return
    pinned = T("the expected one") if is_pinned else T("you would be asked to compare it")
    rows: list[tuple[Text, Text | str]] = [
        (T("Centre"), seen.centre.public_url),
        (T("Its key"), Text("{key}, {how}", {"key": seen.fingerprint, "how": pinned})),
    ]
    console.say(T("The centre that would be registered at:"))
    console.facts(rows)
    _show_sent(sent, console)
    console.say(T("Nothing was registered and nothing was changed."))


def _show_sent(sent: dict[str, str | None], console: Console) -> None:
    from contract.wire.identity import grouped

    console.say(T("What the centre would see, beside the two public keys of this node:"))
    console.facts(
        [
            (T("Node ID"), grouped(sent["node_id"] or "")),
            (T("Server"), sent["hostname"] or "-"),
            (T("Machine"), sent["machine"] or "-"),
            (T("Agent"), sent["agent_version"] or "-"),
            (T("Ticket"), sent["ticket"] or T("none")),
        ]
    )
