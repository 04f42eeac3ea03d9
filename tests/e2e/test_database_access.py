"""Sinergi Mobile to Master SIKD, as people do it: a phone, a node, real databases, and officers of DJPK.

Along the way everything is searched for the passwords that were typed.
"""

from __future__ import annotations

import base64
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from connectors.interface import Access
from tests.e2e.browser import Person as Visitor
from tests.e2e.browser import faults_of
from tests.filled import in_server
from tests.sample_pemda import Budget
from tests.servers import Server
from tests.world.programs import Person
from tests.world.scene import Scene, scene
from tests.world.watched_line import WatchedLine, watched_line

pytestmark = pytest.mark.timeout(900)
PHONE = {"width": 390, "height": 844}
WRONG = "salah-kenari-4711"
"""A password that no account has, and that must be found nowhere."""
JEPARA = "11.10"


@dataclass(frozen=True)
class Desk:
    """Everybody and everything of one Pemda, with a line that is listened to."""

    scene: Scene
    line: WatchedLine
    admin: Visitor
    petugas: Visitor
    logs: list[str] = field(default_factory=list)
    """What the agent's rounds have said."""

    @property
    def page(self) -> str:
        return f"/pemda/{JEPARA}/akses"

    def round(self) -> None:
        """What the daemon does every minute."""
        done = self.scene.node.tried("run", "--once")
        self.logs.append(done.out + done.err)

    def state(self) -> str:
        """Where the access stands, as its page says."""
        self.petugas.open(self.page)
        return self.petugas.page.locator(".head .badge").first.inner_text()

    def enter(self, access: Access, password: str) -> None:
        """Fill in the form on the phone, and send it."""
        page = self.admin.page
        self.admin.open(self.page + "/isi")
        page.get_by_label("8 karakter pertama kunci penyegel").fill(self.sealing_key())
        page.get_by_label("Aplikasi dan mesin").select_option(label=ENGINES[access.engine])
        page.get_by_label("Server: nama atau alamat IP").fill(access.host)
        page.get_by_label("Porta").fill(str(access.port))
        page.get_by_label("Nama basis data").fill(access.database)
        page.get_by_label("Nama pengguna").fill(access.user)
        page.get_by_label("Kata sandi").fill(password)
        self.admin.press("Segel dan kirim")
        page.wait_for_url("**/akses?*")

    def sealing_key(self) -> str:
        """What `sinergi status` shows on the server."""
        found = re.search(r"Kunci penyegel +(\w{4} \w{4})", self.scene.node.tried("status").out)
        assert found is not None
        return found[1]

    def press(self, button: str) -> None:
        """An officer presses a button of the access's page."""
        self.petugas.open(self.page)
        self.petugas.press(button)


ENGINES = {"mysql": "WP-SIPD, MySQL / MariaDB", "postgresql": "WP-SIPD, PostgreSQL"}


