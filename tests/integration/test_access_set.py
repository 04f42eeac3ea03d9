"""`sinergi access set` at real database servers and at a proxy: one attempt, and what came of it."""

from __future__ import annotations

import io
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import main
from agent.paths import locate
from agent.storage.vault import DATABASE_PASSWORD, open_vault
from connectors.interface import Access
from tests.fakes.examined import ExaminedNode
from tests.fakes.proxy import proxy
from tests.filled import in_server
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.servers.process import closed_port
from tests.short_patience import ImpatientClock
from tests.world import Done, Node, scene
from tests.world.thin_line import thin_line

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def access(mariadb_server: MariaDb) -> Access:
    return in_server(mariadb_server, "wp-sipd", Budget(jumlah_rincian=500))


@pytest.fixture
def node(access: Access) -> Iterator[Node]:
    """A node whose agent.toml leads to the server."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as ours:
        ours.install_agent(access)
        yield ours.node


def set_password(node: Node, password: str, *options: str) -> Done:
    return node.tried(
        "access", "set", "--password-file", "-", "--lang", "en", *options, typed=password + "\n"
    )


def lead_to(node: Node, access: Access, port: int) -> None:
    text = node.settings.read_text()
    node.settings.write_text(text.replace(f"port = {access.port}", f"port = {port}"))


def kept(node: Node) -> str | None:
    return open_vault(locate({"SINERGI_CONFIG": str(node.settings)}), {}).get(DATABASE_PASSWORD)


def test_the_right_password_is_let_in(node: Node, access: Access) -> None:
    done = set_password(node, access.password)

    assert (done.code, "✓ The finance database lets the agent in." in done.out) == (0, True)


def test_a_wrong_password_is_refused_and_kept(node: Node) -> None:
    done = set_password(node, "salah")

    assert (done.code, kept(node)) == (5, "salah")
    assert "SIKD-E302" in done.err


def test_a_server_that_is_away_may_be_tried_again(node: Node, access: Access) -> None:
    with closed_port() as port:
        lead_to(node, access, port)
        done = set_password(node, access.password)

    assert (done.code, kept(node)) == (1, access.password)
    assert "SIKD-E301" in done.err


def test_a_server_that_never_says_a_word_holds_nobody_up(node: Node, access: Access, tmp_path: Path) -> None:
    node.clock = ImpatientClock(tmp_path / "clock", seconds=2)
    with thin_line() as line:
        line.port, line.delay = access.port, 3600.0
        lead_to(node, access, int(line.address.rpartition(":")[2]))
        done = set_password(node, access.password)

    assert (done.code, kept(node)) == (1, access.password)


@pytest.mark.parametrize(("password", "code"), [("benar", 0), ("salah", 5)])
def test_the_proxy_is_asked_exactly_once(
    password: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    examined = ExaminedNode(tmp_path)
    with proxy("petugas", "benar") as way, socket.create_server(("127.0.0.1", 0)) as centre:
        place = f"127.0.0.1:{centre.getsockname()[1]}"
        examined.install({"url": f"https://{place}", "proxy": way.url, "proxy_user": "petugas"})
        monkeypatch.setenv("SINERGI_CONFIG", str(examined.paths.config_file))
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

        ended = main(["access", "set", "--proxy", "--password-file", "-", "--lang", "en"])

    said = capsys.readouterr()
    assert (ended, way.asked_for) == (code, [place])
    assert ("✓ " in said.out, "SIKD-E406" in said.err) == (code == 0, code == 5)
