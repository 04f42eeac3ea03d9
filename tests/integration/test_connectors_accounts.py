"""What an account may do beyond reading is found out before anything is read."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from connectors.interface import Access, AccountTooPowerful, StepResult
from connectors.registry import connect, grants_script
from tests.filled import in_server
from tests.sample_pemda import Budget, Dirt
from tests.servers import Account, Server
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql
from tests.whole_reading import read_whole

BUDGET = Budget(jumlah_rincian=600, dirt=Dirt.none())


@pytest.fixture(scope="module")
def in_mariadb(mariadb_server: MariaDb) -> Access:
    return in_server(mariadb_server, "generic", BUDGET)


@pytest.fixture(scope="module")
def in_postgresql(postgresql_server: Postgresql) -> Access:
    return in_server(postgresql_server, "generic", BUDGET)


def signed_in(access: Access, account: Account) -> Access:
    return replace(access, user=account.user, password=account.password)


@pytest.mark.parametrize("power", ["FILE", "SUPER", "CREATE USER", "ALL PRIVILEGES"])
def test_mariadb_an_account_with_power_over_the_server_is_refused(
    power: str, mariadb_server: MariaDb, in_mariadb: Access
) -> None:
    mighty = mariadb_server.account(f"SELECT ON {in_mariadb.database}.*", f"{power} ON *.*")

    with pytest.raises(AccountTooPowerful, match=power):
        read_whole(signed_in(in_mariadb, mighty))


def test_mariadb_a_power_held_through_a_role_counts(mariadb_server: MariaDb, in_mariadb: Access) -> None:
    account = mariadb_server.account(f"SELECT ON {in_mariadb.database}.*")
    with closing(mariadb_server.connect("")) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("CREATE ROLE penulis_berkas")
        cursor.execute("GRANT FILE ON *.* TO penulis_berkas")
        cursor.execute(f"GRANT penulis_berkas TO '{account.user}'@'%'")
        cursor.execute(f"SET DEFAULT ROLE penulis_berkas FOR '{account.user}'@'%'")

    with pytest.raises(AccountTooPowerful, match="FILE"):
        read_whole(signed_in(in_mariadb, account))


def test_mariadb_an_account_that_writes_is_noted(mariadb_server: MariaDb, in_mariadb: Access) -> None:
    writer = mariadb_server.account(f"SELECT, INSERT, UPDATE ON {in_mariadb.database}.*")

    whole = read_whole(signed_in(in_mariadb, writer))

    assert whole.finding("account_writes").values["tables"] == f"{in_mariadb.database}.*"


@pytest.mark.parametrize("role", ["pg_write_server_files", "pg_execute_server_program"])
def test_postgresql_an_account_with_power_over_the_server_is_refused(
    role: str, postgresql_server: Postgresql, in_postgresql: Access
) -> None:
    database = in_postgresql.database
    mighty = postgresql_server.account(database, "SELECT ON ALL TABLES IN SCHEMA public", role)

    with pytest.raises(AccountTooPowerful, match=role):
        read_whole(signed_in(in_postgresql, mighty))


def test_postgresql_a_superuser_is_refused(postgresql_server: Postgresql, in_postgresql: Access) -> None:
    with pytest.raises(AccountTooPowerful, match="superuser"):
        read_whole(signed_in(in_postgresql, postgresql_server.admin))


def test_postgresql_an_account_that_writes_is_noted(
    postgresql_server: Postgresql, in_postgresql: Access
) -> None:
    writer = postgresql_server.account(in_postgresql.database, "SELECT, UPDATE ON apbd_rincian")

    whole = read_whole(signed_in(in_postgresql, writer))

    assert whole.finding("account_writes").values["tables"] == "apbd_rincian"


def test_the_probe_says_that_an_account_is_too_powerful(
    postgresql_server: Postgresql, in_postgresql: Access
) -> None:
    steps = connect(signed_in(in_postgresql, postgresql_server.admin)).probe(BUDGET.tahun)

    failed = next(step for step in steps if step.result is StepResult.FAILED)
    assert failed.name == "grants"
    assert failed.code == AccountTooPowerful.code


@pytest.mark.parametrize("application", ["wp-sipd", "generic"])
@pytest.mark.parametrize("fixture", ["mariadb_server", "postgresql_server"])
def test_the_script_makes_an_account_that_can_read_and_nothing_else(
    fixture: str, application: str, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(fixture)
    access = in_server(server, application, BUDGET)
    account = Account.made_up("sinergi_baca")
    script = grants_script(replace(access, user=account.user))
    # A second time it sets the password alone.
    for password in ("kata-sandi-lama", account.password):
        run_script(server, access.database, script.replace("<kata sandi>", password))

    whole = read_whole(signed_in(access, account))

    assert whole.findings == ()
    assert whole.totals == BUDGET.totals


def run_script(server: Server, database: str, script: str) -> None:
    with closing(server.connect(database)) as connection, closing(connection.cursor()) as cursor:
        for statement in script.split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        connection.commit()
