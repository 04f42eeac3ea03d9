"""The installer's shell scripts: what they say, in both languages, and the code that the helpdesk decodes."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.errors import MalformedTicket
from contract.wire.ticket import Ticket, read_ticket
from tests.architecture.checkout import ROOT

SETUP = ROOT / "installer/setup"
SCRIPTS = "".join(path.read_text() for path in [SETUP / "setup", *sorted(SETUP.glob("*.sh"))])
ROWS = [line.split("\t") for line in (SETUP / "messages.tsv").read_text().splitlines()]
KEYS = {key for key, *_ in ROWS}
CHECKS = re.findall(r"\w+", re.findall(r"(?m)^checks='(.*)'$", SCRIPTS)[0])
SHOWN = [*CHECKS, "ticket"]
DIAGNOSIS = ROOT / "installer/diagnosis"


def shell(program: str, *arguments: str) -> str:
    """What a program prints that has read in the installer's scripts."""
    sourced = (
        f'set -eu; here={SETUP}; lang=en; . "$here/say.sh"; . "$here/checks.sh"; . "$here/check.sh"; '
        '. "$here/diagnosis.sh"; . "$here/ticket.sh"\n'
    )
    return subprocess.run(
        ["sh", "-c", sourced + program, "sh", *arguments], check=True, capture_output=True, text=True
    ).stdout


def failures() -> set[str]:
    return set(re.findall(r"fail (?:\S+) (\w+)", SCRIPTS)) - {"exit_code"}


def findings() -> set[str]:
    """Each check with each result that asks for a sentence."""
    found = set()
    for check in SHOWN:
        (body,) = re.findall(rf"(?ms)^check_{check}\(\) \{{(.*?)^\}}", SCRIPTS)
        found |= {f"{check}.{result}" for result in re.findall(r"result ([12])", body)}
    return found


def test_every_sentence_stands_in_both_languages_with_the_same_values() -> None:
    broken = [
        row[0] for row in ROWS if len(row) != 3 or not all(row) or row[1].count("%s") != row[2].count("%s")
    ]

    assert broken == []
    assert len(KEYS) == len(ROWS)


def test_every_failure_and_every_finding_says_what_to_do() -> None:
    wanted = {name for key in failures() | findings() for name in (key, f"{key}.do")}
    wanted |= {f"check.{check}" for check in SHOWN}

    assert wanted - KEYS == set()


def test_no_sentence_is_left_over() -> None:
    said = {key for key in KEYS if re.search(rf"\b{key}\b", SCRIPTS)}
    known = {f"{key}{end}" for key in failures() | findings() for end in ("", ".do")}
    known |= {f"check.{check}" for check in SHOWN} | {f"mark.{result}" for result in range(4)}

    assert KEYS - said - known == set()


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_option_is_in_the_help_and_in_the_manual(language: str) -> None:
    options = set(re.findall(r"(?m)^        (--[\w-]+)\)", SCRIPTS)) | {"--help", "--check"}
    internal = {"--from-package"}
    (help_row,) = (row for row in ROWS if row[0] == "help")
    manual = {"en": "operating-the-agent.md", "id": "operating-the-agent.id.md"}[language]

    page = (ROOT / "docs" / manual).read_text()
    told = help_row[2 if language == "en" else 1]

    assert {each for each in options - internal if each not in told + "--help"} == set()
    assert {each for each in options - internal - {"--help"} if f"`{each}" not in page} == set()


def test_there_is_room_for_every_check_in_the_code() -> None:
    assert len(CHECKS) == 16


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from("0123"), min_size=16, max_size=16))
def test_a_diagnosis_code_says_what_was_found(results: list[str]) -> None:
    code = shell("results=$1 systemd=252 libc_minor=36; diagnosis_code", " ".join(results))

    told = subprocess.run(
        [DIAGNOSIS, code, "--lang", "en"], check=True, capture_output=True, text=True
    ).stdout

    marks = [line[2:].split("]")[0].strip("[ ") for line in told.splitlines() if line.startswith("  [")]
    assert told.startswith("systemd 252, glibc 2.36\n")
    assert marks == [{"0": "well", "1": "note", "2": "IN THE WAY", "3": "–"}[result] for result in results]


