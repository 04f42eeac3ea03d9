"""Whatever is wrong with a database becomes one sentence that says what, and one that says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.engines import mysql, postgresql
from connectors.interface import (
    Access,
    ConnectorError,
    DatabaseUnreachable,
    LoginRefused,
    ProbeStep,
    StepResult,
    TableMissing,
    TlsRefused,
)
from connectors.registry import connect, engine
from tests.filled import in_server
from tests.sample_pemda import Budget, Dirt
from tests.servers import Server
from tests.servers.certificates import write_certificates
from tests.servers.process import closed_port

BUDGET = Budget(jumlah_rincian=600, dirt=Dirt.none())


@pytest.fixture(scope="module", params=["mariadb_server", "postgresql_server"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def access(server: Server) -> Access:
    return in_server(server, "generic", BUDGET)


@pytest.fixture
def silent_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A peer that accepts and never says a word."""
    monkeypatch.setattr(mysql, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as peer:
        yield peer.getsockname()[1]


def failed_step(access: Access) -> ProbeStep:
    steps = connect(access).probe(BUDGET.tahun)
    (failed,) = [step for step in steps if step.result is StepResult.FAILED]
    assert failed.remedy is not None
    return failed


def refused(access: Access) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught, connect(access).reading(BUDGET.tahun):
        pass
    return caught.value


def test_a_wrong_password(access: Access) -> None:
    wrong = replace(access, password="salah")

    assert isinstance(refused(wrong), LoginRefused)
    assert (failed_step(wrong).name, failed_step(wrong).code) == ("login", LoginRefused.code)
    assert "salah" not in str(refused(wrong))


def test_an_account_that_does_not_exist(access: Access) -> None:
    assert isinstance(refused(replace(access, user="siapa")), LoginRefused)


def test_a_port_that_nobody_listens_on(access: Access) -> None:
    with closed_port() as port:
        closed = replace(access, port=port)
        error, step = refused(closed), failed_step(closed)

    assert isinstance(error, DatabaseUnreachable)
    assert error.retry_helps
    assert str(closed.port) in str(error.problem)
    assert step.name == "tcp"


def test_a_host_that_does_not_exist(access: Access) -> None:
    assert isinstance(refused(replace(access, host="tidak-ada.invalid")), DatabaseUnreachable)


def test_a_silent_peer_does_not_hold_the_agent(access: Access, silent_port: int) -> None:
    assert isinstance(refused(replace(access, port=silent_port)), DatabaseUnreachable)


def test_a_database_that_does_not_exist(access: Access) -> None:
    error = refused(replace(access, database="tidak_ada"))

    # MariaDB tells an account without any right on it only that it has none.
    assert isinstance(error, (TableMissing, LoginRefused))
    assert "tidak_ada" in str(error.problem)
    assert "the name of the database" in str(error.remedy)


@pytest.mark.parametrize(("tls", "result"), [("prefer", StepResult.SKIPPED), ("require", StepResult.OK)])
def test_before_the_account_is_accepted_only_what_is_sure_is_said_of_tls(
    tls: str, result: StepResult, access: Access
) -> None:
    steps = {step.name: step for step in connect(replace(access, password="salah", tls=tls)).probe(2026)}

    assert (steps["tcp"].result, steps["tls"].result) == (StepResult.OK, result)


def test_tables_of_another_application(access: Access) -> None:
    other = replace(access, application="wp-sipd", options={})

    error = refused(other)

    assert isinstance(error, TableMissing)
    assert "data_jadwal_lokal" in str(error.problem)
    assert failed_step(other).name == "tables"


def test_a_connection_can_be_encrypted_and_the_server_verified(server: Server, access: Access) -> None:
    verified = replace(access, tls="verify", options={**access.options, "ca_file": str(server.ca_file)})

    steps = {step.name: step for step in connect(verified).probe(BUDGET.tahun)}

    assert steps["tls"].result is StepResult.OK


def test_a_server_that_another_ca_signed_is_refused(access: Access, tmp_path: Path) -> None:
    stranger = write_certificates(tmp_path, "nobody")
    distrustful = replace(access, tls="verify", options={**access.options, "ca_file": str(stranger.ca)})

    assert isinstance(refused(distrustful), TlsRefused)
    assert failed_step(distrustful).name == "tls"


@pytest.mark.parametrize(
    ("host", "result", "said"),
    [
        # Linux leads 0.0.0.0 to this very server, but nobody would know it for that.
        ("0.0.0.0", StepResult.WARNING, "not encrypted."),  # noqa: S104
        ("127.0.0.1", StepResult.OK, "not encrypted, and does not leave this server."),
    ],
)
def test_a_connection_that_is_not_encrypted_is_said(
    access: Access, host: str, result: StepResult, said: str
) -> None:
    plain = replace(access, host=host, tls="disable")

    steps = {step.name: step for step in connect(plain).probe(BUDGET.tahun)}

    assert (steps["tls"].result, str(steps["tls"].detail)) == (result, f"The connection is {said}")
    assert steps["stage"].result is StepResult.OK


def test_a_unix_socket_needs_no_network(server: Server, access: Access) -> None:
    local = replace(access, host=server.socket)

    steps = {step.name: step for step in connect(local).probe(BUDGET.tahun)}

    assert steps["tcp"].result is StepResult.SKIPPED
    assert steps["stage"].result is StepResult.OK


def test_a_query_that_takes_too_long_is_ended(access: Access) -> None:
    limit, sleep = {
        "mysql": ("SET SESSION max_statement_time = 0.2", "SELECT SLEEP(20)"),
        "postgresql": ("SET LOCAL statement_timeout = '200ms'", "SELECT pg_sleep(20)"),
    }[access.engine]

    with engine(access.engine).open(access) as session:
        session.run(limit)
        with pytest.raises(DatabaseUnreachable, match="too long"):
            session.all(sleep)


def test_nothing_can_be_written_whatever_the_account_may(server: Server, access: Access) -> None:
    admin = replace(access, host=server.socket, user=server.admin.user, password=server.admin.password)

    with engine(access.engine).open(admin) as session, pytest.raises(ConnectorError, match=r"(?i)read.only"):
        session.run("UPDATE apbd_rincian SET nilai = 0")


def test_a_server_that_goes_away_while_reading_is_unreachable(server: Server, access: Access) -> None:
    end = {
        "mysql": "KILL CONNECTION_ID()",
        "postgresql": "SELECT pg_terminate_backend(pg_backend_pid())",
    }[access.engine]

    with engine(access.engine).open(access) as session, pytest.raises(DatabaseUnreachable):
        session.run(end)
