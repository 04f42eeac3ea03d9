"""A private PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any, Self

import psycopg

from tests.servers import process
from tests.servers.certificates import write_certificates
from tests.servers.server import Account

OWNER = "postgres"
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


def server_program() -> Path | None:
    """Where postgres is, if it is installed."""
    return process.program("postgres", *FOLDERS)


class Postgresql:
    """A server with an administrator, TLS, and nothing else in it."""

    engine = "postgresql"
    host = "127.0.0.1"

    def __init__(self, folder: Path, admin: Account, *settings: str) -> None:
        self._folder = folder
        self.port = process.free_port()
        self.socket = str(folder)
        self.admin = admin
        files = write_certificates(folder, OWNER)
        self.ca_file = files.ca
        self._server = self._start(files.certificate, files.key, settings)
        self.processes = [self._server.pid]
        process.wait_until(lambda: self.connect("postgres").close(), self._server, folder)

    @classmethod
    def started(cls, *settings: str) -> Self:
        """A new server; `settings` are more options such as `work_mem=64MB`."""
        folder = process.private_folder(OWNER)
        admin = Account.made_up("admin")
        password = folder / "password"
        password.write_text(admin.password)
        if os.geteuid() == 0:
            os.chown(password, pwd.getpwnam(OWNER).pw_uid, -1)
        initdb = process.program("initdb", *FOLDERS) or Path("initdb")
        process.run(
            OWNER,
            [initdb, "-D", folder / "data", "-U", admin.user, "-A", "scram-sha-256", f"--pwfile={password}",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            folder,
        )  # fmt: skip
        return cls(folder, admin, *settings)

    def _start(self, certificate: Path, key: Path, settings: tuple[str, ...]) -> subprocess.Popen[bytes]:
        own = [
            "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", "fsync=off",
            "full_page_writes=off", "synchronous_commit=off", "ssl=on", f"ssl_cert_file={certificate}",
            f"ssl_key_file={key}",
        ]  # fmt: skip
        options = [part for setting in (*own, *settings) for part in ("-c", setting)]
        command = [
            server_program() or "postgres",
            "-D",
            self._folder / "data",
            "-p",
            str(self.port),
            *options,
        ]
        return process.start(OWNER, command, self._folder)

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = Account.made_up("apbd").user
        self._run("postgres", f"CREATE DATABASE {name}")
        return name

    def connect(self, database: str, account: Account | None = None, **options: Any) -> Any:
        """A psycopg connection."""
        who = account or self.admin
        return psycopg.connect(
            host=self.socket, port=self.port, user=who.user, password=who.password, dbname=database, **options
        )

    def account(self, database: str, *grants: str, attributes: str = "") -> Account:
        """A new account with these rights, each such as `SELECT ON apbd_rincian`."""
        made = Account.made_up("akun")
        self._run(database, f"CREATE ROLE {made.user} LOGIN PASSWORD '{made.password}' {attributes}")
        for grant in grants:
            self._run(database, f"GRANT {grant} TO {made.user}")
        return made

    def reader(self, database: str) -> Account:
        """An account that may read one database."""
        made = self.account(database, "SELECT ON ALL TABLES IN SCHEMA public")
        self._run(database, f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {made.user}")
        return made

    def url(self, database: str, account: Account | None = None) -> str:
        """A SQLAlchemy URL over TCP."""
        who = account or self.admin
        return f"postgresql+psycopg://{who.user}:{who.password}@{self.host}:{self.port}/{database}"

    def stop(self) -> None:
        """End the server and remove its folder."""
        process.stop(self._server, self._folder)

    def _run(self, database: str, statement: str) -> None:
        with self.connect(database, autocommit=True) as connection:
            connection.execute(statement)
