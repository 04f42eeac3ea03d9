"""Settings: what is right is read, and every mistake is one error that names file, key, reason and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.config import load, required_apbd, required_centre, required_database
from agent.errors import ConfigError

FINGERPRINT = "ab" * 32
WHOLE = f"""
[centre]
url = "https://sikd.example:8443/"
key = "{" ".join(["ABAB"] * 16)}"
proxy = "http://proxy.example:3128"
proxy_user = "sinergi"

[apbd]
tahun = 2026
nomor_perda = "12"
tanggal_perda = 2025-12-22
kode_pemda = "11.10"

[database]
application = "wp-sipd"
engine = "mysql"
host = "10.0.0.5"
port = 3306
database = "sipd"
user = "sinergi_baca"
options = {{ id_jadwal = "7" }}

[schedule]
snapshot = "30 2 * * *"
quiet_hours = "08:00-16:00"

[log]
level = "debug"
"""
CENTRE = '[centre]\nurl = "https://sikd.example"\n'
DATABASE = '[database]\napplication = "wp-sipd"\nengine = "sqlite"\ndatabase = "sipd.db"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "agent.toml"
    file.write_text(text)
    return file


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    config = load(written(tmp_path, WHOLE))

    centre, apbd, database = required_centre(config), required_apbd(config), required_database(config)
    assert (centre.url, centre.key) == ("https://sikd.example:8443", FINGERPRINT)
    assert (apbd.tahun, apbd.tanggal_perda) == (2026, date(2025, 12, 22))
    assert dict(database.options) == {"id_jadwal": "7"}
    assert (config.schedule.snapshot, config.log.level) == ("30 2 * * *", "debug")


def test_an_empty_file_has_its_defaults(tmp_path: Path) -> None:
    config = load(written(tmp_path, ""))

    assert (config.schedule.snapshot, config.log.level) == (None, "info")
    assert config.paths.state_dir == "/var/lib/sinergi"


@pytest.mark.parametrize("section", ["centre", "apbd", "database"])
def test_a_section_that_is_needed_and_absent_is_named(tmp_path: Path, section: str) -> None:
    config = load(written(tmp_path, ""))
    required = {"centre": required_centre, "apbd": required_apbd, "database": required_database}[section]

    with pytest.raises(ConfigError) as refused:
        required(config)

    assert f"[{section}]" in str(refused.value)
    assert "sinergi init" in str(refused.value.remedy)


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_plain_http_is_for_this_machine(tmp_path: Path, address: str) -> None:
    config = load(written(tmp_path, f'[centre]\nurl = "{address}"'))

    assert required_centre(config).url == address


MISTAKES = {
    "no web address": ('[centre]\nurl = "sikd.example"', "centre.url", "https://"),
    "another scheme": ('[centre]\nurl = "ftp://sikd.example"', "centre.url", "https://"),
    "plain http to elsewhere": ('[centre]\nurl = "http://sikd.example"', "centre.url", "https://"),
    "a path in the address": ('[centre]\nurl = "https://sikd.example/v1"', "centre.url", "https://"),
    "an account in the address": ('[centre]\nurl = "https://a:b@sikd.example"', "centre.url", "https://"),
    "an impossible port": ('[centre]\nurl = "https://sikd.example:99999"', "centre.url", "https://"),
    "no address": ("[centre]\n", "centre.url", "agent.toml.example"),
    "a number for a text": ("[centre]\nurl = 3", "centre.url", "agent.toml.example"),
    "a text for a section": ('centre = "https://sikd.example"', "centre", "agent.toml.example"),
    "a short fingerprint": (CENTRE + 'key = "abab"', "centre.key", "ticket"),
    "a CA file that is not there": (CENTRE + 'ca_file = "/nowhere/ca.pem"', "centre.ca_file", "path"),
    "a proxy that is no address": (CENTRE + 'proxy = "proxy"', "centre.proxy", "http://"),
    "the address of a PAC file": (CENTRE + 'proxy = "http://proxy/wpad.dat"', "centre.proxy", "3128"),
    "a host that cannot be": ('[centre]\nurl = "https://sikd..example"\n', "centre.url", "https://"),
    "a password in the proxy": (CENTRE + 'proxy = "http://a:secret@proxy:1"', "centre.proxy", "access set"),
    "a year long gone": ("[apbd]\ntahun = 1945", "apbd", "2026"),
    "a year in words": ('[apbd]\ntahun = "2026"', "apbd.tahun", "agent.toml.example"),
    "a Perda without its date": ('[apbd]\ntahun = 2026\nnomor_perda = "1"', "apbd", "both"),
    "a date that is none": (
        '[apbd]\ntahun = 2026\nnomor_perda = "1"\ntanggal_perda = "22-12-2025"',
        "apbd.tanggal_perda",
        "2025-12-30",
    ),
    "an empty number of the Perda": (
        '[apbd]\ntahun = 2026\nnomor_perda = ""\ntanggal_perda = 2025-12-22',
        "apbd.nomor_perda",
        "agent.toml.example",
    ),
    "a kode Pemda that is none": ('[apbd]\ntahun = 2026\nkode_pemda = "1110"', "apbd.kode_pemda", "11.10"),
    "a password in the file": (DATABASE + 'password = "secret"', "database.password", "access set"),
    "a kata sandi in the file": (DATABASE + 'kata_sandi = "secret"', "database.kata_sandi", "access set"),
    "a port too high": (DATABASE + "port = 70000", "database.port", "agent.toml.example"),
    "a database without an engine": (
        '[database]\napplication = "wp-sipd"\ndatabase = "x"',
        "database.engine",
        "agent.toml.example",
    ),
    "options that are no texts": (DATABASE + "options = { id = 3 }", "database.options.id", "example"),
    "a schedule that is none": ('[schedule]\nsnapshot = "sometimes"', "schedule.snapshot", "daily"),
    "cron with four fields": ('[schedule]\nsnapshot = "30 2 * *"', "schedule.snapshot", "daily"),
    "quiet hours that are none": (
        '[schedule]\nquiet_hours = "office hours"',
        "schedule.quiet_hours",
        "08:00",
    ),
    "a relative path": ('[paths]\nstate_dir = "state"', "paths", "whole paths"),
    "an unknown log level": ('[log]\nlevel = "loud"', "log.level", "agent.toml.example"),
    "a misspelt section": ('[center]\nurl = "x"', "center", "`centre`"),
    "a misspelt setting": ('[centre]\nURI = "x"', "centre.URI", ""),
    "a setting close to one": ('[centre]\nurls = "x"', "centre.urls", "`url`"),
    "a setting far from any": (CENTRE + "colour = 3", "centre.colour", "Remove"),
    "the name of an inner field": ('file = "x"', "file", "Remove"),
}


@pytest.mark.parametrize(("text", "key", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_explained(tmp_path: Path, text: str, key: str, remedy: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ConfigError) as refused:
        load(file)

    assert refused.value.key == key
    assert str(refused.value.problem).startswith(f"{file}: {key}: ")
    assert remedy in str(refused.value.remedy)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sinergi init"):
        load(tmp_path / "agent.toml")


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        load(written(tmp_path, "[centre]\nurl = https://sikd.example\n"))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_bytes(b'nomor = "\xe9"')

    with pytest.raises(ConfigError, match="UTF-8"):
        load(file)


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
