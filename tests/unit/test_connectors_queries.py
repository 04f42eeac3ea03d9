"""An operator's queries: one SELECT each, macros written out, and a folder that only its owner can change."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.engine import Engine
from connectors.interface import Access, SourceNotTrusted, UnknownSource
from connectors.macros import engine_macros, expanded, source_macros
from connectors.one_select import require_one_select
from connectors.queries import Queries
from connectors.registry import applications, connect, engine, grants_script
from connectors.source import SECTIONS, SHIPPED, Source, read_source
from connectors.trust import require_trusted
from contract.budget.findings import RULES

GENERIC = SHIPPED / "generic"
SOURCES = [folder.name for folder in sorted(SHIPPED.iterdir())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source of an operator's own."""
    return Path(shutil.copytree(GENERIC, tmp_path / "apbd"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "  select 1 ;\n",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT ';' AS \"a;b\" -- and; this\nFROM t /* ; */",
        "-- DELETE all of it\nSELECT `update`, \"delete\" FROM t WHERE a = 'INTO'",
        "SELECT 'it''s', 'a\\\\b' FROM t; -- the end; really",
    ],
)
def test_one_select_is_accepted(query: str) -> None:
    accepted = require_one_select(query, "belanja.sql")

    assert query.strip().startswith(accepted.rstrip())
    assert not accepted.rstrip().endswith(";")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "begin with SELECT"),
        ("UPDATE t SET a = 1", "begin with SELECT"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT 1; DROP TABLE t; -- x", "more than one statement"),
        ("SELECT 1) q; DROP TABLE t; -- x", "more than one statement"),
        ("SELECT 1) q UNION SELECT (2", "brackets"),
        ("SELECT (1", "brackets"),
        ("SELECT * FROM t INTO OUTFILE '/tmp/x'", "the word INTO"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "the word DELETE"),
        ("SELECT * FROM t FOR UPDATE", "the word UPDATE"),
        ("SELECT * FROM t LOCK IN SHARE MODE", "the word LOCK IN"),
        ("SELECT /*! 1; DROP TABLE t */ 2", "not read alike"),
        ("SELECT /*M! 1 INTO OUTFILE '/tmp/x', */ 2", "not read alike"),
        ("SELECT $$'$$; DROP TABLE t; SELECT $$'$$", "not read alike"),
        ("SELECT $a$'$a$; DROP TABLE t; SELECT $a$'$a$", "not read alike"),
        ("SELECT 1--\u00a0a INTO OUTFILE '/tmp/x'", "not read alike"),
        ("SELECT 1 -- a\rINTO OUTFILE '/tmp/x'", "not read alike"),
        ("SELECT 1 # '\n, 2 # '", "not read alike"),
        ("SELECT 5--1", "not read alike"),
        ("SELECT '\\'; DROP TABLE t; --'", "not read alike"),
        ("SELECT 'open", "not closed"),
    ],
)
def test_anything_but_one_select_is_refused(query: str, reason: str) -> None:
    with pytest.raises(UnknownSource, match=reason):
        require_one_select(query, "belanja.sql")


def test_macros_are_written_out_from_within() -> None:
    macros = source_macros({"table": "{0}_history", "fund": "COALESCE({0}.a, '')"})
    macros["binary"] = lambda text: f"B({text})"

    sql = expanded("SELECT {{binary({{ fund(r) }})}} FROM {{table(data_rka)}} r", macros)

    assert sql == "SELECT B(COALESCE(r.a, '')) FROM data_rka_history r"


def test_a_macro_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownSource, match=r"\{\{senn\(…\)\}\}.*Known are: binary, residue, sen"):
        expanded("SELECT {{senn(x)}}", engine_macros(engine("sqlite")))


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("known", ["sqlite", "mysql", "postgresql"])
def test_every_query_that_comes_along_can_be_written_for_every_engine(name: str, known: str) -> None:
    source, server = read_source(SHIPPED / name), engine(known)

    for templates in source.description.variants.values():
        for statement in statements(source, server, dict(templates)):
            assert "{{" not in statement


