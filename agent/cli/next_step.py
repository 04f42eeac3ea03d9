"""What is still to be done after `sinergi init`: on a new server, and on one whose agent works already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from agent import status
from agent.cli.asking import Answers
from agent.paths import Paths
from contract.text import T, Text


@dataclass(frozen=True, slots=True)
class Service:
    """How far this node is, by what its agent said last."""

    is_enrolled: bool = False
    runs: bool = False
    """A service at work keeps its old settings until it is told to take the new ones."""

    @classmethod
    def of(cls, node_id: str, paths: Paths, now: datetime) -> Self:
        """That of these places; an agent of other keys is not this node's."""
        file = str(paths.status_file)
        told = status.read(file)
        if told is None or told["node_id"] != node_id:
            return cls()
        runs = told["running"] and status.is_at_work(told, file, now.timestamp())
        return cls(is_enrolled=told["centre"]["state"] is not None, runs=runs)


def step_after(answers: Answers, service: Service, *, has_password: bool, has_ticket: bool = False) -> Text:
    """The sentence that ends `sinergi init`."""
    if service.is_enrolled or service.runs:
        return _on_a_node(answers, service, has_password=has_password, has_ticket=has_ticket)
    if has_ticket:
        return _with_a_ticket(answers, has_password=has_password)
    if not answers["database"]:
        return T(
            "Next: `sudo sinergi enrol`. Then enter the database access in Sinergi Mobile, and approve it"
            " here: `sudo sinergi access approve`."
        )
    if answers["user"] and not has_password:
        return T(
            "Next: `sudo sinergi access set` for the password of {user} (`sudo sinergi source grants` prints"
            " how the account is made), then `sudo sinergi source probe`, then `sudo sinergi enrol`.",
            user=answers["user"],
        )
    return T("Next: `sudo sinergi source probe`, then `sudo sinergi enrol`.")


def _with_a_ticket(answers: Answers, *, has_password: bool) -> Text:
    """The service comes to the centre with the ticket by itself, so nobody has to enrol."""
    lacks_password = bool(answers["user"]) and not has_password
    steps = {
        "sudo sinergi source grants": lacks_password,
        "sudo sinergi access set": lacks_password,
        "sudo sinergi source probe": bool(answers["database"]),
        "sudo systemctl enable --now sinergi": True,
        "sinergi status": True,
    }
    if answers["database"]:
        return _in_order(steps)
    return T(
        "{steps} Then enter the database access in Sinergi Mobile, and approve it here:"
        " `sudo sinergi access approve`.",
        steps=_in_order(steps),
    )


def _on_a_node(answers: Answers, service: Service, *, has_password: bool, has_ticket: bool) -> Text:
    steps = {
        "sudo sinergi access set": bool(answers["user"]) and not has_password,
        "sudo systemctl reload sinergi": service.runs,
        "sudo sinergi source probe": bool(answers["database"]),
        "sudo sinergi enrol": not service.is_enrolled and not has_ticket,
        "sinergi status": True,
    }
    return _in_order(steps)


def _in_order(steps: Mapping[str, bool]) -> Text:
    commands = ", ".join(f"`{command}`" for command, is_needed in steps.items() if is_needed)
    return T("Next, in this order: {commands}.", commands=commands)