@contextmanager
def desk_of(browser: Browser) -> Iterator[Desk]:
    """A node that is mapped and knows no database, an admin with a phone, and an officer."""
    admin = Person("admin-1", "admin", JEPARA)
    with (
        tempfile.TemporaryDirectory(prefix="sinergi-akses-") as folder,
        watched_line() as line,
        scene(Path(folder), address=line.address) as ours,
    ):
        line.port = ours.centre.port
        ours.open_centre()
        ours.centre.add(admin)
        ours.node.run(
            "init",
            "--yes",
            "--mobile",
            f"--centre-url={line.address}",
            "--tahun=2026",
            *places(ours),
        )
        ours.map()
        phone = browser.new_context(locale="id-ID", viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
        office = browser.new_context(locale="id-ID")
        people = [Visitor(each.new_page(), line.address) for each in (phone, office)]
        people[0].sign_in(admin.username, admin.password)
        people[1].sign_in(ours.proposer.username, ours.proposer.password)
        yield Desk(ours, line, admin=people[0], petugas=people[1])
        phone.close()
        office.close()


def places(ours: Scene) -> list[str]:
    folder = ours.node.folder
    return [f"--state-dir={folder / 'state'}", f"--run-dir={folder / 'run'}"]


@pytest.fixture(params=["mysql", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    name = {"mysql": "mariadb_server", "postgresql": "postgresql_server"}[request.param]
    found: Server = request.getfixturevalue(name)
    return found


def test_an_access_comes_from_a_phone_to_the_next_snapshot(
    browser: Browser, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    access = in_server(server, "wp-sipd", Budget(JEPARA, 2026, 500))
    with desk_of(browser) as desk:
        desk.round()

        desk.enter(access, WRONG)
        assert desk.state() == "menunggu node"
        desk.round()
        assert desk.state() == "menunggu persetujuan di node"

        approve(desk, access)
        desk.round()
        assert desk.state() == "menunggu pemeriksaan DJPK"

        desk.press("Periksa akses")
        desk.round()
        assert desk.state() == "konfirmasi"
        assert desk.petugas.says("Basis data tidak menerima akun tersebut")
        assert desk.petugas.says("admin-1")
        assert [*faults_of(desk.petugas, desk.page), *faults_of(desk.admin, desk.page)] == []

        desk.enter(access, access.password)
        desk.round()
        assert desk.state() == "menunggu pemeriksaan DJPK"  # the target is the same
        desk.press("Periksa akses")
        desk.round()
        assert desk.state() == "valid, menunggu konfigurasi"

        desk.press("Konfigurasikan pada Master SIKD")
        desk.round()
        assert desk.state() == "terkonfigurasi pada Master SIKD"
        assert desk.scene.node.ask("access", "status")["state"] == "in_use"
        desk.round()
        assert desk.scene.latest()

        faults = [*faults_of(desk.admin, desk.page + "/isi"), *faults_of(desk.petugas, desk.page)]
        assert faults == []
        places = everything_readable(desk)
        places["the centre's log"] = "".join(capfd.readouterr()).encode()
        for secret in (WRONG, access.password):
            assert [name for name, content in places.items() if holds(content, secret)] == []


def approve(desk: Desk, access: Access) -> None:
    """On the server: what is shown is what was entered, and only its own name lets it through."""
    shown = desk.scene.node.tried("access", "approve", "--yes", "--host", "another.example")
    assert shown.code == 2
    assert f"{access.host}:{access.port}" in shown.out
    approved = desk.scene.node.tried("access", "approve", "--yes", "--host", access.host)
    assert approved.code == 0, approved.err


def everything_readable(desk: Desk) -> dict[str, bytes]:
    """Both programs' files, what they said, what went over the line, and how a running agent looks."""
    folder = desk.scene.centre.folder.parent
    places = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for words in COMMANDS:
        done = desk.scene.node.tried(*words)
        places[" ".join(words)] = (done.out + done.err).encode()
    places["line"] = desk.line.everything()
    places["the agent's log"] = "".join(desk.logs).encode()
    return places | crashed(desk)


def crashed(desk: Desk) -> dict[str, bytes]:
    """A running agent with its children, from outside; then it is made to crash, and leaves no core."""
    agent = desk.scene.node.begin("run", "--lang", "en")
    places: dict[str, bytes] = {}
    watched_until = time.monotonic() + 20
    while time.monotonic() < watched_until:
        places |= seen_from_outside(agent.pid)
        time.sleep(0.05)
    limits = Path(f"/proc/{agent.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0", limits)
    agent.send_signal(signal.SIGABRT)
    out, err = agent.communicate()
    assert agent.returncode == -signal.SIGABRT
    return places | {"a crash": (out + err).encode()}


def seen_from_outside(pid: int) -> dict[str, bytes]:
    """The environment and the command line of a process and of its children."""
    found = {}
    for each in (pid, *children(pid)):
        for name in ("environ", "cmdline"):
            with suppress(OSError):
                found[f"{name} of {each}"] = Path(f"/proc/{each}/{name}").read_bytes()
    return found


def children(pid: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(each) for task in tasks for each in (task / "children").read_text().split()]
    return []


def holds(content: bytes, secret: str) -> bool:
    """Whether bytes hold a secret, in any of the spellings that programs are used to write."""
    plain = secret.encode()
    # Three ways in which base64 may cut the text, without the letters that depend on what stands beside it.
    shifted = [base64.b64encode(b"x" * shift + plain)[(shift * 8 + 5) // 6 : -4] for shift in range(3)]
    return any(
        form in content for form in (plain, plain.hex().encode(), secret.encode("utf-16-le"), *shifted)
    )


COMMANDS = [
    ["status"],
    ["status", "--json"],
    ["access", "status"],
    ["access", "status", "--json"],
    ["access", "test", "--json"],
    ["access", "approve"],
    ["source", "probe", "--json"],
]