def statements(source: Source, server: Engine, templates: dict[str, str]) -> list[str]:
    queries = Queries(source, server, templates)
    written = [queries.sums(section) for section in SECTIONS]
    written += [queries.totals(), queries.names(), queries.stages(), queries.years() or ""]
    return written + [sql for _, _, sql in queries.checks()]


def test_what_a_macro_stands_for_is_looked_at_too(folder: Path) -> None:
    (folder / "belanja.sql").write_text("SELECT 1 AS nilai FROM {{table(apbd_rincian)}}")
    queries = Queries(read_source(folder), engine("mysql"), {"table": "{0} INTO OUTFILE '/tmp/x'"})

    with pytest.raises(UnknownSource, match="the word INTO"):
        queries.sums("belanja")
    with pytest.raises(UnknownSource, match="more than one statement"):
        queries.count("apbd_rincian; DROP TABLE apbd_rincian")


@pytest.mark.parametrize("name", SOURCES)
def test_every_check_that_comes_along_has_a_sentence(name: str) -> None:
    assert read_source(SHIPPED / name).description.checks.keys() <= RULES


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("source.toml", "application = ", "source.toml is not part of a usable source: it is not TOML"),
        ("source.toml", 'application = "generic"', "version: Field required"),
        ("source.toml", 'application="generic"\nversion="1"\ncheks=1', "cheks: Extra inputs"),
        ("belanja.sql", "DELETE FROM apbd_rincian", "belanja.sql is refused"),
        ("names.sql", None, "names.sql is not part of a usable source: it cannot be read"),
        ("tahapan.sql", None, r"neither \[stage\] in source.toml nor tahapan.sql"),
    ],
)
def test_a_mistake_in_a_source_is_named_with_its_file(
    file: str, text: str | None, reason: str, folder: Path
) -> None:
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)

    with pytest.raises(UnknownSource, match=reason):
        read_source(folder)


def test_a_query_that_sums_by_itself_needs_totals_beside_it(folder: Path) -> None:
    with (folder / "source.toml").open("a") as description:
        description.write("\n[checks]\n")
    text = (
        (folder / "source.toml").read_text().replace('version = "1"', 'version = "1"\nsummed = ["belanja"]')
    )
    (folder / "source.toml").write_text(text)

    with pytest.raises(UnknownSource, match=r"needs totals\.sql"):
        read_source(folder)


def test_a_folder_of_ones_own_is_trusted(folder: Path) -> None:
    require_trusted(folder)


def test_a_folder_that_everyone_may_write_is_not_used(folder: Path) -> None:
    folder.chmod(0o777)

    with pytest.raises(SourceNotTrusted, match="everyone may write"):
        require_trusted(folder)


def test_a_query_that_everyone_may_write_is_not_used(folder: Path) -> None:
    (folder / "belanja.sql").chmod(0o666)

    with pytest.raises(SourceNotTrusted, match=r"everyone may write .*belanja\.sql"):
        require_trusted(folder)


def test_a_folder_below_one_that_everyone_may_write_is_not_used(folder: Path) -> None:
    folder.parent.chmod(0o777)

    with pytest.raises(SourceNotTrusted, match="everyone may write"):
        require_trusted(folder)


def test_a_folder_of_another_user_is_not_used(folder: Path) -> None:
    strangers = frozenset({os.geteuid() + 1})

    with pytest.raises(SourceNotTrusted, match="belongs to another user"):
        connect(access_to(folder), owners=strangers)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="tidak-ada cannot be read"):
        connect(access_to(tmp_path / "tidak-ada"))


def access_to(folder: Path) -> Access:
    return Access("generic", "sqlite", "apbd.db", options={"folder": str(folder)})