@pytest.mark.parametrize("slip", ["yqgq-q8s0-wlqq", "yqgq-q8s0-wlq", "", "zqgq-q8s0-wlqy"])
def test_a_code_with_a_slip_is_refused(slip: str) -> None:
    done = subprocess.run([DIAGNOSIS, slip], check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "bukan kode diagnosa" in done.stderr


def ticket(address: str = "https://sikd.example", until: datetime = datetime(2100, 1, 1, tzinfo=UTC)) -> str:
    return Ticket(address, "ab" * 32, bytes(range(16)), until, "11.10").to_text()


@pytest.mark.parametrize("address", ["https://sikd.example:8443", "http://127.0.0.1:5000", "https://[::1]"])
def test_a_ticket_is_read_without_python(address: str, tmp_path: Path) -> None:
    file = tmp_path / "ticket"
    text = ticket(address, datetime(2096, 2, 29, 17, tzinfo=UTC)).upper()
    file.write_text(f" {text[:60]}\n{text[60:]}\r\n")

    told = shell('read_ticket "$1"; echo "$ticket_state $ticket_centre $ticket_until"', str(file))

    assert told == f"good {address} {int(datetime(2096, 2, 29, 17, tzinfo=UTC).timestamp())}\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 400), letter=st.characters(max_codepoint=127), taken=st.integers(0, 1))
def test_the_installer_and_the_agent_agree_on_which_ticket_is_whole(
    place: int, letter: str, taken: int, tmp_path: Path
) -> None:
    whole = ticket()
    file = tmp_path / "ticket"
    at = place % len(whole)
    text = whole[:at] + letter + whole[at + taken :]
    file.write_bytes(text.encode())
    try:
        read_ticket(text)
        good = True
    except MalformedTicket:
        good = False

    state = shell('read_ticket "$1"; echo "$ticket_state"', str(file)).strip()

    assert (state == "good") == good


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        (ticket(), "0 0", "[ well ] Install ticket: https://sikd.example, 2100-01-01 07:00 WIB"),
        (ticket(until=datetime(2020, 1, 1, tzinfo=UTC)), "1 0", "ask DJPK, 150420, for a new ticket"),
        (ticket()[:-1], "2 1", "not whole, or is no install ticket"),
        ("sha256sum", "2 1", "not whole, or is no install ticket"),
        ("", "2 1", "not whole, or is no install ticket"),
    ],
    ids=["good", "expired", "cut", "another file", "empty"],
)
def test_check_looks_at_the_ticket(text: str, found: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "ticket"
    file.write_text(text)

    told = shell('ticket=$1 in_the_way=0; check_ticket; echo "$found $in_the_way"', str(file))

    assert said in told
    assert told.splitlines()[-1] == found


@pytest.mark.parametrize("text", [ticket()[:-1], "kata sandi"], ids=["cut", "another file"])
def test_nothing_is_installed_with_a_ticket_that_is_not_whole(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ticket"
    file.write_text(text)
    program = 'ticket=$1; fail() { echo "fail $*"; exit; }; require_ticket; echo installed'

    assert shell(program, str(file)) == f"fail 5 ticket_damaged {file}\n"


@pytest.mark.parametrize(
    ("answer", "agreed", "insisted"), [("", "yes", "no"), ("y", "yes", "yes"), ("t", "no", "no")]
)
def test_what_does_not_come_back_by_itself_needs_a_yes(answer: str, agreed: str, insisted: str) -> None:
    hear = "hear() { answer=$said; }; said=$1; "
    ask = "for each in agreed insisted; do if $each; then echo yes; else echo no; fi; done"

    assert shell(hear + ask, answer).split() == [agreed, insisted]


@pytest.mark.parametrize(
    ("centre", "proxy", "peer"),
    [
        ("https://sikd.example", "", "sikd.example 443"),
        ("https://sikd.example:8443", "", "sikd.example 8443"),
        ("https://sikd.example", "http://proxy.example:3128", "proxy.example 3128"),
        ("http://[::1]:5000", "", "::1 5000"),
        ("", "", " 80"),
    ],
)
def test_what_has_to_be_reached_is_the_proxy_or_else_the_centre(centre: str, proxy: str, peer: str) -> None:
    program = 'ticket="" centre=$1 proxy=$2; find_peer; printf "%s %s" "$host" "$port"'

    assert shell(program, centre, proxy) == peer


@pytest.mark.parametrize("seconds", ["abc", "", "-1", "1.5"])
def test_a_patience_that_is_no_number_ends_it_before_anything_is_done(seconds: str) -> None:
    setup = ["sh", str(SETUP / "setup"), "--yes", "--patience", seconds]

    done = subprocess.run(setup, check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "--patience" in done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["--tahun", "2027"]])
def test_a_node_that_is_set_up_says_which_options_it_did_not_use(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "agent.toml").touch()
    program = f'. "$here/place.sh"; . "$here/install.sh"; config_dir={tmp_path} ticket=""; set_up "$@"'

    told = shell(program, *options)

    assert bool(options) == ("were not used" in told)
    assert " ".join(options) in told


@pytest.mark.parametrize("verb", [[], ["--check"]], ids=["install", "check"])
def test_a_password_in_the_address_of_a_proxy_ends_it_before_anything_is_done(verb: list[str]) -> None:
    done = subprocess.run(
        [
            "sh",
            SETUP / "setup",
            *verb,
            "--lang",
            "en",
            "--proxy",
            "http://petugas:rahasia@proxy.example:3128",
        ],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert "--proxy-password-file" in done.stdout + done.stderr
    assert "rahasia" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("centre", "result"),
    [
        ("http://127.0.0.1:9", "3 127.0.0.1"),
        ("https://[::1]:9", "3 ::1"),
        ("https://10.1.2.3", "3 10.1.2.3"),
        ("http://localhost", "0 localhost"),
        ("https://nowhere.invalid", "2 nowhere.invalid"),
        ("https://10.invalid", "2 10.invalid"),
    ],
)
def test_a_name_must_be_known_and_an_address_has_no_name(centre: str, result: str) -> None:
    program = 'ticket="" centre=$1 proxy=""; check_dns; printf "%s %s" "$found" "$detail"'

    assert shell(program, centre) == result


@pytest.mark.parametrize(
    ("purge", "said"),
    [("", "identity and outbox in"), ("yes", "ask DJPK, 150420, for a new one")],
    ids=["kept", "purged"],
)
def test_the_last_word_of_uninstalling_outlives_the_sentences(purge: str, said: str, tmp_path: Path) -> None:
    here = tmp_path / "opt/versions/1/share/setup"
    shutil.copytree(SETUP, here)
    places = "; ".join(
        f"{name}={tmp_path}/{name}"
        for name in ("command_link", "local_dir", "config_dir", "state_dir", "run_dir", "unit_dir")
    )
    alone = "id() { echo 0; }; systemctl() { :; }; userdel() { :; }"
    verb = '. "$here/place.sh"; . "$here/uninstall.sh"'
    program = f"here={here}; prefix={tmp_path}/opt; purge=$1 yes=yes; {places}; {alone}; {verb}"

    told = shell(f"{program}; uninstall_agent", purge)

    assert said in told
    assert not here.exists()


@pytest.mark.parametrize(
    ("options", "database", "still_to_do"),
    [
        ("", "", "Sinergi Mobile"),
        ("", '[database]\nuser = "petugas"\n', "sudo sinergi access set"),
        ("--password-file /root/secret", '[database]\nuser = "petugas"\n', None),
        ("", '[database]\nengine = "sqlite"\n', None),
    ],
    ids=["access elsewhere", "no password yet", "with password", "a file"],
)
def test_after_the_settings_only_the_year_and_what_is_still_to_do_is_said(
    options: str, database: str, still_to_do: str | None, tmp_path: Path
) -> None:
    (tmp_path / "agent.toml").write_text(f"[apbd]\ntahun = 2027\n{database}")

    told = shell(f'config_dir={tmp_path}; . "$here/install.sh"; tell_settings {options}').splitlines()

    assert "Budget year: 2027." in told[0]
    assert "-- --tahun YYYY" in told[0]
    assert len(told) == (1 if still_to_do is None else 2)
    assert still_to_do is None or still_to_do in told[1]


def test_the_pages_in_the_bundle_link_to_nothing_that_it_lacks() -> None:
    (copied,) = re.findall(r"(?m)^    cp (docs/.*) \"", (ROOT / "installer/bundle").read_text())
    pages = {name.removeprefix("docs/") for name in copied.split()}
    there = pages | {f"pictures/{each.parent.name}/{each.name}" for each in ROOT.glob("docs/pictures/*/*")}
    told = [page for page in pages if page != "wire-format.md"]

    links = {
        link for page in told for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "docs" / page).read_text())
    }

    assert links - there == {"../agent.toml.example"}


def test_the_pages_are_found_below_usr_local_and_go_with_the_program(tmp_path: Path) -> None:
    (tmp_path / "opt/current/share/doc").mkdir(parents=True)
    places = f'prefix={tmp_path}/opt; local_dir={tmp_path}/local; . "$here/place.sh"'
    link = tmp_path / "local/doc/sinergi"

    shell(f"{places}; link_local; link_local")
    was_there = link.is_symlink() and link.is_dir()
    shell(f"{places}; unlink_local")

    assert was_there
    assert not link.is_symlink()


@pytest.mark.parametrize("page", ["operating-the-agent.md", "operating-the-agent.id.md"])
def test_the_commands_of_the_first_page_run_as_they_are_pasted(page: str) -> None:
    (first,) = re.findall(
        r"(?ms)^## (?:Install in|Memasang dalam).*?(?=^## )", (ROOT / "docs" / page).read_text()
    )
    commands = "\n".join(re.findall(r"(?s)```sh\n(.*?)```", first))

    placeholders = re.findall(r"\b[A-Z]{3,}\b(?!256SUMS)|…|<", re.sub("#.*", "", commands))

    assert "sudo sinergi access set" in commands
    assert placeholders == []
