"""A private MariaDB server."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any, Self

import pymysql  # type: ignore[import-untyped]

from tests.servers import process
from tests.servers.certificates import write_certificates
from tests.servers.server import Account

OWNER = "mysql"
FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin")


def server_program() -> Path | None:
    """Where mariadbd is, if it is installed."""
    return process.program("mariadbd", *FOLDERS)


class MariaDb:
    """A server with an administrator, TLS, and nothing else in it."""

    engine = "mysql"
    host = "127.0.0.1"

    def __init__(self, folder: Path, *settings: str) -> None:
        self._folder = folder
        self.port = process.free_port()
        self.socket = str(folder / "s")
        files = write_certificates(folder, OWNER)
        self.ca_file = files.ca
        self.admin = Account("root", "")
        self._server = self._start(files.certificate, files.key, settings)
        self.processes = [self._server.pid]
        process.wait_until(self._answer, self._server, folder)

    @classmethod
    def started(cls, *settings: str) -> Self:
        """A new server; `settings` are more options of mariadbd."""
        folder = process.private_folder(OWNER)
        install = process.program("mariadb-install-db") or Path("mariadb-install-db")
        process.run(
            OWNER,
            [install, "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            folder,
        )  # fmt: skip
        return cls(folder, *settings)

    def _start(self, certificate: Path, key: Path, settings: tuple[str, ...]) -> subprocess.Popen[bytes]:
        command = [
            server_program() or "mariadbd", "--no-defaults", f"--datadir={self._folder / 'data'}",
            f"--socket={self.socket}", f"--pid-file={self._folder / 'pid'}", f"--port={self.port}",
            f"--tmpdir={self._folder}", "--bind-address=127.0.0.1", "--skip-log-bin",
            "--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=0",
            f"--ssl-cert={certificate}", f"--ssl-key={key}", *settings,
        ]  # fmt: skip
        return process.start(OWNER, command, self._folder)

    def _answer(self) -> None:
        # While nobody listens, the driver would leave its socket open.
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(self.socket)
        self.connect("").close()

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = Account.made_up("apbd").user
        self._run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

    def connect(self, database: str, account: Account | None = None, **options: Any) -> Any:
        """A PyMySQL connection."""
        who = account or self.admin
        return pymysql.connect(
            unix_socket=self.socket, user=who.user, password=who.password, database=database or None,
            charset="utf8mb4", **options,
        )  # fmt: skip

    def account(self, *grants: str) -> Account:
        """A new account with these rights, each such as `SELECT ON db.*`."""
        made = Account.made_up("akun")
        self._run(f"CREATE USER '{made.user}'@'%' IDENTIFIED BY '{made.password}'")
        for grant in grants:
            self._run(f"GRANT {grant} TO '{made.user}'@'%'")
        return made

    def reader(self, database: str) -> Account:
        """An account that may read one database."""
        return self.account(f"SELECT ON {database}.*")

    def url(self, database: str, account: Account | None = None) -> str:
        """A SQLAlchemy URL over TCP or, for the administrator, the socket."""
        who = account or self.admin
        return f"mysql+pymysql://{who.user}:{who.password}@{self.host}:{self.port}/{database}?charset=utf8mb4"

    def stop(self) -> None:
        """End the server and remove its folder."""
        process.stop(self._server, self._folder)

    def _run(self, statement: str) -> None:
        connection = self.connect("")
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()