def test_a_generic_source_without_folder_says_where_to_name_one() -> None:
    with pytest.raises(UnknownSource, match=r"agent\.toml"):
        connect(Access("generic", "sqlite", "apbd.db"))


def test_an_unknown_application_lists_the_known_ones() -> None:
    with pytest.raises(UnknownSource, match=r"no finance application 'simda'\. Known are: wp-sipd, generic"):
        connect(Access("simda", "sqlite", "apbd.db"))
    assert applications()[:2] == ("wp-sipd", "generic")


def test_an_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownSource, match=r"no database engine 'db2'\. Known are: sqlite, mysql, postgresql"
    ):
        connect(Access("wp-sipd", "db2", "apbd"))


def test_a_source_is_read_only_from_engines_that_it_was_written_for(folder: Path) -> None:
    description = folder / "source.toml"
    description.write_text(description.read_text().replace("[tables]", 'engines = ["mysql"]\n[tables]'))

    with pytest.raises(UnknownSource, match=r"generic is not read from sqlite\. Known are: mysql"):
        connect(access_to(folder))


def test_a_missing_driver_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.registry.ENGINES", {"mysql": "connectors.engines.tidak_ada"})

    with pytest.raises(UnknownSource, match=r"driver for mysql is not installed.*Install the agent again"):
        connect(Access("wp-sipd", "mysql", "apbd"))


def test_a_password_shows_in_no_representation() -> None:
    access = replace(Access("wp-sipd", "mysql", "apbd"), user="pembaca", password="rahasia")

    assert "rahasia" not in repr(access)


def test_the_script_for_the_administrator_grants_each_table_and_no_more() -> None:
    script = grants_script(Access("wp-sipd", "mysql", "apbd", "db.contoh"))

    granted = [line for line in script.splitlines() if line.startswith("GRANT")]
    assert len(granted) == len(read_source(SHIPPED / "wp-sipd").description.tables)
    assert all(line.startswith("GRANT SELECT ON `apbd`.") for line in granted)


@pytest.mark.parametrize("engine_name", ["mysql", "postgresql"])
def test_the_script_for_the_administrator_names_the_account_that_was_chosen(engine_name: str) -> None:
    chosen = Access("wp-sipd", engine_name, "apbd", "db.contoh", user="pembaca_anggaran")

    assert "pembaca_anggaran" in grants_script(chosen)
    assert "sinergi_baca" not in grants_script(chosen)
    assert "sinergi_baca" in grants_script(replace(chosen, user=""))


@pytest.mark.parametrize(
    ("host", "accounts"),
    [
        ("127.0.0.1", "'pembaca'@'localhost', 'pembaca'@'127.0.0.1'"),
        ("/run/mysqld/mysqld.sock", "'pembaca'@'localhost', 'pembaca'@'127.0.0.1'"),
        ("::1", "'pembaca'@'localhost', 'pembaca'@'::1'"),
        ("db.contoh", "'pembaca'@'%'"),
    ],
)
def test_an_account_on_this_very_server_signs_in_from_nowhere_else(host: str, accounts: str) -> None:
    script = grants_script(Access("wp-sipd", "mysql", "apbd", host, user="pembaca"))

    assert all(line.endswith(f" TO {accounts};") for line in script.splitlines()[2:])


def test_a_name_cannot_end_its_quotation_in_the_script() -> None:
    script = grants_script(Access("wp-sipd", "mysql", "apbd", "db.contoh", user="o'\\x"))

    assert script.startswith("CREATE USER IF NOT EXISTS 'o''\\\\x'@'%' ")


@pytest.mark.parametrize(
    ("written", "meant"), [("mariadb", "mysql"), ("MySQL", "mysql"), ("postgres", "postgresql")]
)
def test_an_engine_by_another_name_is_told_its_right_one(written: str, meant: str) -> None:
    with pytest.raises(UnknownSource, match=f'no database engine .*Write "{meant}"'):
        connect(Access("wp-sipd", written, "apbd"))
