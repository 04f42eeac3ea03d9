"""The install ticket that this node was given: kept until the centre has answered, then forgotten.

It waits in the vault, so that an answer that was lost, or a line that is down on the day of the installation,
costs nothing: whoever registers next, the daemon or a person, comes with the same ticket.
"""

from __future__ import annotations

from agent.errors import OtherPemda, TicketOfAnotherCentre
from agent.settings import Config
from agent.storage.vault import INSTALL_TICKET, Vault
from contract.text import T
from contract.wire.ticket import Ticket, read_ticket


def waiting_ticket(vault: Vault) -> Ticket | None:
    """The ticket that was not used yet, if there is one."""
    text = vault.get(INSTALL_TICKET)
    return read_ticket(text) if text else None


def keep(vault: Vault, ticket: Ticket) -> None:
    """Let the next registration come with this ticket; it is on the disk when this returns."""
    vault.set(INSTALL_TICKET, ticket.to_text())


def forget(vault: Vault) -> None:
    """Let the next registration come without a ticket."""
    vault.drop(INSTALL_TICKET)


def require_fitting(ticket: Ticket, config: Config) -> None:
    """Raise TicketOfAnotherCentre or OtherPemda where agent.toml contradicts the ticket."""
    centre, apbd = config.centre, config.apbd
    require_same(
        ticket,
        url=centre.url if centre else None,
        key=centre.key if centre else None,
        kode_pemda=apbd.kode_pemda if apbd else None,
    )


def require_same(ticket: Ticket, *, url: str | None, key: str | None, kode_pemda: str | None) -> None:
    """Raise TicketOfAnotherCentre or OtherPemda where something else was named; None names nothing."""
    if url is not None and url.rstrip("/").lower() != ticket.address.lower():
        raise _another(ticket.address, url)
    if key is not None and _compact(key) != ticket.centre_key_id:
        raise _another(ticket.centre_key_id, key)
    if kode_pemda not in {None, ticket.kode_pemda}:
        raise OtherPemda(
            T(
                "This ticket was issued for Pemda {issued}, but {wanted} is expected here.",
                issued=ticket.kode_pemda,
                wanted=kode_pemda,
            ),
            remedy=T("Correct kode_pemda in [apbd], or ask DJPK for the ticket of your Pemda."),
        )


def _compact(fingerprint: str) -> str:
    return "".join(fingerprint.replace(":", " ").split()).lower()


def _another(of_ticket: str, named: str) -> TicketOfAnotherCentre:
    return TicketOfAnotherCentre(
        T("The ticket is for centre {ticket}, but {named} is named here.", ticket=of_ticket, named=named),
        remedy=T("Nothing was sent. Correct [centre] in agent.toml, or ask DJPK for another ticket."),
    )
