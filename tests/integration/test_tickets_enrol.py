"""`sinergi enrol` with an install ticket at the real centre: no question, one node, each no by its name."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from contract.wire.ticket import Ticket, read_ticket
from tests.world import Done, Node, Scene, scene
from tests.world.scene import JEPARA

pytestmark = pytest.mark.timeout(300)
PATI = "11.18"


@pytest.fixture(scope="module")
def ours() -> Iterator[Scene]:
    """A centre that answers; the tests bring their own nodes."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as made:
        made.open_centre()
        yield made


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A server on which `sinergi` is installed and nothing more."""
    return Node(tmp_path)


def issued(ours: Scene, kode_pemda: str = JEPARA) -> Ticket:
    """A ticket that an officer has issued on the command line."""
    public = ["--public-url", ours.centre.address]
    who = ["--as", ours.proposer.username]
    return read_ticket(ours.centre.run("ticket", "issue", kode_pemda, *public, *who, person=ours.proposer))


def filed(node: Node, ticket: Ticket) -> str:
    """The file in which the ticket lies on the server, broken over lines as a letter does it."""
    file, text = node.folder / "tiket.txt", ticket.to_text()
    file.write_text(f"{text[:60]}\n{text[60:]}\n")
    return str(file)


def init(node: Node, *arguments: str) -> Done:
    """Set the server up; its database access comes later, from Sinergi Mobile."""
    places = (f"--state-dir={node.folder / 'state'}", f"--run-dir={node.folder / 'run'}")
    return node.tried("init", "--yes", "--mobile", "--tahun=2026", *places, "--lang=en", *arguments)


def enrol(node: Node, ticket: Ticket, *arguments: str) -> Done:
    return node.tried("enrol", "--ticket-file", filed(node, ticket), "--lang=en", *arguments)


def nodes_of(ours: Scene) -> set[str]:
    listed = json.loads(ours.centre.run("node", "list", "--json"))
    return {each["node_id"] for each in listed["nodes"]}


def test_with_a_ticket_nobody_is_asked_about_a_fingerprint(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    assert init(node, f"--centre-url={ours.centre.address}").code == 0

    enrolled = enrol(node, ticket, "--json")

    assert enrolled.code == 4, enrolled.err
    assert enrolled.document()["centre_key"] == ticket.centre_key_id
    assert enrolled.document()["ticket"] == ticket.ticket_id
    assert "fingerprint" not in enrolled.err
    assert enrolled.document()["node_id"] in nodes_of(ours)


def test_one_command_sets_a_server_up_and_the_agent_registers_itself(ours: Scene, node: Node) -> None:
    ticket = issued(ours)

    made = init(node, "--ticket-file", filed(node, ticket), "--json")
    first = node.tried("run", "--once")

    assert made.code == 0, made.err
    assert ours.centre.address in node.settings.read_text()
    assert ticket.centre_key_id in node.settings.read_text()
    assert first.code == 4, first.err
    assert made.document()["node_id"] in nodes_of(ours)
    # The secret was needed once; from now on it is nowhere on this server but in the file of its owner.
    assert holds(node, ticket) == ["tiket.txt"]


def holds(node: Node, ticket: Ticket) -> list[str]:
    needle = ticket.to_text()[10:50].encode()
    return [path.name for path in node.folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_the_ticket_comes_through_a_pipe_and_over_again(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    assert init(node, f"--centre-url={ours.centre.address}").code == 0
    first = enrol(node, ticket, "--json").document()

    again = node.tried("enrol", "--ticket-file=-", "--json", typed=ticket.to_text().upper())

    assert again.document() == first
    assert again.code == 4


def test_a_second_server_is_refused_and_its_own_status_says_why(
    ours: Scene, node: Node, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ticket, other = issued(ours), Node(tmp_path_factory.mktemp("other"))
    init(node, "--ticket-file", filed(node, ticket))
    assert enrol(node, ticket).code == 4
    init(other, "--ticket-file", filed(other, ticket))

    refused = enrol(other, ticket)
    round_ = other.tried("run", "--once", "--lang=en")
    status = other.tried("status", "--lang=en")

    assert (refused.code, round_.code) == (5, 5)
    assert "SIKD-E224" in refused.err
    assert "Another server has used the install ticket" in refused.err
    assert "SIKD-E224" in status.out
    listed = ours.centre.run("ticket", "list", "--state", "used", "--lang=en")
    assert ticket.ticket_id in listed
    assert tried_twice(ours, ticket)


def tried_twice(ours: Scene, ticket: Ticket) -> bool:
    listed = json.loads(ours.centre.run("ticket", "list", "--json"))["tickets"]
    return any(each["tried_by_a_second_node"] for each in listed if each["ticket_id"] == ticket.ticket_id)


def test_without_its_ticket_a_server_still_registers(
    ours: Scene, node: Node, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ticket, other = issued(ours), Node(tmp_path_factory.mktemp("other"))
    init(node, "--ticket-file", filed(node, ticket))
    enrol(node, ticket)
    init(other, "--ticket-file", filed(other, ticket))
    assert other.tried("enrol").code == 5

    assert other.tried("enrol", "--without-ticket").code == 4


def test_a_ticket_that_was_withdrawn_is_refused_by_name(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    who = ["--as", ours.approver.username]
    ours.centre.run("ticket", "withdraw", ticket.ticket_id, *who, person=ours.approver)
    init(node, "--ticket-file", filed(node, ticket))

    refused = enrol(node, ticket)

    assert refused.code == 5
    assert "SIKD-E223" in refused.err


def test_a_ticket_that_was_not_copied_whole_never_leaves_the_server(ours: Scene, node: Node) -> None:
    init(node, f"--centre-url={ours.centre.address}")
    file = node.folder / "tiket.txt"
    file.write_text(issued(ours).to_text()[:-4])

    refused = node.tried("enrol", "--ticket-file", str(file), "--lang=en")

    assert refused.code == 5
    assert "SIKD-E109" in refused.err


def test_a_ticket_file_that_is_not_there_is_named(ours: Scene, node: Node) -> None:
    init(node, f"--centre-url={ours.centre.address}")

    refused = node.tried("enrol", "--ticket-file", "/nowhere/tiket.txt", "--lang=en")

    assert refused.code == 2
    assert "/nowhere/tiket.txt" in refused.err


def test_a_ticket_of_another_centre_is_refused_and_both_are_named(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    init(node, "--centre-url=https://lain.example")

    refused = enrol(node, ticket)

    assert refused.code == 5
    assert "SIKD-E415" in refused.err
    assert ticket.address in refused.err
    assert "https://lain.example" in refused.err


def test_a_ticket_of_another_pemda_is_refused_before_it_is_used_up(ours: Scene, node: Node) -> None:
    ticket = issued(ours, PATI)

    refused = init(node, "--ticket-file", filed(node, ticket), f"--kode-pemda={JEPARA}")

    assert refused.code == 5
    assert "SIKD-E409" in refused.err
    assert not node.settings.exists()


def test_a_centre_with_another_key_than_the_tickets_is_not_spoken_to(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    forged = Ticket(ticket.address, "ab" * 32, ticket.secret, ticket.expires_at, ticket.kode_pemda)
    init(node, f"--centre-url={ours.centre.address}")
    before = nodes_of(ours)

    refused = enrol(node, forged)

    assert refused.code == 5
    assert "SIKD-E402" in refused.err
    assert nodes_of(ours) == before


def test_settings_without_a_centre_take_the_tickets(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    init(node, f"--centre-url={ours.centre.address}")
    text = node.settings.read_text()
    node.settings.write_text(text[: text.index("[centre]")] + text[text.index("[apbd]") :])

    enrolled = enrol(node, ticket)

    assert enrolled.code == 4, enrolled.err
    assert f'url = "{ticket.address}"' in node.settings.read_text()


def test_a_rehearsal_says_all_and_touches_nothing(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    init(node, f"--centre-url={ours.centre.address}")
    known, before = nodes_of(ours), files(node)
    filed(node, ticket)

    told = enrol(node, ticket, "--dry-run")
    plan = enrol(node, ticket, "--dry-run", "--json").document()

    (node.folder / "tiket.txt").unlink()
    assert (told.code, files(node), nodes_of(ours)) == (0, before, known)
    assert "Nothing was registered" in told.out
    assert (plan["asks_for_confirmation"], plan["centre_key"]) == (False, ticket.centre_key_id)
    assert plan["would_send"]["ticket"] == ticket.ticket_id


def files(node: Node) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in node.folder.rglob("*")
        if path.is_file()
    }


def test_a_person_pastes_the_ticket_where_the_command_asks_for_it(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    init(node, f"--centre-url={ours.centre.address}")
    text = ticket.to_text()

    asked, code = at_a_terminal(node, "enrol", "--lang=en", typed=f"{text[:70]}\n{text[70:]}\n")
    again, same = at_a_terminal(node, "enrol", "--lang=en", typed="")

    assert (code, same) == (4, 4)
    assert "Paste the install ticket" in asked
    assert "fingerprint" not in asked
    assert "Paste" not in again


def test_the_first_question_of_all_is_for_the_ticket(ours: Scene, node: Node) -> None:
    ticket = issued(ours)
    places = (f"--state-dir={node.folder / 'state'}", f"--run-dir={node.folder / 'run'}")

    asked, code = at_a_terminal(
        node, "init", "--mobile", "--lang=en", *places, typed=f"{ticket.to_text()}\n2026\n\n\n"
    )

    assert code == 0, asked
    assert "Address of the centre" not in asked
    assert f'key = "{ticket.centre_key_id}"' in node.settings.read_text()
    assert node.tried("run", "--once").code == 4
    assert tried_twice(ours, ticket) is False


def test_whoever_has_no_ticket_compares_the_fingerprint_as_before(ours: Scene, node: Node) -> None:
    init(node, f"--centre-url={ours.centre.address}")

    asked, code = at_a_terminal(node, "enrol", "--lang=en", typed="\nyes\n")

    assert code == 4
    assert "Is this the fingerprint that DJPK has told you?" in asked


def at_a_terminal(node: Node, *arguments: str, typed: str) -> tuple[str, int]:
    """What a command shows on a terminal where somebody has typed this, and how it ends."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"SINERGI_CONFIG": str(node.settings)}
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    ) as program:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        # Linux ends a terminal that nobody holds any more with an error.
        with suppress(OSError):
            while chunk := os.read(ours, 4096):
                shown += chunk
    os.close(ours)
    return shown.decode(), program.returncode
