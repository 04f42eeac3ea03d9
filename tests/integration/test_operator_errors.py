"""What an operator gets wrong is said once: what happened, what to do, and a code, in both languages."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.interface import Access
from tests.filled import in_server
from tests.sample_pemda import Budget, Faults
from tests.servers import Account
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql
from tests.servers.process import closed_port
from tests.world import Done, Node, scene

pytestmark = pytest.mark.timeout(300)
SMALL = Budget(jumlah_rincian=500)
DEGRADED, NEEDS_YOU = 1, 5
STEP_THAT_FAILED = re.compile(r"✗ .{8} (?P<problem>.*) \[(?P<code>SIKD-E[0-9]{3})\]")


@dataclass(frozen=True)
class Said:
    """One error: its exit code, its code, and its problem and remedy in Indonesian and English."""

    exit_code: int
    code: str
    masalah: str
    tindakan: str
    problem: str
    remedy: str


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node that was set up for a database which is not there."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as ours:
        ours.install_agent(Access("wp-sipd", "sqlite", "/tidak/ada.db"))
        yield ours.node


@pytest.fixture(scope="module")
def in_mariadb(mariadb_server: MariaDb) -> Access:
    return in_server(mariadb_server, "wp-sipd", SMALL)


@pytest.fixture(scope="module")
def in_postgresql(postgresql_server: Postgresql) -> Access:
    return in_server(postgresql_server, "generic", SMALL)


def point_at(node: Node, access: Access) -> None:
    """Write another [database] section into agent.toml, and its password into the vault."""
    others = node.settings.read_text().split("[database]")[0]
    values = {name: getattr(access, name) for name in ("application", "engine", "database", "host", "user")}
    section = [f'{name} = "{value}"' for name, value in values.items() if value]
    section += [f"port = {access.port}"] if access.port else []
    section += ["[database.options]", *(f'{name} = "{value}"' for name, value in access.options.items())]
    paths = f'[paths]\nstate_dir = "{node.folder}/state"\nrun_dir = "{node.folder}/run"\n'
    node.settings.write_text("\n".join([others, "[database]", *section, "", paths]))
    if access.password:
        file = node.folder / "secret"
        file.write_text(access.password)
        node.run("access", "set", "--no-try", "--password-file", str(file))


def require_said_in_both_languages(node: Node, said: Said) -> None:
    """The probe says it in Indonesian, without being asked to; a preview says it in English."""
    probe = node.tried("source", "probe")
    preview = node.tried("source", "preview", "--lang", "en")

    assert (probe.code, preview.code) == (said.exit_code, said.exit_code)
    assert the_one_error(probe) == (said.masalah, said.tindakan, said.code)
    assert the_one_error(preview) == (said.problem, said.remedy, said.code)


def the_one_error(done: Done) -> tuple[str, str, str]:
    """Problem, remedy and code of the only error in what a command said."""
    lines = (done.out + done.err).splitlines()
    [at] = [number for number, line in enumerate(lines) if line.startswith("✗")]
    remedy = lines[at + 1].removeprefix("  → ")
    if step := STEP_THAT_FAILED.fullmatch(lines[at]):
        return step["problem"], remedy, step["code"]
    return lines[at].removeprefix("✗ "), remedy, lines[at + 2].split()[1]


def test_a_wrong_password(node: Node, in_mariadb: Access) -> None:
    point_at(node, replace(in_mariadb, password="salah"))

    refusal = f"Access denied for user '{in_mariadb.user}'@'localhost' (using password: YES)"
    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E302",
            f"Basis data menolak akun {in_mariadb.user}: {refusal}.",
            "Mohon periksa pengguna dan kata sandi (`sudo sinergi access set` menyimpan yang lain), dan"
            " pastikan server ini boleh masuk dengannya.",
            f"The database refused the account {in_mariadb.user}: {refusal}.",
            "Check user and password (`sudo sinergi access set` stores another), and that this server may"
            " sign in with them.",
        ),
    )


def test_a_wrong_password_at_postgresql(node: Node, in_postgresql: Access) -> None:
    point_at(node, replace(in_postgresql, password="salah"))

    refusal = f'FATAL: password authentication failed for user "{in_postgresql.user}"'
    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E302",
            f"Basis data menolak akun {in_postgresql.user}: {refusal}.",
            "Mohon periksa pengguna dan kata sandi (`sudo sinergi access set` menyimpan yang lain), dan"
            " pastikan server ini boleh masuk dengannya.",
            f"The database refused the account {in_postgresql.user}: {refusal}.",
            "Check user and password (`sudo sinergi access set` stores another), and that this server may"
            " sign in with them.",
        ),
    )


def test_a_password_that_was_never_stored(tmp_path: Path) -> None:
    with scene(tmp_path) as ours:
        ours.install_agent(Access("wp-sipd", "mysql", "sipd", "127.0.0.1", user="sinergi_baca"))

        require_said_in_both_languages(
            ours.node,
            Said(
                NEEDS_YOU,
                "SIKD-E444",
                "Belum ada kata sandi yang disimpan untuk akun basis data sinergi_baca.",
                "Jalankan `sudo sinergi access set` dan ketik kata sandinya.",
                "No password is stored for the database account sinergi_baca.",
                "Run `sudo sinergi access set` and type the password.",
            ),
        )


@pytest.mark.parametrize("database", ["in_mariadb", "in_postgresql"])
def test_a_port_where_nobody_listens(database: str, node: Node, request: pytest.FixtureRequest) -> None:
    with closed_port() as port:
        access: Access = replace(request.getfixturevalue(database), port=port)
        point_at(node, access)
        probe, preview = node.tried("source", "probe"), node.tried("source", "preview", "--lang", "en")

    problem, remedy, code = the_one_error(probe)
    assert (probe.code, preview.code, code) == (DEGRADED, DEGRADED, "SIKD-E301")
    assert problem.startswith(f"Basis data di 127.0.0.1:{access.port} tidak dapat dijangkau: ")
    assert remedy == "Mohon periksa host, port, firewall, dan pastikan server basis data berjalan."
    problem, remedy, code = the_one_error(preview)
    assert problem.startswith(f"The database at 127.0.0.1:{access.port} cannot be reached: ")
    assert remedy == "Check host, port, firewall, and that the database server runs."


def test_an_application_that_nobody_knows(node: Node, in_mariadb: Access) -> None:
    point_at(node, replace(in_mariadb, application="simda"))

    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E308",
            "Aplikasi keuangan 'simda' tidak dikenal.",
            "Yang dikenal: wp-sipd, generic.",
            "There is no finance application 'simda'.",
            "Known are: wp-sipd, generic.",
        ),
    )


def test_an_engine_that_nobody_knows(node: Node, in_mariadb: Access) -> None:
    point_at(node, replace(in_mariadb, engine="dbase"))

    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E308",
            "Mesin basis data 'dbase' tidak dikenal.",
            "Yang dikenal: sqlite, mysql, postgresql.",
            "There is no database engine 'dbase'.",
            "Known are: sqlite, mysql, postgresql.",
        ),
    )


def test_an_empty_database(node: Node, postgresql_server: Postgresql) -> None:
    point_at(node, in_server(postgresql_server, "generic", SMALL, Faults(empty_database=True)))

    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E305",
            "Basis data tidak memuat anggaran, baik 2026 maupun tahun lain.",
            "Mohon periksa tahun dalam agent.toml, dan pastikan ini basis data tahun tersebut.",
            "The database holds no budget, neither of 2026 nor of any other year.",
            "Check tahun in agent.toml, and that this is the database of that year.",
        ),
    )


def test_a_database_of_another_year(node: Node, mariadb_server: MariaDb) -> None:
    point_at(node, in_server(mariadb_server, "wp-sipd", SMALL, Faults(wrong_year=True)))

    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E305",
            "Basis data tidak memuat anggaran 2026; tahun yang ditemukan: 2025.",
            "Mohon periksa tahun dalam agent.toml, dan pastikan ini basis data tahun tersebut.",
            "The database holds no budget of 2026; years found: 2025.",
            "Check tahun in agent.toml, and that this is the database of that year.",
        ),
    )


@pytest.mark.parametrize("server", ["mariadb_server", "postgresql_server"])
def test_a_table_that_is_missing(server: str, node: Node, request: pytest.FixtureRequest) -> None:
    fault = Faults(missing_table="data_rka")
    point_at(node, in_server(request.getfixturevalue(server), "wp-sipd", SMALL, fault))

    require_said_in_both_languages(
        node,
        Said(
            NEEDS_YOU,
            "SIKD-E304",
            "Tabel data_rka tidak ada.",
            "Mohon periksa aplikasi dan versinya, dan pastikan akun boleh membaca tabel ini.",
            "The table data_rka is missing.",
            "Check the application and its version, and that the account may read this table.",
        ),
    )


def test_an_account_that_may_write_files_on_mariadb(
    node: Node, mariadb_server: MariaDb, in_mariadb: Access
) -> None:
    account = mariadb_server.account(f"SELECT ON {in_mariadb.database}.*", "FILE ON *.*")
    point_at(node, replace(in_mariadb, user=account.user, password=account.password))

    require_said_in_both_languages(node, too_powerful(account, "FILE"))


def test_an_account_that_may_write_files_on_postgresql(
    node: Node, postgresql_server: Postgresql, in_postgresql: Access
) -> None:
    rights = ("SELECT ON ALL TABLES IN SCHEMA public", "pg_write_server_files")
    account = postgresql_server.account(in_postgresql.database, *rights)
    point_at(node, replace(in_postgresql, user=account.user, password=account.password))

    require_said_in_both_languages(node, too_powerful(account, "pg_write_server_files"))


def too_powerful(account: Account, right: str) -> Said:
    return Said(
        NEEDS_YOU,
        "SIKD-E303",
        f"Akun {account.user} memiliki hak {right}.",
        "Mohon berikan kepada agen akun yang hanya dapat membaca (`sudo sinergi source grants`).",
        f"The account {account.user} has the right {right}.",
        "Give the agent an account that can only read (`sudo sinergi source grants`).",
    )


WRONG_SETTINGS = {
    "a misspelt setting": (
        ("engine = ", "engin = "),
        "database.engin: pengaturan ini tidak ada.",
        "Mohon tulis `engine`.",
        "database.engin: there is no such setting.",
        "Write `engine`.",
    ),
    "a password": (
        ("engine = ", 'password = "rahasia"\nengine = '),
        "database.password: kata sandi tidak boleh ditulis dalam berkas ini.",
        "Mohon hapus baris tersebut, ganti kata sandinya, lalu jalankan `sudo sinergi access set`.",
        "database.password: a password does not belong in this file.",
        "Remove the line, change the password, and run `sudo sinergi access set`.",
    ),
    "a year in quotation marks": (
        ("tahun = 2026", 'tahun = "2026"'),
        "apbd.tahun: harus berupa bilangan bulat tanpa tanda kutip.",
        "Mohon perbaiki pengaturan ini; `agent.toml.example` memuat contoh yang benar.",
        "apbd.tahun: it must be a whole number without quotation marks.",
        "Correct this setting; `agent.toml.example` shows a right one.",
    ),
    "plain HTTP to another server": (
        ("http://127.0.0.1", "http://sikd.example"),
        "centre.url: http:// hanya untuk mesin ini sendiri.",
        "Mohon gunakan https://.",
        "centre.url: http:// is for this machine itself only.",
        "Write https:// instead.",
    ),
}


@pytest.mark.parametrize("mistake", WRONG_SETTINGS)
def test_a_mistake_in_the_settings(mistake: str, node: Node, in_mariadb: Access) -> None:
    change, masalah, tindakan, problem, remedy = WRONG_SETTINGS[mistake]
    point_at(node, in_mariadb)
    right = node.settings.read_text()
    node.settings.write_text(right.replace(*change))

    try:
        said = Said(
            NEEDS_YOU,
            "SIKD-E410",
            f"{node.settings}: {masalah}",
            tindakan,
            f"{node.settings}: {problem}",
            remedy,
        )
        require_said_in_both_languages(node, said)
        assert "rahasia" not in node.tried("source", "probe").err
    finally:
        node.settings.write_text(right)


def test_a_settings_file_that_is_no_toml(node: Node, in_mariadb: Access) -> None:
    point_at(node, in_mariadb)
    right = node.settings.read_text()
    node.settings.write_text(right.replace("[apbd]", "[apbd"))

    try:
        said = the_one_error(node.tried("source", "probe"))
        english = the_one_error(node.tried("source", "probe", "--lang", "en"))
    finally:
        node.settings.write_text(right)

    assert (said[1], said[2]) == (
        "Mohon perbaiki baris ini; teks ditulis dalam tanda kutip, bagian dalam kurung siku.",
        "SIKD-E410",
    )
    assert english[0].startswith(f"{node.settings} is not valid TOML in line ")
    assert " bukan TOML yang benar di baris " in said[0]
