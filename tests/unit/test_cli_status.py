"""`sinergi status` as people see it, and how little it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent import status
from agent.cli import status as command
from agent.cli.moments import ago, until, wib
from agent.cli.status_screen import grouped, screen
from agent.i18n import translator
from contract.wire import identity
from tests.fakes.facts import PASSING, STAYING, facts

if TYPE_CHECKING:
    from agent.status import Facts

NOW = 1768878000.0  # 2026-01-20 03:00:00 UTC
HEAVY = [
    "json",
    "re",
    "gettext",
    "argparse",
    "dataclasses",
    "typing",
    "pathlib",
    "contract",
    "logging",
    "tomllib",
]


def shown(told: Facts | None, language: str = "en", *, alive: bool = True) -> str:
    found = status.situations(told, alive=alive)
    return screen(told, found, translator(language), language, NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "agent.toml").write_text(f'[paths]\nrun_dir = "{tmp_path}"\n')
    return tmp_path


def asked(folder: Path, *arguments: str, program: tuple[str, ...] = ("-m", "agent")) -> tuple[int, str, str]:
    environment = {**os.environ, "SINERGI_CONFIG": str(folder / "agent.toml"), "SINERGI_LANG": ""}
    command = [sys.executable, *program, "status", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_healthy_agent_says_connected_in_indonesian(folder: Path) -> None:
    status.write(str(folder / "status.json"), facts(pid=os.getpid()))

    code, out, err = asked(folder)

    assert (code, err) == (0, "")
    assert out.startswith("Agen Sinergi SIKD 0.1.0 · terhubung\n")


def test_it_fits_on_one_screen() -> None:
    worst = facts(
        state="pending", centre_trouble=PASSING, database_trouble=STAYING, snapshot="refused", trouble=STAYING
    )

    assert len(shown(worst, alive=False).splitlines()) <= 30


def test_a_node_that_waits_shows_what_is_to_be_read_out() -> None:
    text = shown(facts(state="pending"))

    assert "sikd1 qpzr y9x8 gf2t vdw0 s3jn 54kh ce" in text
    assert "qpzr y9x8\n" in text
    assert "150420" in text


def test_a_mapped_node_shows_its_pemda_and_no_match_code() -> None:
    text = shown(facts())

    assert "11.10 Kabupaten Jepara" in text
    assert "Match code" not in text


def test_an_agent_that_could_not_open_its_state_does_not_say_that_it_has_no_identity() -> None:
    nobody: Facts = {**facts(), "node_id": None}

    assert "none yet" in shown(nobody)
    assert "none yet" not in shown({**nobody, "trouble": PASSING})


def test_the_deadline_is_midnight_of_the_day_that_ends() -> None:
    assert "31 January 2026 24.00 WIB (11 days left)" in shown(facts())
    assert "31 Januari 2026 24.00 WIB (11 hari lagi)" in shown(facts(), "id")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_way_to_complain_is_named(language: str) -> None:
    text = shown(facts(), language)

    assert all(way in text for way in ("150420", "08111504207", "callcenter.djpk@kemenkeu.go.id", "LAPOR!"))


def test_an_error_is_shown_in_the_readers_language_with_its_code() -> None:
    told = facts(centre_trouble=PASSING)

    assert "✗ Pusat tidak dapat dihubungi. [SIKD-E401]\n  → Periksa jaringan." in shown(told, "id")
    assert "✗ The centre cannot be reached. [SIKD-E401]\n  → Check the network." in shown(told, "en")


def test_what_the_centre_said_against_the_node_is_shown() -> None:
    assert "DJPK has suspended this node: two hosts" in shown(facts(state="suspended", reason="two hosts"))


REMEDIES = {
    "pending": ["150420"],
    "suspended": ["diduga disalin", "sudo sinergi identity confirm", "sudo sinergi identity new", "150420"],
    "revoked": ["dicabut", "sudo sinergi identity new", "150420"],
    "replaced": ["digantikan", "sudo systemctl disable --now sinergi", "150420"],
    "rejected": ["ditolak", "sudo sinergi identity new", "150420"],
}


@pytest.mark.parametrize("state", REMEDIES)
def test_each_state_of_a_node_says_why_what_to_do_and_who_can_help(state: str) -> None:
    known = facts(state=state)
    known["centre"]["reason"] = "alasan dari DJPK" if state != "pending" else ""
    found = status.situations(known, alive=True)

    shown = screen(known, found, translator("id"), "id", NOW)

    assert [word for word in REMEDIES[state] if word not in shown] == []
    assert state == "pending" or "alasan dari DJPK" in shown
    assert "callcenter.djpk@kemenkeu.go.id" in shown
    assert status.exit_code(found) == (4 if state == "pending" else 5)


@pytest.mark.parametrize(
    ("offset", "words"),
    [(172_799, "lebih lambat 2 hari"), (-172_800, "lebih cepat 2 hari"), (-900, "lebih cepat 15 menit")],
)
def test_a_clock_that_is_off_is_told_by_how_much(offset: int, words: str) -> None:
    known = facts()
    known["clock_offset"] = offset
    found = status.situations(known, alive=True)

    shown = screen(known, found, translator("id"), "id", NOW)

    assert (found, status.exit_code(found)) == (["clock_off"], 1)
    assert words in shown
    assert "SIKD-E208" in shown


def test_a_clock_within_what_the_centre_allows_is_well() -> None:
    known = facts()
    known["clock_offset"] = -300

    assert status.situations(known, alive=True) == []


def test_every_situation_says_what_to_do() -> None:
    everything = [
        *(facts(state=state) for state in (None, "pending", "suspended", "revoked", "replaced", "rejected")),
        facts(snapshot="refused"),
        *(facts(trouble=trouble, centre_trouble=trouble) for trouble in (PASSING, STAYING)),
        facts(database_trouble=PASSING),
        None,
    ]

    assert all("\n  → " in shown(told) for told in everything)


def test_a_process_that_is_gone_is_not_running(folder: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    status.write(str(folder / "status.json"), facts(pid=gone.pid))

    assert asked(folder)[0] == 3


def test_a_file_that_is_not_renewed_is_not_believed(folder: Path) -> None:
    file = folder / "status.json"
    status.write(str(file), facts(pid=os.getpid()))
    old = time.time() - status.STALE_SECONDS - 1
    os.utime(file, (old, old))

    code, said, _ = asked(folder, "--lang", "en")

    assert code == 3
    assert "sudo systemctl restart sinergi" in said
    assert "systemctl start sinergi" not in said


def test_a_service_that_ended_on_purpose_is_not_running(folder: Path) -> None:
    status.write(str(folder / "status.json"), facts(pid=os.getpid(), running=False))

    assert asked(folder)[0] == 3


def test_no_settings_no_file_no_daemon_is_told_from_the_beginning(tmp_path: Path) -> None:
    code, out, _ = asked(tmp_path, "--lang", "en")

    assert code == 3
    assert "`sudo sinergi init`" in out


def test_a_script_reads_json_with_a_schema(folder: Path) -> None:
    status.write(str(folder / "status.json"), facts(pid=os.getpid(), state="pending"))

    code, out, _ = asked(folder, "--json")

    report = json.loads(out)
    assert code == report["exit_code"] == 4
    assert (report["schema"], report["situations"]) == ("sinergi.status-report/1", ["waiting_for_mapping"])
    assert report["facts"]["schema"] == "sinergi.status/1"


def test_nothing_that_was_heard_commands_the_terminal() -> None:
    forged = facts(state="suspended", reason="\x1b[2J\x9b1m\n✓ connected \u202e")
    told = {**forged, "pemda": {"kode": "11.10", "nama": "Jepara\x1b]0;x\x07"}}

    text = shown(told)  # type: ignore[arg-type]

    assert all(sign.isprintable() or sign == "\n" for sign in text)
    assert "\n✓" not in text
    assert "Jepara\\x1b]0;x\\x07" in text


def test_any_user_may_ask() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else; for anyone else the other tests show the same")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        status.write(str(folder / "status.json"), facts(pid=os.getpid()))
        # All modules come first: the checkout itself may lie where nobody may look.
        program = (
            f"import sys; sys.path[:0] = {sys.path!r}\n"
            "import os, _json; from agent import status\n"
            "from agent.cli import status as command, status_screen\n"
            f"status.DEFAULT_RUN_DIR = {name!r}; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "sys.exit(command.answer(command.Wish('en', as_json=False), {}))"
        )

        told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (told.returncode, told.stderr) == (0, "")
    assert "connected" in told.stdout


def test_nothing_is_loaded_that_it_can_do_without(folder: Path) -> None:
    status.write(str(folder / "status.json"), facts(pid=os.getpid()))
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}; before = set(sys.modules)\n"
        "from agent.cli import main; main(['status'])\n"
        f"print('loaded', *(set({HEAVY!r}) & (set(sys.modules) - before)))"
    )
    environment = {**os.environ, "SINERGI_CONFIG": str(folder / "agent.toml")}

    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "loaded"


def test_an_option_it_does_not_know_is_left_to_the_frame() -> None:
    assert command.plain(["--help"], {}) is None
    assert command.plain(["--lang"], {}) is None
    assert command.plain(["--lang", "en", "--json"], {}) is not None


def test_a_node_id_is_grouped_as_everywhere() -> None:
    node = "sikd1qpzry9x8gf2tvdw0s3jn54khce"

    assert grouped(node) == identity.grouped(node)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-31T16:59:59Z", "31 January 2026 23.59 WIB"),
        # Received half a minute after the deadline: nobody must read this as the last minute of January.
        ("2026-01-31T17:00:30Z", "1 February 2026 00.00 WIB"),
        ("2025-12-31T17:00:00Z", "1 January 2026 00.00 WIB"),
    ],
)
def test_times_are_those_of_jakarta(moment: str, expected: str) -> None:
    assert wib(moment, str) == expected


def test_an_apbd_of_the_year_that_goes_on_is_no_warning() -> None:
    assert "APBD 2026\n" in shown(facts())
    assert "! APBD" not in shown(facts())


def test_once_the_next_apbd_is_due_status_says_what_to_change() -> None:
    november = datetime(2026, 11, 23, tzinfo=UTC).timestamp()

    text = screen(facts(), [], translator("en"), "en", november)

    assert "31 January 2026 24.00 WIB (past)" in text
    assert "! APBD 2027 is to be at the centre by 31 January 2027 24.00 WIB" in text
    assert "`tahun`" in text
    assert "Nothing to do" not in text


def test_a_deadline_at_midnight_is_the_end_of_its_day() -> None:
    assert until("2026-01-31T17:00:00Z", str) == "31 January 2026 24.00 WIB"
    assert until("2026-01-31T16:30:00Z", str) == "31 January 2026 23.30 WIB"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0 seconds ago"),
        (90, "90 seconds ago"),
        (150, "2 minutes ago"),
        (7200, "2 hours ago"),
        (200000, "2 days ago"),
    ],
)
def test_an_age_is_said_in_the_largest_unit_that_fits(seconds: int, expected: str) -> None:
    assert ago(timedelta(seconds=seconds), str) == expected


@pytest.mark.parametrize(("findings", "told"), [(6, True), (0, False), (None, False)])
def test_findings_of_the_newest_snapshot_are_counted(findings: int | None, told: bool) -> None:
    said = shown(facts(snapshot="done", findings=findings))

    assert ("6 to look at: `sudo sinergi source preview`" in said) == told


def test_what_an_older_daemon_wrote_is_shown_without_findings() -> None:
    known = facts(snapshot="done")
    assert known["snapshot"]
    del known["snapshot"]["findings"]  # type: ignore[misc]  # as a daemon of an older version wrote it

    assert "received by the centre" in shown(known)
